import { z } from 'zod';
import { InputError } from '../../errors.js';
import { mixedBits, weylStep } from '../../numerics/mixed-bits.js';
import { describeShape, shapeSize, type Shape } from '../shape.js';
import { withoutParameters, type Layer, type Pass } from './layer.js';
import { placeLinear } from './linear.js';

/**
 * While a network is trained, every number is 0 with probability `rate`, else divided by 1 − rate (Srivastava et al. 2014); else
 * nothing. A point's draws belong to the training's seed, the step, the layer and the point alone.
 */
export interface DropoutLayer {
  readonly kind: 'dropout';
  readonly rate: number;
}

export const dropoutSchema = z.strictObject({ kind: z.literal('dropout'), rate: z.number().min(0).lt(1) });

export function dropout({ rate }: DropoutLayer, input: Shape): Layer {
  if (input.kind === 'tokens') throw new InputError(`Dropout cannot take ${describeShape(input)}; embed them first.`);
  const size = shapeSize(input);
  return {
    output: input,
    ...withoutParameters,
    place(site) {
      const factors = site.take(size);
      const layer = site.path.reduce((state, k) => mixedBits(state + k + 1), 0);
      const linear = placeLinear(site, size, {
        forward: (kernels, count, x, y) => kernels.multiplyElements(count * size, factors, x, y, 0),
        back: (kernels, count, y, x) => kernels.multiplyElements(count * size, factors, y, x, 0),
      });
      return {
        ...linear,
        forward(pass) {
          drawFactors(pass, { rate, size, layer, factors });
          linear.forward(pass);
        },
      };
    },
  };
}

interface Draws {
  readonly rate: number;
  readonly size: number;
  /** Bits that belong to the layer. */
  readonly layer: number;
  readonly factors: number;
}

function drawFactors({ kernels: { numbers }, count, dropout: key }: Pass, { rate, size, layer, factors }: Draws): void {
  if (!key || rate === 0) {
    numbers.fill(1, factors, factors + count * size);
    return;
  }
  const kept = 1 / (1 - rate);
  const threshold = rate * 2 ** 32;
  const step = mixedBits(mixedBits(key.seed ^ layer) + key.step);
  for (let i = 0; i < count; i++) {
    let state = mixedBits(step ^ mixedBits(key.points[i] + 1));
    for (let j = factors + i * size; j < factors + (i + 1) * size; j++) {
      state = (state + weylStep) | 0;
      numbers[j] = mixedBits(state) >>> 0 < threshold ? 0 : kept;
    }
  }
}
