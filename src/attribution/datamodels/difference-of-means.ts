import type { Subsets } from '../../subsets/index.js';
import { interceptsOf, type Datamodels } from './linear-datamodels.js';
import { momentsOf } from './mask-moments.js';

/**
 * Datamodels without regression: the coefficient of a point is the mean output of the subsets with it minus that of those
 * without it, an estimate of its Banzhaf value if subsets are Bernoulli(½). A point that is in all subsets or in none has 0.
 *
 * @param outputs `M×T`
 * @throws InputError if shapes do not fit or an output is not finite.
 */
export function differenceOfMeans(subsets: Subsets, outputs: Float64Array): Datamodels {
  const { gram, cross, maskMeans, outputMeans, poolSize } = momentsOf(subsets, outputs);
  // For 0/1 masks cov(s, y)/var(s) is exactly the difference of the two means.
  const coefficients = cross.map((covariance, at) => {
    const variance = gram[(at % poolSize) * (poolSize + 1)];
    return variance > 0 ? covariance / variance : 0;
  });
  const intercepts = interceptsOf(coefficients, maskMeans, outputMeans);
  return { name: 'difference of means', poolSize, intercepts, coefficients };
}
