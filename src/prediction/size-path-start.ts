import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { requireConvex, type Learner } from '../learners/learner.js';
import type { SizePath } from '../learners/linear/size-path.js';
import { checkSubsets, subsetSizes, type Subsets } from '../subsets/subsets.js';

/** What subsets' sizes alone say about their parameters. */
export interface SizePathStart {
  readonly path: SizePath;
  /** `B` sizes. */
  readonly sizes: Uint32Array;
  /** `B×p`: θ*(n_b), the optimum of the whole pool with weights n_b/N; the caller's to change. */
  readonly parameters: Float64Array;
}

/**
 * Prepares the size path for the sizes of these subsets.
 *
 * @throws InputError if the learner is not convex, a subset is empty or of a pool of another size.
 */
export async function startOnSizePath(
  pool: Dataset,
  learner: Learner,
  subsets: Subsets,
  control?: RunControl,
): Promise<SizePathStart> {
  checkSubsets(subsets, pool);
  return startAtSizes(pool, learner, subsetSizes(subsets), control);
}

/**
 * The same for training sets of these sizes, whose points need not be in the pool; sizes may be above the pool's.
 *
 * @throws InputError if the learner is not convex or a size is 0.
 */
export async function startAtSizes(
  pool: Dataset,
  learner: Learner,
  sizes: Uint32Array,
  control?: RunControl,
): Promise<SizePathStart> {
  const path = requireConvex(learner, 'A start on the size path').sizePath(pool);
  await path.prepare(sizes, control);
  return { path, sizes, parameters: path.optima(sizes) };
}
