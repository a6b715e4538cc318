import { z } from 'zod';
import type { OptimiserRule, OptimiserStep } from './optimiser.js';

/** Adam (Kingma & Ba 2015), or AdamW (Loshchilov & Hutter 2019) where weight decay is decoupled, as PyTorch has them. */
export interface AdamOptimiser {
  readonly kind: 'adam';
  /** β₁ and β₂. Default 0.9 and 0.999. */
  readonly meanRate?: number;
  readonly squareRate?: number;
  /** ε. Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0. */
  readonly weightDecay?: number;
  /** Whether weights shrink by rate·weightDecay in each step instead of having it in their gradient. Default false. */
  readonly decoupled?: boolean;
}

const rate = z.number().min(0).lt(1).optional();
export const adamSchema = z.strictObject({
  kind: z.literal('adam'),
  meanRate: rate,
  squareRate: rate,
  epsilon: z.number().positive().optional(),
  weightDecay: z.number().min(0).optional(),
  decoupled: z.boolean().optional(),
});

export function adam(options: AdamOptimiser): OptimiserRule {
  const { meanRate = 0.9, squareRate = 0.999, epsilon = 1e-8, weightDecay = 0, decoupled = false } = options;
  const decay = decoupled ? 0 : weightDecay;

  const factorsAt = ({ learningRate, index }: OptimiserStep) => ({
    size: learningRate / (1 - meanRate ** (index + 1)),
    squareScale: 1 / Math.sqrt(1 - squareRate ** (index + 1)),
    shrink: decoupled ? 1 - learningRate * weightDecay : 1,
  });
  /** What the step makes of parameter j: gradient with decay, mean, root of the square, and the denominator. */
  function partsOf({ kernels: { numbers }, values }: OptimiserStep, squareScale: number, j: number) {
    const { parameters, gradient, state } = values;
    const slope = numbers[gradient + j] + decay * numbers[parameters + j];
    const mean = meanRate * numbers[state[0] + j] + (1 - meanRate) * slope;
    const root = Math.sqrt(squareRate * numbers[state[1] + j] + (1 - squareRate) * slope * slope);
    const denominator = root * squareScale + epsilon;
    // d denominator / d square; a square of 0 has had no gradient yet, and stays without influence.
    return { slope, mean, denominator, denominatorSlope: root > 0 ? squareScale / (2 * root) : 0 };
  }

  return {
    stateVectors: 2,
    derivativesNeedState: true,
    step(step) {
      const { parameters, gradient, state } = step.values;
      const { size, squareScale, shrink } = factorsAt(step);
      const rates = [meanRate, squareRate, epsilon, decay, shrink] as const;
      step.kernels.adamStep(step.length, parameters, gradient, state[0], state[1], size, squareScale, ...rates);
    },
    tangent(step, tangents) {
      const { numbers } = step.kernels;
      const { size, squareScale, shrink } = factorsAt(step);
      const [means, squares] = tangents.state;
      for (let j = 0; j < step.length; j++) {
        const { slope, mean, denominator, denominatorSlope } = partsOf(step, squareScale, j);
        const slopeTangent = numbers[tangents.gradient + j] + decay * numbers[tangents.parameters + j];
        const meanTangent = meanRate * numbers[means + j] + (1 - meanRate) * slopeTangent;
        const squareTangent = squareRate * numbers[squares + j] + 2 * (1 - squareRate) * slope * slopeTangent;
        numbers[means + j] = meanTangent;
        numbers[squares + j] = squareTangent;
        const change = (meanTangent - (mean / denominator) * denominatorSlope * squareTangent) / denominator;
        numbers[tangents.parameters + j] = shrink * numbers[tangents.parameters + j] - size * change;
      }
    },
    reverse(step, adjoints) {
      const { numbers } = step.kernels;
      const { size, squareScale, shrink } = factorsAt(step);
      const [means, squares] = adjoints.state;
      for (let j = 0; j < step.length; j++) {
        const { slope, mean, denominator, denominatorSlope } = partsOf(step, squareScale, j);
        const change = (size * numbers[adjoints.parameters + j]) / denominator;
        const meanAdjoint = numbers[means + j] - change;
        const squareAdjoint = numbers[squares + j] + change * (mean / denominator) * denominatorSlope;
        const slopeAdjoint = (1 - meanRate) * meanAdjoint + 2 * (1 - squareRate) * slope * squareAdjoint;
        numbers[means + j] = meanRate * meanAdjoint;
        numbers[squares + j] = squareRate * squareAdjoint;
        numbers[adjoints.gradient + j] = slopeAdjoint;
        numbers[adjoints.parameters + j] = shrink * numbers[adjoints.parameters + j] + decay * slopeAdjoint;
      }
    },
  };
}
