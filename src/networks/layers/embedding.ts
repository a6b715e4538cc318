import { z } from 'zod';
import { InputError } from '../../errors.js';
import type { Place } from '../../numerics/layer-kernels.js';
import { describeShape, type Shape } from '../shape.js';
import type { Layer, Pass, PlacedLayer, Site } from './layer.js';

/** A vector for every token, plus one for its position; tokens below 0 are padding, and their vectors the position's alone. */
export interface EmbeddingLayer {
  readonly kind: 'embedding';
  readonly width: number;
}

export const embeddingSchema = z.strictObject({ kind: z.literal('embedding'), width: z.int().positive() });

/** Parameters: tokens `vocabulary×width`, positions `length×width`; begin as normal draws of variance 1/width. */
export function embedding({ width }: EmbeddingLayer, input: Shape): Layer {
  if (input.kind !== 'tokens') throw new InputError(`An embedding takes tokens, not ${describeShape(input)}.`);
  const { length, vocabulary } = input;
  return {
    output: { kind: 'sequence', length, width },
    parameters: [
      { name: 'tokens', shape: [vocabulary, width] },
      { name: 'positions', shape: [length, width] },
    ],
    initialise(theta, stream) {
      for (let j = 0; j < theta.length; j++) theta[j] = stream.normal() / Math.sqrt(width);
    },
    place: (site) => placeEmbedding({ length, width, vocabulary }, site),
  };
}

interface Sizes {
  readonly length: number;
  readonly width: number;
  readonly vocabulary: number;
}

function placeEmbedding({ length, width, vocabulary }: Sizes, { input: x, offset, quantity, take }: Site): PlacedLayer {
  const y = quantity(length * width);
  const mask = take(length);
  const positions = offset + vocabulary * width;

  const look = ({ kernels, count }: Pass, parameters: Place, to: Place): void => {
    kernels.takeRows(count * length, width, x.value, parameters + offset, to);
    kernels.addRow(count, length * width, parameters + positions, to);
  };
  const addSlopes = ({ kernels }: Pass, count: number, tokens: Place, slopes: Place, to: Place): void => {
    kernels.addRows(count * length, width, tokens, slopes, to + offset);
    kernels.addColumnSums(count, length * width, slopes, to + positions);
  };
  return {
    output: y,
    mask,
    forward(pass) {
      const { numbers } = pass.kernels;
      for (let k = 0; k < pass.count * length; k++) numbers[mask + k] = numbers[x.value + k] < 0 ? 0 : 1;
      look(pass, pass.parameters.value, y.value);
    },
    tangent: (pass) => look(pass, pass.parameters.tangent, y.tangent),
    // Tokens have no slopes.
    reverse: () => undefined,
    reverseTangent: () => undefined,
    addParameterSlopes(pass, first, count, to) {
      addSlopes(pass, count, x.value + first * length, y.slope + first * length * width, to);
    },
    addParameterSlopeTangents(pass) {
      addSlopes(pass, pass.count, x.value, y.slopeTangent, pass.parameters.slopeTangent);
    },
  };
}
