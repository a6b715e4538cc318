import { type NetworkShape, sizeInputCount } from './network-shape.js';

/** Rows of weights of a pool's points: subsets, or their relaxation to real numbers. */
export interface PoolWeights {
  /** Rows, B. */
  readonly count: number;
  /** N. */
  readonly poolSize: number;
  /** `B×N`, not negative. */
  readonly weights: Uint8Array | Float64Array;
  /** `B×stepInputs`, standardised; needed where the network reads a base's last step. */
  readonly steps?: Float32Array;
}

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
export function poolingOf(
  { architecture }: NetworkShape,
  referenceSize: number,
  subsets: PoolWeights,
): PoolingOfSubsets {
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
      placeSizeInputs(sizes, b * sizeInputCount, n, squares, referenceSize);
    }
  }
  return { factors, sizes };
}

/** Writes what ρ reads of a subset's size n and the sum of its squared weights to `sizes` from place `at` on. */
export function placeSizeInputs(
  sizes: Float32Array,
  at: number,
  n: number,
  squares: number,
  referenceSize: number,
): void {
  const share = n / referenceSize;
  sizes[at] = share;
  sizes[at + 1] = Math.log((n + 1) / (referenceSize + 1));
  sizes[at + 2] = squares / referenceSize - share * share;
}

/**
 * `B×N` gradient in the weights, from those in what {@link poolingOf} makes of them.
 *
 * @param ofFactors `B×N`.
 * @param ofSizes `B×3`, empty where there are no size inputs.
 */
export function weightGradientOfPooling(
  { architecture }: NetworkShape,
  referenceSize: number,
  { count, poolSize, weights }: PoolWeights,
  ofFactors: ArrayLike<number>,
  ofSizes: ArrayLike<number>,
): Float64Array {
  const gradient = Float64Array.from(ofFactors);
  for (let b = 0; b < count; b++) {
    const start = b * poolSize;
    const row = weights.subarray(start, start + poolSize);
    let n = 0;
    let along = 0;
    for (let i = 0; i < poolSize; i++) {
      n += row[i];
      along += ofFactors[start + i] * row[i];
    }
    if (architecture.pooling === 'mean') {
      for (let i = 0; i < poolSize; i++) gradient[start + i] = n > 0 ? (ofFactors[start + i] - along / n) / n : 0;
    }
    if (!architecture.sizeInputs) continue;
    const [ofShare, ofLog, ofSpread] = [0, 1, 2].map((k) => ofSizes[b * sizeInputCount + k]);
    const common = ofShare / referenceSize + ofLog / (n + 1);
    for (let i = 0; i < poolSize; i++) {
      gradient[start + i] += common + (2 * ofSpread * (row[i] - n / referenceSize)) / referenceSize;
    }
  }
  return gradient;
}
