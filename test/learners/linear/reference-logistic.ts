import type { Dataset } from '../../../src/data/dataset.js';

/**
 * A slow, readable twin of the learner, one model and one point at a time, straight from the definition. Everything is
 * written as softmax over explicit logits; two classes are the softmax of (0, z).
 */

/** Logits of one point, one per class. */
function logitsOf(pool: Dataset, i: number, theta: ArrayLike<number>): number[] {
  const { dimension: d, features, classes } = pool;
  const rows = classes.length === 2 ? 1 : classes.length;
  const logits: number[] = [];
  for (let k = 0; k < rows; k++) {
    let z = theta[k * (d + 1) + d];
    for (let j = 0; j < d; j++) z += theta[k * (d + 1) + j] * features[i * d + j];
    logits.push(z);
  }
  return rows === 1 ? [0, logits[0]] : logits;
}

/** P(k | x_i) for every class. */
export function naiveProbabilities(pool: Dataset, i: number, theta: ArrayLike<number>): number[] {
  const logits = logitsOf(pool, i, theta);
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, z) => total + Math.exp(z - largest), 0);
  return logits.map((z) => Math.exp(z - largest) / sum);
}

/** ½‖w‖² + C·Σ weight·(log Σ_k e^(z_k) − z_y) + ½(Σ_k b_k)² for three or more classes. */
export function naiveObjective(pool: Dataset, weights: ArrayLike<number>, theta: ArrayLike<number>, C: number): number {
  const { dimension: d, labels, classes } = pool;
  let value = 0;
  let biasSum = 0;
  for (let j = 0; j < theta.length; j++) {
    if (j % (d + 1) === d) biasSum += theta[j];
    else value += 0.5 * theta[j] ** 2;
  }
  if (classes.length > 2) value += 0.5 * biasSum ** 2;
  for (let i = 0; i < pool.size; i++) {
    const logits = logitsOf(pool, i, theta);
    const largest = Math.max(...logits);
    const logSum = largest + Math.log(logits.reduce((total, z) => total + Math.exp(z - largest), 0));
    value += C * weights[i] * (logSum - logits[labels[i]]);
  }
  return value;
}

/** ∇ of {@link naiveObjective}, from the definition. */
export function naiveGradient(
  pool: Dataset,
  weights: ArrayLike<number>,
  theta: ArrayLike<number>,
  C: number,
): number[] {
  const { dimension: d, features, labels, classes } = pool;
  const p = theta.length;
  const gradient = new Array<number>(p).fill(0);
  let biasSum = 0;
  for (let j = 0; j < p; j++) {
    if (j % (d + 1) === d) biasSum += theta[j];
    else gradient[j] = theta[j];
  }
  if (classes.length > 2) for (let j = d; j < p; j += d + 1) gradient[j] += biasSum;
  const firstClass = classes.length === 2 ? 1 : 0;
  for (let i = 0; i < pool.size; i++) {
    const probabilities = naiveProbabilities(pool, i, theta);
    for (let j = 0; j < p; j++) {
      const k = firstClass + Math.floor(j / (d + 1));
      const feature = j % (d + 1) === d ? 1 : features[i * d + (j % (d + 1))];
      gradient[j] += C * weights[i] * (probabilities[k] - (labels[i] === k ? 1 : 0)) * feature;
    }
  }
  return gradient;
}

/** ∇² of {@link naiveObjective}: Σ_i C·weight_i·(diag p_i − p_i p_iᵀ) ⊗ x̃_i x̃_iᵀ plus the regulariser. */
export function naiveHessian(
  pool: Dataset,
  weights: ArrayLike<number>,
  theta: ArrayLike<number>,
  C: number,
): number[][] {
  const { dimension: d, features, classes } = pool;
  const p = theta.length;
  const firstClass = classes.length === 2 ? 1 : 0;
  const isBias = (j: number) => j % (d + 1) === d;
  const feature = (i: number, j: number) => (isBias(j) ? 1 : features[i * d + (j % (d + 1))]);
  const hessian = Array.from({ length: p }, (_, j) => {
    const row = new Array<number>(p).fill(0);
    if (!isBias(j)) row[j] = 1;
    else if (classes.length > 2) for (let l = d; l < p; l += d + 1) row[l] = 1;
    return row;
  });
  for (let i = 0; i < pool.size; i++) {
    const probabilities = naiveProbabilities(pool, i, theta);
    for (let j = 0; j < p; j++) {
      for (let l = 0; l < p; l++) {
        const kj = firstClass + Math.floor(j / (d + 1));
        const kl = firstClass + Math.floor(l / (d + 1));
        const curvature = probabilities[kj] * ((kj === kl ? 1 : 0) - probabilities[kl]);
        hessian[j][l] += C * weights[i] * curvature * feature(i, j) * feature(i, l);
      }
    }
  }
  return hessian;
}

/** x with A·x = b, by Gaussian elimination with partial pivoting. */
export function naiveSolve(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  const n = vector.length;
  const rows = matrix.map((row, i) => [...row, vector[i]]);
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let i = column + 1; i < n; i++) if (Math.abs(rows[i][column]) > Math.abs(rows[pivot][column])) pivot = i;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let i = column + 1; i < n; i++) {
      const factor = rows[i][column] / rows[column][column];
      for (let j = column; j <= n; j++) rows[i][j] -= factor * rows[column][j];
    }
  }
  const solution = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let sum = rows[i][n];
    for (let j = i + 1; j < n; j++) sum -= rows[i][j] * solution[j];
    solution[i] = sum / rows[i][i];
  }
  return solution;
}

/** The optimum on one subset by Newton's method from zero with step halving, to the limits of float64. */
export function naiveRetrain(pool: Dataset, weights: ArrayLike<number>, C: number): number[] {
  const outputs = pool.classes.length === 2 ? 1 : pool.classes.length;
  let theta = new Array<number>(outputs * (pool.dimension + 1)).fill(0);
  for (let iteration = 0; iteration < 100; iteration++) {
    const gradient = naiveGradient(pool, weights, theta, C);
    const direction = naiveSolve(naiveHessian(pool, weights, theta, C), gradient);
    const value = naiveObjective(pool, weights, theta, C);
    let step = 1;
    let next = theta.map((t, j) => t - direction[j]);
    while (step > 1e-10 && naiveObjective(pool, weights, next, C) > value + 1e-13 * Math.abs(value)) {
      step /= 2;
      next = theta.map((t, j) => t - step * direction[j]);
    }
    theta = next;
    if (Math.max(...direction.map(Math.abs)) < 1e-12) break;
  }
  return theta;
}
