import { memoryPlan, networkMemory } from '../../../numerics/network-kernels.js';
import { adamStep, epsilon, firstDecay, secondDecay, type AdamState } from './adam.js';
import { matrixViews, type NetworkShape } from '../network/network-shape.js';
import type { LossSettings } from '../settings.js';
import { addWeightPenalties } from './weight-penalties.js';

/** The weights of a network in training and what changes them from step to step, where that is computed. */
export interface WeightUpdate {
  readonly weights: Float32Array;
  /** To be filled with the gradient of the loss before each step. */
  readonly gradient: Float32Array;
  readonly adam: AdamState;
  /** Adds the gradient of the weight penalties to `gradient`, and returns their value. */
  addPenalties(settings: Pick<LossSettings, 'l1' | 'l2'>): number;
  /** One step of Adam along `gradient`; arguments as of `adamStep`. */
  adamStep(step: number, rate: number, weightDecay: number): void;
}

/**
 * A weight update by kernels, on arrays in a WebAssembly memory of its own: nothing is copied from step to step.
 *
 * @param start weights and Adam's arrays, which are copied.
 * @throws InputError if this engine has no WebAssembly SIMD.
 */
export function kernelWeightUpdate(shape: NetworkShape, start: Pick<WeightUpdate, 'weights' | 'adam'>): WeightUpdate {
  const { length } = start.weights;
  const { kernels, numbers } = networkMemory();
  const plan = memoryPlan();
  const addresses = [0, 1, 2, 3].map(() => plan.take(length));
  const memory = numbers(plan.length);
  const [weights, gradient, first, second] = addresses.map((at) => memory.subarray(at / 4, at / 4 + length));
  weights.set(start.weights);
  first.set(start.adam.first);
  second.set(start.adam.second);
  const matrices = matrixViews(shape, weights);
  const gradients = matrixViews(shape, gradient);
  const vectors = 4 * Math.ceil(length / 4);
  return {
    weights,
    gradient,
    adam: { first, second },
    addPenalties({ l1, l2 }) {
      if (l1 === 0 && l2 === 0) return 0;
      let value = 0;
      matrices.forEach((matrix, i) => {
        const norm = Math.sqrt(kernels.squareSum(matrix.length, matrix.byteOffset));
        value += l1 * kernels.absoluteSum(matrix.length, matrix.byteOffset) + l2 * norm;
        const ofNorm = norm === 0 ? 0 : l2 / norm;
        kernels.addWeightPenalties(matrix.length, matrix.byteOffset, gradients[i].byteOffset, l1, ofNorm);
      });
      return value;
    },
    adamStep(step, rate, weightDecay) {
      const [w, g, m, v] = addresses;
      const [stepSize, correction] = [rate / (1 - firstDecay ** step), 1 / Math.sqrt(1 - secondDecay ** step)];
      const keep = 1 - rate * weightDecay;
      kernels.adam(vectors, w, g, m, v, firstDecay, secondDecay, epsilon, keep, stepSize, correction);
    },
  };
}

/** A weight update by loops, for engines without the kernels, and to compare them with. */
export function plainWeightUpdate(
  shape: NetworkShape,
  { weights, adam }: Pick<WeightUpdate, 'weights' | 'adam'>,
): WeightUpdate {
  const gradient = new Float32Array(weights.length);
  return {
    weights,
    gradient,
    adam,
    addPenalties: (settings) => addWeightPenalties(settings, matrixViews(shape, weights), matrixViews(shape, gradient)),
    adamStep: (step, rate, weightDecay) => adamStep(weights, gradient, adam, step, rate, weightDecay),
  };
}
