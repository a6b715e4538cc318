import type { Subsets } from '../../subsets/subsets.js';
import { type NetworkShape, sizeInputCount } from './network.js';

/** What pooling needs of some subsets: the factors of the points, and what ρ reads of the sizes. */
export interface PoolingOfSubsets {
  /** `B×N`: the weights, divided by the subset's size where the mean is taken. */
  readonly factors: Float32Array;
  /** `B×3`: n/N, log((n+1)/(N+1)), mean (w − n/N)²; empty where ρ reads none. */
  readonly sizes: Float32Array;
}

/**
 * Pooling factors and size inputs of subsets.
 *
 * @param referenceSize N, the points of the pool that the network was trained on; the subsets' own pool may be another set.
 */
export function poolingOf({ architecture }: NetworkShape, referenceSize: number, subsets: Subsets): PoolingOfSubsets {
  const { count, poolSize, weights } = subsets;
  const factors = new Float32Array(weights);
  const sizes = new Float32Array(architecture.sizeInputs ? count * sizeInputCount : 0);
  if (architecture.pooling === 'sum' && !architecture.sizeInputs) return { factors, sizes };
  for (let b = 0; b < count; b++) {
    let n = 0;
    let squares = 0;
    for (let i = b * poolSize; i < (b + 1) * poolSize; i++) {
      n += weights[i];
      squares += weights[i] * weights[i];
    }
    if (architecture.pooling === 'mean' && n > 0) {
      for (let i = b * poolSize; i < (b + 1) * poolSize; i++) factors[i] = weights[i] / n;
    }
    if (architecture.sizeInputs) {
      const share = n / referenceSize;
      sizes[b * sizeInputCount] = share;
      sizes[b * sizeInputCount + 1] = Math.log((n + 1) / (referenceSize + 1));
      sizes[b * sizeInputCount + 2] = squares / referenceSize - share * share;
    }
  }
  return { factors, sizes };
}
