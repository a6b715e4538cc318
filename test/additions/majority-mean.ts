import type { Bank, Predictor } from '../../src/index.js';
import { checkSubsets } from '../../src/subsets/subsets.js';

/**
 * Predicts the mean of the bank's parameters over the subsets of the same half of sizes: below the bank's median size, or at and
 * above it. A predictor maps `B` subsets to `B×p` parameters; this one has learned all it knows when it is made.
 */
export function majorityMeanPredictor({ pool, subsets, parameters }: Bank): Predictor {
  const p = parameters.length / subsets.count;
  const sizeOf = (weights: Uint8Array, b: number): number =>
    weights.subarray(b * pool.size, (b + 1) * pool.size).reduce((sum, weight) => sum + weight, 0);
  const sizes = Float64Array.from({ length: subsets.count }, (_, b) => sizeOf(subsets.weights, b));
  const median = sizes.slice().sort()[Math.floor(subsets.count / 2)];
  const means = [new Float64Array(p), new Float64Array(p)];
  const counts = [0, 0];
  sizes.forEach((size) => counts[Number(size >= median)]++);
  sizes.forEach((size, b) => {
    const half = Number(size >= median);
    for (let j = 0; j < p; j++) means[half][j] += parameters[b * p + j] / counts[half];
  });
  return {
    name: 'mean of the half of sizes',
    predict(asked) {
      checkSubsets(asked, pool);
      const predicted = new Float64Array(asked.count * p);
      for (let b = 0; b < asked.count; b++) predicted.set(means[Number(sizeOf(asked.weights, b) >= median)], b * p);
      return predicted;
    },
  };
}
