import { perceptronKernels } from '../../numerics/perceptron-kernels.js';
import { layersParameterCount, type PerceptronLayer } from './perceptron-layers.js';

export type Activation = 'tanh' | 'relu';

/** Points with features and the constant 1 (`N×(d+1)`), and their labels. */
export interface PerceptronPoints {
  readonly design: Float64Array;
  readonly labels: Uint8Array;
}

/** Settings of the Adam optimiser as PyTorch has them; weight decay is added to the gradient. */
export interface AdamSettings {
  readonly learningRate: number;
  readonly weightDecay: number;
}
const meanRate = 0.9;
const squareRate = 0.999;
const epsilon = 1e-8;

/** The kernels take points in groups of 8: up to 7 with cost 0 are added. */
const pointGroup = 8;
/** Numbers at the start of the kernels' memory that are left to the module itself. */
const firstNumber = 128;

/**
 * Forward and backward passes of one multilayer perceptron at a time, in the memory of the kernels. That memory is shared: a
 * workspace is valid until its user waits for something, or another one is made.
 *
 * Activations are `units × n` with the n points at hand side by side, so that every loop runs along points.
 */
export function perceptronWorkspace(layers: readonly PerceptronLayer[], activation: Activation, capacity: number) {
  const p = layersParameterCount(layers);
  const padded = paddedCount(capacity);
  const evenP = p + (p % 2);
  let next = firstNumber;
  const reserve = (length: number): number => {
    const start = next;
    next += length + (length % 2);
    return start;
  };
  const [theta, gradient, mean, square] = [evenP, evenP, evenP, evenP].map(reserve);
  const [labels, costs] = [padded, padded].map(reserve);
  /** Inputs of each layer with a row of ones, then the logits. */
  const activations = [...layers.map(({ inputs }) => reserve((inputs + 1) * padded)), 0];
  activations[layers.length] = reserve(layers[layers.length - 1].outputs * padded);
  /** ∂/∂ the outputs of each layer before its activation; the last ones replace the logits. */
  const slopes = layers.map(({ outputs }, l) =>
    l < layers.length - 1 ? reserve(outputs * padded) : activations[layers.length],
  );
  const { kernels, numbers } = perceptronKernels(next);
  const parameters = numbers.subarray(theta, theta + p);
  numbers.fill(0, theta, theta + 4 * evenP);
  /** Points at hand, padded. */
  let n = 0;

  return {
    p,
    /** The model's θ (`p`), to be read and written. */
    parameters,
    /** Adam's running means of gradients and of their squares (`p`). */
    moments: [numbers.subarray(mean, mean + p), numbers.subarray(square, square + p)] as const,
    /** The gradient of the last {@link backward} pass (`p`). */
    gradient: numbers.subarray(gradient, gradient + p),

    /** Takes these points, with `costOf(i)` the factor of point i's loss. At most `capacity` of them. */
    take({ design, labels: labelOf }: PerceptronPoints, points: ArrayLike<number>, costOf: (point: number) => number) {
      n = paddedCount(points.length);
      const { inputs } = layers[0];
      const first = activations[0];
      numbers.fill(0, first, first + (inputs + 1) * n);
      numbers.fill(0, labels, labels + n);
      numbers.fill(0, costs, costs + n);
      for (let k = 0; k < points.length; k++) {
        const i = points[k];
        for (let j = 0; j <= inputs; j++) numbers[first + j * n + k] = design[i * (inputs + 1) + j];
        numbers[labels + k] = labelOf[i];
        numbers[costs + k] = costOf(i);
      }
      for (let l = 1; l < layers.length; l++) {
        const ones = activations[l] + layers[l].inputs * n;
        numbers.fill(1, ones, ones + n);
      }
    },

    /** Computes the logits; returns them, `K × stride` with the points' in the first columns. */
    forward(): { readonly logits: Float64Array; readonly stride: number } {
      layers.forEach(({ inputs, outputs, offset }, l) => {
        const out = activations[l + 1];
        const row = 8 * (inputs + 1);
        kernels.multiply(outputs, inputs + 1, n, 8 * (theta + offset), row, 8, 8 * activations[l], 8 * out);
        if (l < layers.length - 1) kernels[activation](outputs * n, 8 * out);
      });
      const logits = activations[layers.length];
      return { logits: numbers.subarray(logits, logits + layers[layers.length - 1].outputs * n), stride: n };
    },

    /** Replaces the logits by the slopes of Σ_i cost_i·−log P(label_i) and returns that sum. */
    softmaxLoss(): number {
      const classes = layers[layers.length - 1].outputs;
      return kernels.softmaxLoss(8 * activations[layers.length], classes, 8 * labels, 8 * costs, 8 * n);
    },

    /** Carries the slopes in place of the logits back to every layer. */
    backpropagate(): void {
      for (let l = layers.length - 1; l > 0; l--) {
        const { inputs, outputs, offset } = layers[l];
        const [below, weights, row] = [8 * slopes[l - 1], 8 * (theta + offset), 8 * (inputs + 1)];
        kernels.multiply(inputs, outputs, n, weights, 8, row, 8 * slopes[l], below);
        kernels[`${activation}Gradient`](inputs * n, 8 * activations[l], below);
      }
    },

    /** Sums the gradient over the points, without weight decay. */
    sumGradient(): void {
      layers.forEach(({ inputs, outputs, offset }, l) => {
        const out = 8 * (gradient + offset);
        kernels.multiplyTransposed(8 * slopes[l], 8 * activations[l], outputs, inputs + 1, n, out);
      });
    },

    /** Writes every point's own gradient to `out`, `p × stride` with the points' in the first columns. */
    pointGradients(out: Float64Array): void {
      layers.forEach(({ inputs, outputs, offset }, l) => {
        for (let k = 0; k < outputs; k++) {
          for (let j = 0; j <= inputs; j++) {
            const row = (offset + k * (inputs + 1) + j) * n;
            const [slope, input] = [slopes[l] + k * n, activations[l] + j * n];
            for (let i = 0; i < n; i++) out[row + i] = numbers[slope + i] * numbers[input + i];
          }
        }
      });
    },

    /** Step number `step` (from 1) of Adam along the summed gradient. */
    adamStep(step: number, { learningRate, weightDecay }: AdamSettings): void {
      const [length, rate] = [evenP, learningRate / (1 - meanRate ** step)];
      const scale = 1 / Math.sqrt(1 - squareRate ** step);
      const [t, g, m, v] = [8 * theta, 8 * gradient, 8 * mean, 8 * square];
      kernels.adam(length, t, g, m, v, weightDecay, meanRate, squareRate, rate, scale, epsilon);
    },
  };
}

export type PerceptronWorkspace = ReturnType<typeof perceptronWorkspace>;

/** Points and the padding that goes with them. */
export function paddedCount(points: number): number {
  return pointGroup * Math.ceil(points / pointGroup);
}
