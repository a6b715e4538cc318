import type { Dataset } from '../../data/dataset.js';
import { memoryPlan, networkKernels, productScratch } from '../../numerics/network-kernels.js';
import { checkLabels, modelCount } from '../checks.js';
import type { ModelScores } from '../learner.js';
import { designMatrix } from './linear-objective.js';

/** Models scored at a time: their logits stay in cache. */
const block = 256;

/**
 * Mean log-losses and accuracies of logistic regressions on some points, by float32 kernels: products of the parameters with
 * the points, then losses and probabilities four at a time.
 *
 * @param parameters `B×p`
 * @throws InputError if parameters are no whole rows, or this engine has no WebAssembly SIMD.
 */
export function logisticScores(points: Dataset, parameters: Float64Array): ModelScores {
  checkLabels(points);
  const { size, dimension, labels } = points;
  const K = points.classes.length === 2 ? 1 : points.classes.length;
  const width = dimension + 1;
  const models = modelCount(parameters, K * width);
  // Rows are filled up to whole panels of the product.
  const [stride, columns] = [size, width].map((length) => 8 * Math.ceil(length / 8));
  const plan = memoryPlan();
  const rows = Math.min(block, models);
  const [design, targets, multiplicities] = [stride * columns, K * stride, rows * stride].map(plan.take);
  const [vectors, losses] = [rows * K * columns, rows].map(plan.take);
  const [logits, excess] = [0, 1].map(() => plan.take(rows * K * stride));
  const scratch = plan.take(productScratch(Math.max(stride, columns)));
  const { kernels, numbers } = networkKernels(plan.length);

  numbers.fill(0, 0, vectors / 4 + rows * K * columns);
  place(designMatrix(points), width, numbers, design / 4, columns);
  labels.forEach((label, i) => (numbers[targets / 4 + (K === 1 ? 0 : label) * stride + i] = K === 1 ? label : 1));
  for (let b = 0; b < rows; b++)
    numbers.fill(1, multiplicities / 4 + b * stride, multiplicities / 4 + b * stride + size);

  const logLosses = new Float64Array(models);
  const accuracies = new Float64Array(models);
  for (let first = 0; first < models; first += block) {
    const count = Math.min(block, models - first);
    const own = parameters.subarray(first * K * width, (first + count) * K * width);
    place(own, width, numbers, vectors / 4, columns);
    kernels.multiplySecondTransposed(count * K, columns, stride, vectors, design, logits, scratch);
    if (K === 1) kernels.binaryExcess(count, stride, logits, targets, multiplicities, excess, losses);
    else kernels.softmaxExcess(count, K, stride, logits, targets, multiplicities, excess, losses);
    for (let b = 0; b < count; b++) {
      logLosses[first + b] = numbers[losses / 4 + b] / size;
      const start = logits / 4 + b * K * stride;
      const probabilities = numbers.subarray(start, start + K * stride);
      accuracies[first + b] = Number.isNaN(logLosses[first + b])
        ? NaN
        : (K === 1 ? binaryHits : hits)(probabilities, labels, stride) / size;
    }
  }
  return { logLosses, accuracies };
}

/** Right predictions from probabilities of class 1. */
function binaryHits(probabilities: Float32Array, labels: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) count += (probabilities[i] > 0.5 ? 1 : 0) === labels[i] ? 1 : 0;
  return count;
}

/** Right predictions from K rows of probabilities, `stride` apart; the first class of equals is predicted. */
function hits(probabilities: Float32Array, labels: Uint8Array, stride: number): number {
  let count = 0;
  for (let i = 0; i < labels.length; i++) {
    let best = i;
    for (let at = i + stride; at < probabilities.length; at += stride) {
      if (probabilities[at] > probabilities[best]) best = at;
    }
    count += best === labels[i] * stride + i ? 1 : 0;
  }
  return count;
}

/** Places a matrix of `width` columns where rows are `stride` numbers apart; the columns between stay as they are. */
function place(matrix: Float64Array, width: number, numbers: Float32Array, start: number, stride: number): void {
  for (let from = 0, to = start; from < matrix.length; from += width, to += stride) {
    for (let j = 0; j < width; j++) numbers[to + j] = matrix[from + j];
  }
}
