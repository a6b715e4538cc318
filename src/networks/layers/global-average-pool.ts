import { z } from 'zod';
import { InputError } from '../../errors.js';
import type { Place } from '../../numerics/layer-kernels.js';
import { describeShape, shapeSize, type Shape } from '../shape.js';
import { nowhere, withoutParameters, type Layer, type PlacedLayer, type Site } from './layer.js';
import { placeLinear } from './linear.js';
import { placeAverage } from './pool.js';

/** The mean over all positions: of an image's pixels, or of a sequence's tokens without padding (0 where there is none). */
export interface GlobalAveragePoolLayer {
  readonly kind: 'global average pool';
}

export const globalAveragePoolSchema = z.strictObject({ kind: z.literal('global average pool') });

export function globalAveragePool(_: GlobalAveragePoolLayer, input: Shape): Layer {
  if (input.kind === 'image') {
    const { height, width, channels } = input;
    const window = { windowHeight: height, windowWidth: width, stride: 1, paddingTop: 0, paddingLeft: 0 };
    const shape = { height, width, channels, ...window, outHeight: 1, outWidth: 1 };
    const sizes = { inner: shapeSize(input), outer: channels };
    return { output: { kind: 'features', size: channels }, ...withoutParameters, place: placeAverage(shape, sizes) };
  }
  if (input.kind !== 'sequence') {
    throw new InputError(`A global average pool takes an image or a sequence, not ${describeShape(input)}.`);
  }
  const { length, width } = input;
  return {
    output: { kind: 'features', size: width },
    ...withoutParameters,
    place: (site) => placeMaskedMean(site, length, width),
  };
}

/** y = Σ_t share_t·x_t, share 1/tokens for tokens and 0 for padding. */
function placeMaskedMean(site: Site, length: number, width: number): PlacedLayer {
  const shares = site.take(length);
  const linear = placeLinear(site, width, {
    forward(kernels, count, x, y) {
      kernels.multiply(
        0,
        1,
        width,
        length,
        shares,
        length,
        x,
        width,
        y,
        width,
        0,
        count,
        length,
        length * width,
        width,
      );
    },
    back(kernels, count, y, x) {
      kernels.multiply(
        1,
        length,
        width,
        1,
        shares,
        length,
        y,
        width,
        x,
        width,
        0,
        count,
        length,
        width,
        length * width,
      );
    },
  });
  return {
    ...linear,
    forward(pass) {
      for (let i = 0; i < pass.count; i++) {
        setShares(
          pass.kernels.numbers,
          site.mask === nowhere ? nowhere : site.mask + i * length,
          shares + i * length,
          length,
        );
      }
      linear.forward(pass);
    },
  };
}

function setShares(numbers: Float32Array | Float64Array, mask: Place, shares: Place, length: number): void {
  let tokens = 0;
  for (let t = 0; t < length; t++) tokens += mask === nowhere ? 1 : numbers[mask + t];
  for (let t = 0; t < length; t++) {
    numbers[shares + t] = (mask === nowhere ? 1 : numbers[mask + t]) / Math.max(1, tokens);
  }
}
