import type { Dataset } from '../../../src/data/dataset.js';
import { randomStream } from '../../../src/numerics/random.js';
import type { NetworkShape } from '../../../src/prediction/modelpred/network.js';
import type { Subsets } from '../../../src/subsets/subsets.js';

/** Gaussian points around one centre per class. */
export function gaussianPool(size: number, dimension: number, classCount: number, seed = 1): Dataset {
  const random = randomStream(seed, 'pool');
  const labels = Uint8Array.from({ length: size }, (_, i) => i % classCount);
  const features = Float64Array.from({ length: size * dimension }, (_, k) => {
    const i = Math.floor(k / dimension);
    return random.normal() + (k % dimension === labels[i] % dimension ? 1.5 * (labels[i] + 1) : 0);
  });
  const classes = Array.from({ length: classCount }, (_, c) => `class ${c}`);
  const featureNames = Array.from({ length: dimension }, (_, j) => `feature ${j}`);
  return { name: `gaussian ${seed}`, size, dimension, features, labels, classes, featureNames };
}

/** Subsets of random size ≥ half the pool, all classes in each. */
export function randomSubsets(pool: Dataset, count: number, seed = 2): Subsets {
  const weights = new Uint8Array(count * pool.size);
  for (let b = 0; b < count; b++) {
    const random = randomStream(seed, 'subset', b);
    const row = weights.subarray(b * pool.size, (b + 1) * pool.size);
    const present = (): number =>
      new Set(Array.from(row, (w, i) => (w > 0 ? pool.labels[i] : -1)).filter((c) => c >= 0)).size;
    do {
      const size = Math.ceil(pool.size / 2) + random.integer(Math.floor(pool.size / 2) + 1);
      row.fill(0);
      for (const i of random.permutation(pool.size).subarray(0, size)) row[i] = 1;
    } while (present() < pool.classes.length);
  }
  return { count, poolSize: pool.size, weights };
}

/** Objective of L2 logistic regression, its gradient and its mean training loss in plain float64 loops. */
export function logisticTwin(pool: Dataset, C: number, weights: ArrayLike<number>, theta: ArrayLike<number>) {
  const { size, dimension: d, classes, labels, features } = pool;
  const K = classes.length;
  const rows = K === 2 ? 1 : K;
  const gradient = new Float64Array(rows * (d + 1));
  let objective = 0;
  let lossSum = 0;
  let count = 0;
  let biasSum = 0;
  for (let k = 0; k < rows; k++) {
    biasSum += theta[k * (d + 1) + d];
    for (let j = 0; j < d; j++) {
      objective += theta[k * (d + 1) + j] ** 2 / 2;
      gradient[k * (d + 1) + j] += theta[k * (d + 1) + j];
    }
  }
  if (rows > 1) {
    objective += biasSum ** 2 / 2;
    for (let k = 0; k < rows; k++) gradient[k * (d + 1) + d] += biasSum;
  }
  for (let i = 0; i < size; i++) {
    const x = [...features.subarray(i * d, (i + 1) * d), 1];
    const f = Array.from({ length: rows }, (_, k) => x.reduce((sum, v, j) => sum + v * theta[k * (d + 1) + j], 0));
    const scores = rows === 1 ? [0, f[0]] : f;
    const top = Math.max(...scores);
    const total = scores.reduce((sum, s) => sum + Math.exp(s - top), 0);
    const loss = top + Math.log(total) - scores[labels[i]];
    objective += C * weights[i] * loss;
    lossSum += weights[i] * loss;
    count += weights[i];
    for (let k = 0; k < rows; k++) {
      const klass = rows === 1 ? 1 : k;
      const excess = Math.exp(scores[klass] - top) / total - (labels[i] === klass ? 1 : 0);
      x.forEach((v, j) => (gradient[k * (d + 1) + j] += C * weights[i] * excess * v));
    }
  }
  return { objective, gradient, trainingLoss: lossSum / count };
}

/**
 * The network for one subset as the authors' code evaluates it, in float64 loops: the subset's points are copied out, padded
 * with zero points to the size of the pool, embedded one by one and summed.
 */
export function paddedTwin(
  shape: NetworkShape,
  weights: ArrayLike<number> & Iterable<number>,
  points: Float32Array,
  multiplicity: ArrayLike<number>,
): number[] {
  const { inputs, outputs } = shape;
  const sizes = [inputs, 128, 128, 128, 128, 128, 64, outputs];
  const flat = [...weights];
  let offset = 0;
  const matrices = sizes.slice(1).map((to, layer) => {
    const matrix = flat.slice(offset, offset + sizes[layer] * to);
    offset += matrix.length;
    return (x: readonly number[]): number[] =>
      Array.from({ length: to }, (_, j) => x.reduce((sum, v, i) => sum + v * matrix[i * to + j], 0));
  });
  const bias = flat.slice(offset);
  const elu = (x: readonly number[]): number[] => x.map((v) => (v > 0 ? v : Math.exp(v) - 1));

  const members: number[][] = [];
  Array.from(multiplicity).forEach((times, i) => {
    for (let k = 0; k < times; k++) members.push([...points.subarray(i * inputs, (i + 1) * inputs)]);
  });
  while (members.length < multiplicity.length) members.push(new Array<number>(inputs).fill(0));

  const embedded = members.map((x) => matrices[2](elu(matrices[1](elu(matrices[0](x))))));
  const pooled = Array.from({ length: 128 }, (_, j) => embedded.reduce((sum, e) => sum + e[j], 0));
  const hidden = [matrices[3], matrices[4], matrices[5]].reduce((h, multiply) => elu(multiply(h)), pooled);
  return matrices[6](hidden).map((v, j) => v + bias[j]);
}
