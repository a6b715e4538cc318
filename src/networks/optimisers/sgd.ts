import { z } from 'zod';
import type { OptimiserRule } from './optimiser.js';

/** v = momentum·v + ∇F + weightDecay·θ; θ = θ − rate·v: stochastic gradient descent as PyTorch has it (without dampening). */
export interface SgdOptimiser {
  readonly kind: 'sgd';
  /** Default 0.9. */
  readonly momentum?: number;
  /** Default 0. */
  readonly weightDecay?: number;
}

export const sgdSchema = z.strictObject({
  kind: z.literal('sgd'),
  momentum: z.number().min(0).lt(1).optional(),
  weightDecay: z.number().min(0).optional(),
});

export function sgd({ momentum = 0.9, weightDecay = 0 }: SgdOptimiser): OptimiserRule {
  return {
    stateVectors: 1,
    derivativesNeedState: false,
    step({ kernels, length, values: { parameters, gradient, state }, learningRate }) {
      kernels.momentumStep(length, parameters, gradient, state[0], learningRate, momentum, weightDecay);
    },
    // The step is linear in everything it reads.
    tangent({ kernels, length, learningRate }, { parameters, gradient, state }) {
      kernels.momentumStep(length, parameters, gradient, state[0], learningRate, momentum, weightDecay);
    },
    reverse({ kernels, length, learningRate }, { parameters, gradient, state: [velocity] }) {
      kernels.combine(length, -learningRate, parameters, 1, velocity);
      kernels.combine(length, 1, velocity, 0, gradient);
      kernels.combine(length, weightDecay, gradient, 1, parameters);
      kernels.combine(length, momentum, gradient, 0, velocity);
    },
  };
}
