import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError, InterruptedError } from '../errors.js';
import type { Learner, Retrained } from '../learners/learner.js';
import { learnerModule } from '../learners/registry.js';
import { kernelChoice } from '../numerics/wasm-kernels.js';
import { checkSubsets, type Subsets } from '../subsets/subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';
import type { BlockOutcome, JobBlock, SharedJob, SharedPool } from './worker.js';

export interface RetrainInWorkersOptions extends RunControl {
  readonly pool: Dataset;
  /** A registered one: workers rebuild it from its name and hyper-parameters, importing the module that registers it. */
  readonly learner: Learner;
  readonly subsets: Subsets;
  /** Largest residual of a row. */
  readonly tolerance: number;
  /** Threads; each has its own engine with one thread. */
  readonly workers: number;
}

/** Subsets that a worker takes at a time: coarse, as the first block of each worker also pays for its size path. */
const blockSubsets = 256;
/** A block whose worker ended is given out again this often before the fault is taken for its own. */
const attempts = 3;
/** Starting a thread takes about 0.3 s, and retrainings often follow one another: an idle one waits so long for the next. */
const idleMilliseconds = 30_000;
const workerFile = fileURLToPath(new URL('./worker-thread.cjs', import.meta.url));

/** The threads of each workers' module and number of workers. */
const threadsOf = new Map<string, Piscina<JobBlock, BlockOutcome>>();
const sharedPools = new WeakMap<Dataset, SharedPool>();
let lastPool = 0;

/**
 * Retrains subsets in several threads: the same bytes as `learner.retrain`, whatever the number of workers. Pool, subsets and
 * results lie in shared memory; workers take blocks of 256 subsets. The block of a worker that ends (killed, out of memory) is
 * given to another one. Threads wait half a minute for a next retraining before they end; they do not keep a program from ending.
 *
 * @param file the workers' module; only tests replace it
 * @throws InputError if the number of workers is not a positive whole number, the learner is not in the registry, or as
 * `learner.retrain`.
 * @throws InterruptedError if `signal` is aborted; the threads at work are ended.
 */
export async function retrainInWorkers(options: RetrainInWorkersOptions, file = workerFile): Promise<Retrained> {
  refuseUnknownOptions(
    options,
    ['pool', 'learner', 'subsets', 'tolerance', 'workers', 'onProgress', 'signal'],
    'retrainInWorkers',
  );
  const { pool, subsets, workers, onProgress, signal } = options;
  if (!(Number.isInteger(workers) && workers >= 1)) {
    throw new InputError(`The number of workers is ${workers}; it must be a whole number of at least 1.`);
  }
  checkSubsets(subsets, pool);
  const job = shareJob(options);
  // A schedule costs the same in any block: small ones keep progress and workers even.
  const parts = options.learner.kind === 'scheduled' ? 8 * workers : workers;
  const blocks = blocksOf(job, subsets.count, parts);
  const label = `retraining ${subsets.count.toLocaleString('en')} subsets in ${workers} workers`;
  const threads = threadsFor(file, workers);
  // Every waiting block listens to it.
  const stop = signal && AbortSignal.any([signal]);
  if (stop) setMaxListeners(0, stop);
  let done = 0;
  try {
    const runBlock = async (block: JobBlock): Promise<void> => {
      const { inputError } = await runWithRetries(threads, block, stop);
      if (inputError !== undefined) throw new InputError(inputError);
      done += block.count;
      onProgress?.({ label, done, total: subsets.count });
    };
    await inLanes(workers, blocks, runBlock);
  } catch (error) {
    if (signal?.aborted) throw new InterruptedError(`Stopped on request during ${label}.`);
    throw error;
  }
  const { parameterCount, parameters, residuals, iterations, status } = job;
  // Copies in memory of this thread's own, as shared memory is not accepted everywhere.
  return {
    count: subsets.count,
    parameterCount,
    parameters: parameters.slice(),
    residuals: residuals.slice(),
    iterations: iterations.slice(),
    status: status.slice(),
  };
}

function threadsFor(file: string, workers: number): Piscina<JobBlock, BlockOutcome> {
  const key = `${workers} ${file}`;
  let threads = threadsOf.get(key);
  if (!threads) {
    threads = new Piscina({ filename: file, minThreads: 0, maxThreads: workers, idleTimeout: idleMilliseconds });
    threadsOf.set(key, threads);
  }
  return threads;
}

/**
 * Runs the jobs in order, so many at a time. After a failure no further one is begun, and those that run are waited for, as
 * their threads' answers must still find someone; then the first failure is thrown.
 */
async function inLanes<Job>(lanes: number, jobs: readonly Job[], run: (job: Job) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (failures.length === 0 && next < jobs.length) {
      try {
        await run(jobs[next++]);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  if (failures.length > 0) throw failures[0];
}

async function runWithRetries(
  threads: Piscina<JobBlock, BlockOutcome>,
  block: JobBlock,
  signal: AbortSignal | undefined,
): Promise<BlockOutcome> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await threads.run(block, { signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      if (attempt === attempts) {
        throw new Error(
          `Subsets ${block.first} to ${block.first + block.count - 1} could not be retrained: ` +
            `their worker failed ${attempts} times, at last because of: ${(error as Error).message}`,
          { cause: error },
        );
      }
    }
  }
}

function shareJob({ pool, learner, subsets, tolerance }: RetrainInWorkersOptions): SharedJob {
  const parameterCount = learner.parameterCount(pool);
  return {
    pool: sharePool(pool),
    learner: { name: learner.name, hyperparameters: learner.hyperparameters },
    learnerModule: learnerModule(learner.name),
    kernels: kernelChoice(),
    tolerance,
    parameterCount,
    weights: shared(subsets.weights, Uint8Array),
    parameters: new Float64Array(new SharedArrayBuffer(8 * subsets.count * parameterCount)),
    residuals: new Float64Array(new SharedArrayBuffer(8 * subsets.count)),
    iterations: new Uint16Array(new SharedArrayBuffer(2 * subsets.count)),
    status: new Uint8Array(new SharedArrayBuffer(subsets.count)),
  };
}

/** A copy of the pool in shared memory, the same for every retraining of the pool unless its numbers were changed in place. */
function sharePool(pool: Dataset): SharedPool {
  let copy = sharedPools.get(pool);
  if (!copy || !sameNumbers(copy.dataset.features, pool.features) || !sameNumbers(copy.dataset.labels, pool.labels)) {
    const features = shared(pool.features, Float64Array);
    const labels = shared(pool.labels, Uint8Array);
    copy = { id: ++lastPool, dataset: { ...pool, features, labels } };
    sharedPools.set(pool, copy);
  }
  return copy;
}

function sameNumbers(a: Float64Array | Uint8Array, b: Float64Array | Uint8Array): boolean {
  return a.length === b.length && a.every((value, k) => Object.is(value, b[k]));
}

/** A copy of an array in shared memory. */
function shared<Numbers extends Float64Array | Uint8Array>(
  numbers: Numbers,
  type: new (buffer: SharedArrayBuffer) => Numbers,
): Numbers {
  const copy = new type(new SharedArrayBuffer(numbers.byteLength));
  copy.set(numbers);
  return copy;
}

/** Blocks of at most {@link blockSubsets}, and at least so many where there are enough subsets. */
function blocksOf(job: SharedJob, count: number, parts: number): JobBlock[] {
  const size = Math.max(1, Math.min(blockSubsets, Math.ceil(count / parts)));
  return Array.from({ length: Math.ceil(count / size) }, (_, k) => ({
    job,
    first: k * size,
    count: Math.min(size, count - k * size),
  }));
}
