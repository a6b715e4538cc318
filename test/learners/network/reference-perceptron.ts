import type { Dataset } from '../../../src/data/dataset.js';

/** A multilayer perceptron by its definition, one point and one number at a time. */
export interface NaivePerceptron {
  readonly hidden: readonly number[];
  readonly activation: 'tanh' | 'relu';
  readonly weightDecay: number;
}

export function naiveLogits(model: NaivePerceptron, points: Dataset, i: number, theta: ArrayLike<number>): number[] {
  const { dimension: d, features, classes } = points;
  let inputs = [...features.subarray(i * d, (i + 1) * d)];
  const widths = [...model.hidden, classes.length];
  let at = 0;
  widths.forEach((outputs, layer) => {
    const sums = Array.from({ length: outputs }, () => {
      const sum = [...inputs, 1].reduce((total, input, j) => total + input * theta[at + j], 0);
      at += inputs.length + 1;
      return sum;
    });
    const activate = model.activation === 'tanh' ? Math.tanh : (value: number) => Math.max(0, value);
    inputs = layer < widths.length - 1 ? sums.map(activate) : sums;
  });
  return inputs;
}

export function naiveProbabilities(...[model, points, i, theta]: Parameters<typeof naiveLogits>): number[] {
  const exponentials = naiveLogits(model, points, i, theta).map(Math.exp);
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}

/** Σ_i cost_i·−log P(y_i | x_i) + λ/2 ‖θ‖². */
export function naiveObjective(
  model: NaivePerceptron,
  pool: Dataset,
  costs: ArrayLike<number>,
  theta: ArrayLike<number>,
): number {
  let value = (model.weightDecay / 2) * Array.from(theta).reduce((sum, number) => sum + number * number, 0);
  for (let i = 0; i < pool.size; i++) {
    if (costs[i] !== 0) value -= costs[i] * Math.log(naiveProbabilities(model, pool, i, theta)[pool.labels[i]]);
  }
  return value;
}

/** ∂ of any function of θ by central differences. */
export function numericGradient(of: (theta: Float64Array) => number, theta: Float64Array, h = 1e-5): number[] {
  return Array.from(theta, (_, j) => {
    const at = (by: number) => of(theta.map((value, l) => (l === j ? value + by : value)));
    return (at(h) - at(-h)) / (2 * h);
  });
}

/** Adam's steps along gradients that `gradientOf(step, θ)` gives, weight decay included; step counts from 0. */
export function naiveAdam(
  start: ArrayLike<number>,
  steps: number,
  learningRate: number,
  gradientOf: (step: number, theta: Float64Array) => ArrayLike<number>,
): Float64Array {
  const theta = Float64Array.from(start);
  const mean = new Float64Array(theta.length);
  const square = new Float64Array(theta.length);
  for (let step = 0; step < steps; step++) {
    const gradient = gradientOf(step, theta);
    for (let j = 0; j < theta.length; j++) {
      mean[j] = 0.9 * mean[j] + 0.1 * gradient[j];
      square[j] = 0.999 * square[j] + 0.001 * gradient[j] ** 2;
      const [m, v] = [mean[j] / (1 - 0.9 ** (step + 1)), square[j] / (1 - 0.999 ** (step + 1))];
      theta[j] -= (learningRate * m) / (Math.sqrt(v) + 1e-8);
    }
  }
  return theta;
}
