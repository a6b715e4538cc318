import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Learner, LearnerDescription } from '../learners/learner.js';
import { createLearner } from '../learners/registry.js';
import { chooseKernels, type KernelChoice } from '../numerics/wasm-kernels.js';

/** A pool in shared memory. */
export interface SharedPool {
  /** Tells pools apart within a worker, where each message makes an object of its own. */
  readonly id: number;
  readonly dataset: Dataset;
}

/** What all blocks of one retraining have in common; its arrays lie in shared memory, so sending it copies none of them. */
export interface SharedJob {
  readonly pool: SharedPool;
  readonly learner: LearnerDescription;
  /** URL of the module that registers the learner; undefined for the library's own. */
  readonly learnerModule?: string;
  readonly kernels: KernelChoice;
  readonly tolerance: number;
  readonly parameterCount: number;
  /** `B×N` subset weights. */
  readonly weights: Uint8Array;
  /** Results, written in place: `B×p` parameters, `B` residuals, iterations and statuses. */
  readonly parameters: Float64Array;
  readonly residuals: Float64Array;
  readonly iterations: Uint16Array;
  readonly status: Uint8Array;
}

/** Subsets `first` to `first + count − 1` of a job. */
export interface JobBlock {
  readonly job: SharedJob;
  readonly first: number;
  readonly count: number;
}

/** What becomes of a block: nothing more to say, or a problem with the input, as errors lose their kind between threads. */
export interface BlockOutcome {
  readonly inputError?: string;
}

/** The pool and the learner at hand: the same objects for all blocks, and for the next retraining, so that the size path is solved once. */
let current: { readonly pool: SharedPool; readonly learner: Learner; readonly key: string } | undefined;

/** Retrains one block of a job and writes its rows of the results. */
export default async function retrainBlock({ job, first, count }: JobBlock): Promise<BlockOutcome> {
  try {
    const key = JSON.stringify([job.pool.id, job.learner, job.kernels]);
    if (current?.key !== key) {
      chooseKernels(job.kernels);
      if (job.learnerModule !== undefined) await import(job.learnerModule);
      current = { pool: job.pool, learner: createLearner(job.learner), key };
    }
    const { pool, learner } = current;
    const { tolerance, parameterCount: p } = job;
    const { size } = pool.dataset;
    const weights = job.weights.subarray(first * size, (first + count) * size);
    const trained = await learner.retrain(pool.dataset, { count, poolSize: size, weights }, { tolerance });
    job.parameters.set(trained.parameters, first * p);
    job.residuals.set(trained.residuals, first);
    job.iterations.set(trained.iterations, first);
    job.status.set(trained.status, first);
    return {};
  } catch (error) {
    if (error instanceof InputError) return { inputError: error.message };
    throw error;
  }
}
