import { z } from 'zod';
import { InputError } from '../../errors.js';
import { describeShape, shapeSize, type Shape } from '../shape.js';
import { withoutParameters, type Layer } from './layer.js';

/** All numbers of an image or a sequence as features, in the order in which they lie. */
export interface FlattenLayer {
  readonly kind: 'flatten';
}

export const flattenSchema = z.strictObject({ kind: z.literal('flatten') });

const nothing = (): void => undefined;

export function flatten(_: FlattenLayer, input: Shape): Layer {
  if (input.kind === 'tokens') throw new InputError(`Flatten cannot take ${describeShape(input)}; embed them first.`);
  return {
    output: { kind: 'features', size: shapeSize(input) },
    ...withoutParameters,
    place: ({ input: output }) => ({
      output,
      forward: nothing,
      tangent: nothing,
      reverse: nothing,
      reverseTangent: nothing,
    }),
  };
}
