import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Learner, LearnerDescription } from '../learners/learner.js';
import { createLearner } from '../learners/registry.js';
import { chooseKernels, type KernelChoice } from '../numerics/wasm-kernels.js';

/** What all blocks of one retraining have in common; its arrays lie in shared memory, so sending it copies none of them. */
export interface SharedJob {
  /** Tells jobs apart within a worker. */
  readonly id: number;
  readonly pool: Dataset;
  readonly learner: LearnerDescription;
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

/** The job at hand with its learner; the same pool object for all its blocks, so that its size path is solved once. */
let current: { readonly job: SharedJob; readonly learner: Learner } | undefined;

/** Retrains one block of a job and writes its rows of the results. */
export default async function retrainBlock({ job, first, count }: JobBlock): Promise<BlockOutcome> {
  try {
    if (current?.job.id !== job.id) {
      chooseKernels(job.kernels);
      current = { job, learner: createLearner(job.learner) };
    }
    const { pool, tolerance, parameterCount: p } = current.job;
    const weights = job.weights.subarray(first * pool.size, (first + count) * pool.size);
    const trained = await current.learner.retrain(pool, { count, poolSize: pool.size, weights }, { tolerance });
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
