import { InputError } from '../errors.js';
import type { Valuation } from './game.js';
import { addToMoments, emptyMoments, summariseMoments } from './running-moments.js';

/** Values from given permutations. */
export interface PermutationEstimate extends Valuation {
  /** Permutations used, T. */
  readonly permutations: number;
}

/**
 * Permutation estimate of data Shapley values (Ghorbani & Zou 2019, algorithm 1 without truncation): the value of a point is
 * the mean over permutations of U(points up to and including it) − U(points before it). Unbiased; every permutation's
 * marginals add up to U(all) − U(none).
 *
 * @param permutations T orders of the pool's N points
 * @param utilities `T×(N+1)`: entry k of a row is the utility of the first k points of that permutation, k = 0 … N
 * @throws InputError if the shapes do not fit.
 */
export function shapleyValues(permutations: readonly Int32Array[], utilities: Float64Array): PermutationEstimate {
  const count = permutations.length;
  const poolSize = count === 0 ? 0 : permutations[0].length;
  if (count === 0 || utilities.length !== count * (poolSize + 1))
    throw new InputError(
      `Shapley values of ${poolSize} points from ${count} permutations need ${count * (poolSize + 1)} utilities, got ${utilities.length}: pass one for each prefix, the empty one included, and at least one permutation.`,
    );
  const sums = emptyMoments(poolSize);
  const contributions = new Float64Array(poolSize);
  permutations.forEach((order, t) => {
    const row = t * (poolSize + 1);
    order.forEach((point, k) => (contributions[point] = utilities[row + k + 1] - utilities[row + k]));
    addToMoments(sums, t, contributions);
  });
  const { values, standardErrors } = summariseMoments(sums, count);
  return { values, standardErrors, permutations: count };
}
