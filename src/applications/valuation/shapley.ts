import { InputError } from '../../errors.js';
import type { Valuation } from './game.js';

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
  const values = new Float64Array(poolSize);
  const squares = new Float64Array(poolSize);
  for (let t = 0; t < count; t++)
    for (let k = 0; k < poolSize; k++) {
      const point = permutations[t][k];
      const row = t * (poolSize + 1);
      const marginal = utilities[row + k + 1] - utilities[row + k];
      // Welford's update keeps the variance accurate however many permutations there are.
      const deviation = marginal - values[point];
      values[point] += deviation / (t + 1);
      squares[point] += deviation * (marginal - values[point]);
    }
  const standardErrors = squares.map((sum) => (count < 2 ? NaN : Math.sqrt(sum / (count - 1) / count)));
  return { values, standardErrors, permutations: count };
}
