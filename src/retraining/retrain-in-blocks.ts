import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import { checkTolerance } from '../learners/checks.js';
import type { Learner, Retrained } from '../learners/learner.js';
import { checkSubsets, type Subsets } from '../subsets/subsets.js';
import { openBlockStore } from './block-store.js';
import { retrainInWorkers } from './retrain-in-workers.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface RetrainInBlocksOptions extends RunControl {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly subsets: Subsets;
  /** Largest residual of a row. Default 1e-8. */
  readonly tolerance?: number;
  /** Threads to retrain in; the bytes of the result do not depend on it. Default 1: this thread. */
  readonly workers?: number;
  /** Subsets retrained, and stored, together: a bound on memory. Default 1024. */
  readonly blockSubsets?: number;
  /**
   * Folder in which finished blocks are kept. A retraining of the same subsets finds them there and goes on where an earlier
   * one stopped, to the same bytes.
   */
  readonly store?: string;
}

export const defaultTolerance = 1e-8;
const defaultBlockSubsets = 1024;

/**
 * Retrains subsets block by block, in one or several threads, keeping what is finished where a store is given: a run that is
 * killed loses the block in flight and no more.
 *
 * @throws InputError if the block size is not a positive whole number, the store is damaged or of another retraining, or as
 * `learner.retrain`.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function retrainInBlocks(options: RetrainInBlocksOptions): Promise<Retrained> {
  refuseUnknownOptions(
    options,
    ['pool', 'learner', 'subsets', 'tolerance', 'workers', 'blockSubsets', 'store', 'onProgress', 'signal'],
    'retrainInBlocks',
  );
  const { pool, learner, subsets, tolerance = defaultTolerance, blockSubsets = defaultBlockSubsets } = options;
  const { workers = 1, onProgress, signal } = options;
  if (!(Number.isInteger(blockSubsets) && blockSubsets >= 1)) {
    throw new InputError(`blockSubsets is ${blockSubsets}; it must be a whole number of at least 1.`);
  }
  // Before it is written into a store.
  checkTolerance(tolerance);
  checkSubsets(subsets, pool);
  const { count } = subsets;
  const store =
    options.store === undefined
      ? undefined
      : await openBlockStore(options.store, { pool, learner, subsets, tolerance, blockSubsets });
  const whole = emptyResult(count, learner.parameterCount(pool));
  const label = `retraining ${count.toLocaleString('en')} subsets`;
  for (let first = 0; first < count; first += blockSubsets) {
    const block = rowsOf(subsets, first, Math.min(blockSubsets, count - first));
    const stored = await store?.read(first / blockSubsets, block.count);
    if (stored) {
      place(stored, whole, first);
      onProgress?.({ label, done: first + block.count, total: count, detail: 'found in the store' });
      continue;
    }
    const control: RunControl = {
      signal,
      onProgress: onProgress && (({ done, detail }) => onProgress({ label, done: first + done, total: count, detail })),
    };
    const trained =
      workers === 1
        ? await learner.retrain(pool, block, { tolerance, ...control })
        : await retrainInWorkers({ pool, learner, subsets: block, tolerance, workers, ...control });
    await store?.write(first / blockSubsets, trained);
    place(trained, whole, first);
  }
  return whole;
}

/** Rows `first` to `first + count − 1`, sharing memory with all of them. */
function rowsOf({ poolSize, weights }: Subsets, first: number, count: number): Subsets {
  return { count, poolSize, weights: weights.subarray(first * poolSize, (first + count) * poolSize) };
}

/** B rows to be filled. */
export function emptyResult(count: number, parameterCount: number): Retrained {
  return {
    count,
    parameterCount,
    parameters: new Float64Array(count * parameterCount),
    residuals: new Float64Array(count),
    iterations: new Uint16Array(count),
    status: new Uint8Array(count),
  };
}

function place(part: Retrained, whole: Retrained, first: number): void {
  whole.parameters.set(part.parameters, first * whole.parameterCount);
  whole.residuals.set(part.residuals, first);
  whole.iterations.set(part.iterations, first);
  whole.status.set(part.status, first);
}
