import { z } from 'zod';
import type { WindowShape } from '../../numerics/layer-kernels.js';
import { shapeSize, type Shape } from '../shape.js';
import { withoutParameters, type Layer } from './layer.js';
import { placeLinear } from './linear.js';
import { windowOptions, windowShape, type WindowOptions } from './window.js';

/** The largest, or the mean, of every channel in every window; padding counts for neither. */
export interface PoolLayer extends WindowOptions {
  readonly kind: 'maximum pool' | 'average pool';
}

export const poolSchema = z.strictObject({ kind: z.enum(['maximum pool', 'average pool']), ...windowOptions });

export function pool({ kind, size, stride, padding = 0 }: PoolLayer, input: Shape): Layer {
  const rows = typeof size === 'number' ? size : size[0];
  const shape = windowShape(kind, { size, stride: stride ?? rows, padding }, input);
  const output: Shape = { kind: 'image', height: shape.outHeight, width: shape.outWidth, channels: shape.channels };
  const sizes = { inner: shapeSize(input), outer: shapeSize(output) };
  return {
    output,
    ...withoutParameters,
    place: kind === 'average pool' ? placeAverage(shape, sizes) : placeMaximum(shape, sizes),
  };
}

interface Sizes {
  readonly inner: number;
  readonly outer: number;
}

/** Of means over windows. */
export function placeAverage(shape: WindowShape, { inner, outer }: Sizes): Layer['place'] {
  return (site) =>
    placeLinear(site, outer, {
      forward: (kernels, count, x, y) => kernels.averagePool(shape, count, x, y),
      back(kernels, count, y, x) {
        kernels.numbers.fill(0, x, x + count * inner);
        kernels.averagePoolBack(shape, count, y, x);
      },
    });
}

/** Which numbers are the largest is what the forward pass finds; the others take them from there. */
function placeMaximum(shape: WindowShape, { inner, outer }: Sizes): Layer['place'] {
  return (site) => {
    const indices = site.take(outer);
    const linear = placeLinear(site, outer, {
      forward: (kernels, count, x, y) => kernels.takeAt(count, inner, outer, indices, x, y),
      back(kernels, count, y, x) {
        kernels.numbers.fill(0, x, x + count * inner);
        kernels.addAt(count, inner, outer, indices, y, x);
      },
    });
    return {
      ...linear,
      forward: ({ kernels, count }) =>
        kernels.maximumPool(shape, count, site.input.value, linear.output.value, indices),
    };
  };
}
