import { z } from 'zod';
import { InputError } from '../../errors.js';
import { describeShape, lastAxis, shapeSize, withLastAxis, type Shape } from '../shape.js';
import type { Layer } from './layer.js';
import { weightedLayer } from './weighted.js';

/** y = W·x + b along the last axis, the same for every position. */
export interface DenseLayer {
  readonly kind: 'dense';
  readonly units: number;
}

export const denseSchema = z.strictObject({ kind: z.literal('dense'), units: z.int().positive() });

/** Parameters: weights `units×inputs`, biases `units`. */
export function dense({ units }: DenseLayer, input: Shape): Layer {
  if (input.kind === 'tokens')
    throw new InputError(`A dense layer cannot take ${describeShape(input)}; embed them first.`);
  const inputs = lastAxis(input);
  const inputSize = shapeSize(input);
  const positions = inputSize / inputs;
  return {
    output: withLastAxis(input, units),
    parameters: [
      { name: 'weights', shape: [units, inputs] },
      { name: 'biases', shape: [units] },
    ],
    ...weightedLayer(
      { units, inputs, positions, inputSize },
      {
        forward(kernels, count, x, w, y, accumulate) {
          kernels.multiply(2, count * positions, units, inputs, x, inputs, w, inputs, y, units, accumulate, 1, 0, 0, 0);
        },
        back(kernels, count, y, w, x, accumulate) {
          kernels.multiply(0, count * positions, inputs, units, y, units, w, inputs, x, inputs, accumulate, 1, 0, 0, 0);
        },
        addWeights(kernels, count, x, y, w) {
          kernels.multiply(1, units, inputs, count * positions, y, units, x, inputs, w, inputs, 1, 1, 0, 0, 0);
        },
      },
    ),
  };
}
