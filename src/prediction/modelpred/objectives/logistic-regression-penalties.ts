import type { Dataset } from '../../../data/dataset.js';
import { memoryPlan, networkMemory, productScratch } from '../../../numerics/network-kernels.js';
import { subsetSizes } from '../../../subsets/subsets.js';
import { designMatrix } from '../../../learners/linear/linear-objective.js';
import type { PenaltyObjective } from './penalty-objective.js';

/**
 * The objective of `logisticRegressionTensors` by kernels, with its first two derivatives. With X̃ = [X, 1], logits
 * f = θX̃ᵀ and excess e = w∘(P(f) − y) the gradient is θ∘(1 − intercepts) + C·e·X̃ and the Hessian times v is
 * v∘(1 − intercepts) + C·(w∘P′(f)·(vX̃ᵀ))·X̃; with K ≥ 3 classes both have the term of ½(Σ_k b_k)² added.
 *
 * @param strength C.
 * @throws InputError if this engine has no WebAssembly SIMD.
 */
export function logisticRegressionPenalties(pool: Dataset, strength: number): PenaltyObjective {
  const { size, dimension, labels } = pool;
  const K = pool.classes.length === 2 ? 1 : pool.classes.length;
  const width = dimension + 1;
  // Rows are filled up to whole panels of the product.
  const [points, columns] = [size, width].map((length) => 8 * Math.ceil(length / 8));
  const p = K * width;
  const intercepts = Float32Array.from({ length: p }, (_, j) => (j % width === dimension ? 1 : 0));
  const { kernels, numbers: memory } = networkMemory();

  const fixed = memoryPlan();
  const design = fixed.take(points * columns);
  const targets = fixed.take(K * points);
  const start = memory(fixed.length);
  placeRows(Float32Array.from(designMatrix(pool)), width, start, design / 4, columns);
  labels.forEach((label, i) => (start[targets / 4 + (K === 1 ? 0 : label) * points + i] = K === 1 ? label : 1));

  /** The regulariser's part, linear in the vectors (`B×p`), added to a product with the design. */
  const withRegulariser = (
    vectors: Float32Array,
    numbers: Float32Array,
    product: number,
    factor: number,
  ): Float32Array => {
    const sums = vectors.slice();
    for (let at = 0, row = product / 4; at < sums.length; at += width, row += columns) {
      for (let j = 0; j < width; j++) sums[at + j] = (j < dimension ? vectors[at + j] : 0) + factor * numbers[row + j];
    }
    if (K === 1) return sums;
    for (let b = 0; b < vectors.length; b += p) {
      let bias = 0;
      for (let k = b + dimension; k < b + p; k += width) bias += vectors[k];
      for (let k = b + dimension; k < b + p; k += width) sums[k] += bias;
    }
    return sums;
  };

  return {
    lossFactor: strength,
    intercepts,
    evaluate(parameters, subsets) {
      const { count: B, poolSize, weights } = subsets;
      const rows = B * K;
      const plan = memoryPlan();
      plan.take(fixed.length);
      const [vectors, product] = [rows, rows].map((length) => plan.take(length * columns));
      const [probabilities, excess, changes] = [rows, rows, rows].map((length) => plan.take(length * points));
      const multiplicities = plan.take(B * points);
      const [losses, scales] = [B, B].map(plan.take);
      const scratch = plan.take(productScratch(Math.max(points, columns)));
      const numbers = memory(plan.length);
      const times = (matrix: Float32Array, result: number): void => {
        placeRows(matrix, width, numbers, vectors / 4, columns);
        kernels.multiplySecondTransposed(rows, columns, points, vectors, design, result, scratch);
      };

      placeRows(weights, poolSize, numbers, multiplicities / 4, points);
      times(parameters, probabilities);
      if (K === 1) kernels.binaryExcess(B, points, probabilities, targets, multiplicities, excess, losses);
      else kernels.softmaxExcess(B, K, points, probabilities, targets, multiplicities, excess, losses);
      kernels.multiply(rows, points, columns, excess, design, product, scratch);
      const sizes = subsetSizes(subsets);
      return {
        gradients: withRegulariser(parameters, numbers, product, strength),
        losses: Float32Array.from(sizes, (n, b) => numbers[losses / 4 + b] / n),
        pullBack(ofGradients, ofLosses) {
          numbers.set(
            ofLosses.map((c, b) => c / sizes[b]),
            scales / 4,
          );
          times(ofGradients, changes);
          if (K === 1)
            kernels.binaryPullback(B, points, changes, probabilities, multiplicities, excess, scales, strength);
          else kernels.softmaxPullback(B, K, points, changes, probabilities, multiplicities, excess, scales, strength);
          kernels.multiply(rows, points, columns, changes, design, product, scratch);
          return withRegulariser(ofGradients, numbers, product, 1);
        },
      };
    },
  };
}

/** Places a matrix of `width` columns where rows are `stride` numbers apart; the columns between become 0. */
function placeRows(
  matrix: Float32Array | Uint8Array,
  width: number,
  numbers: Float32Array,
  start: number,
  stride: number,
): void {
  numbers.fill(0, start, start + (matrix.length / width) * stride);
  for (let i = 0; i * width < matrix.length; i++) {
    numbers.set(matrix.subarray(i * width, (i + 1) * width), start + i * stride);
  }
}
