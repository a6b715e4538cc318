import { InputError } from '../../errors.js';
import type { Activation, LayerKernels, Place } from '../../numerics/layer-kernels.js';
import { describeShape, shapeSize, type Shape } from '../shape.js';
import { nowhere, withoutParameters, type Layer } from './layer.js';

/** y = φ(x) number by number. */
export interface ActivationLayer {
  readonly kind: Activation;
}

export function activation({ kind }: ActivationLayer, input: Shape): Layer {
  if (input.kind === 'tokens') throw new InputError(`${kind} cannot take ${describeShape(input)}; embed them first.`);
  const size = shapeSize(input);
  return {
    output: input,
    ...withoutParameters,
    place({ input: x, quantity, take }) {
      const y = quantity(size, x);
      const slope = take(size);
      const scale = (kernels: LayerKernels, count: number, from: Place, to: Place): void => {
        if (from !== nowhere && to !== nowhere) kernels.multiplyElements(count * size, slope, from, to, 0);
      };
      return {
        output: y,
        forward: ({ kernels, count }) => kernels.activate(kind, count * size, x.value, y.value, slope),
        tangent: ({ kernels, count }) => scale(kernels, count, x.tangent, y.tangent),
        reverse: ({ kernels, count }) => scale(kernels, count, y.slope, x.slope),
        reverseTangent({ kernels, count }) {
          scale(kernels, count, y.slopeTangent, x.slopeTangent);
          if (x.slopeTangent === nowhere || x.tangent === nowhere || kind === 'relu') return;
          kernels.addCurvature(kind, count * size, x.value, y.value, x.tangent, y.slope, x.slopeTangent);
        },
      };
    },
  };
}
