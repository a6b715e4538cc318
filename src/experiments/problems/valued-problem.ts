import { flipLabels, stratifiedSplit, type Dataset } from '../../data/index.js';
import type { Learner } from '../../learners/learner.js';
import { deriveSeed } from '../../numerics/random.js';
import { loadProblem, type ProblemName } from './problem.js';

/** A tenth of the pool's labels are wrong. */
const flippedShare = 0.1;

/** A pool with known label errors, points for the utility, and other points to judge what was made of it. */
export interface ValuedProblem {
  readonly title: string;
  readonly pool: Dataset;
  /** `N`: whether the label was flipped. */
  readonly flipped: readonly boolean[];
  readonly validation: Dataset;
  readonly test: Dataset;
  readonly learner: Learner;
}

/**
 * Part of a problem's pool with a tenth of the labels flipped.
 *
 * @param seed decides which points are in the pool and which labels are flipped
 * @param splitSeed decides which held-out points make the utility and which judge
 */
export async function valuedProblem(
  { problem, poolSize }: { readonly problem: ProblemName; readonly poolSize: number },
  seed: number,
  splitSeed: number,
): Promise<ValuedProblem> {
  const { title, pool, test, learner } = await loadProblem(problem);
  const part =
    poolSize === pool.size
      ? pool
      : stratifiedSplit(pool, { train: poolSize, seed: deriveSeed(seed, title, 'valuation pool') }).train;
  const noisy = flipLabels(part, { fraction: flippedShare, seed: deriveSeed(seed, title, 'label noise') });
  const wrong = new Set(noisy.flipped);
  // Half the held-out points make the utility, the other half judges: never the same points.
  const halves = stratifiedSplit(test, { train: 0.5, seed: deriveSeed(splitSeed, title, 'validation and test') });
  return {
    title,
    pool: noisy.dataset,
    flipped: Array.from({ length: part.size }, (_, i) => wrong.has(i)),
    validation: halves.train,
    test: halves.test,
    learner,
  };
}
