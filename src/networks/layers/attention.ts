import { z } from 'zod';
import { InputError } from '../../errors.js';
import type { Accumulate, LayerKernels, Place } from '../../numerics/layer-kernels.js';
import { describeShape, type Shape } from '../shape.js';
import { chain } from './chain.js';
import { dense } from './dense.js';
import { nowhere, withoutParameters, type Layer, type Pass, type PlacedLayer, type Site } from './layer.js';

/**
 * Multi-head self-attention (Vaswani et al. 2017, §3.2): softmax(Q·Kᵀ/√d)·V for each head of width d, over tokens that are not
 * padding, between two dense layers, one that gives queries, keys and values of all heads, and one of their results.
 */
export interface AttentionLayer {
  readonly kind: 'attention';
  readonly heads: number;
}

export const attentionSchema = z.strictObject({ kind: z.literal('attention'), heads: z.int().positive() });

/**
 * Parameters: `0.weights` `3·width×width` (rows: queries, keys, values, each head by head) with biases, `2.weights` `width×width` with
 * biases.
 */
export function attention({ heads }: AttentionLayer, input: Shape): Layer {
  if (input.kind !== 'sequence') throw new InputError(`Attention takes a sequence, not ${describeShape(input)}.`);
  const { width } = input;
  if (width % heads !== 0) throw new InputError(`A width of ${width} cannot be split among ${heads} heads.`);
  const queriesKeysValues = dense({ kind: 'dense', units: 3 * width }, input);
  const middle: Layer = {
    output: input,
    ...withoutParameters,
    place: (site) => placeHeads({ heads, width: width / heads, length: input.length }, site),
  };
  return chain([queriesKeysValues, middle, dense({ kind: 'dense', units: width }, input)], input);
}

interface HeadSizes {
  readonly heads: number;
  /** Of one head. */
  readonly width: number;
  /** Tokens, T. */
  readonly length: number;
}

/** A part of the vectors of all tokens: where it begins, and numbers between tokens. */
interface Part {
  readonly place: Place;
  readonly stride: number;
}

/** Products of every head of every row: scores `T×T`, and vectors `T×width` that are parts of longer ones. */
function headProducts({ heads, width, length }: HeadSizes) {
  const square = length * length;
  return {
    /** scores = a·bᵀ. */
    scores(
      kernels: LayerKernels,
      count: number,
      [a, b]: readonly [Part, Part],
      to: Place,
      accumulate: Accumulate,
    ): void {
      const steps = [count, length * a.stride, length * b.stride, heads * square] as const;
      for (let head = 0; head < heads; head++) {
        const [first, second, out] = [a.place + head * width, b.place + head * width, to + head * square];
        kernels.multiply(
          2,
          length,
          length,
          width,
          first,
          a.stride,
          second,
          b.stride,
          out,
          length,
          accumulate,
          ...steps,
        );
      }
    },
    /** out = scores·vectors, or scoresᵀ·vectors. */
    mix(
      kernels: LayerKernels,
      count: number,
      { scores, transposed }: { readonly scores: Place; readonly transposed: 0 | 1 },
      [vectors, to]: readonly [Part, Part],
      accumulate: Accumulate,
    ): void {
      const steps = [count, heads * square, length * vectors.stride, length * to.stride] as const;
      for (let head = 0; head < heads; head++) {
        const [first, second, out] = [scores + head * square, vectors.place + head * width, to.place + head * width];
        const strides = [first, length, second, vectors.stride, out, to.stride] as const;
        kernels.multiply(transposed, length, width, length, ...strides, accumulate, ...steps);
      }
    },
  };
}

function placeHeads(sizes: HeadSizes, { input: x, mask: given, quantity, take }: Site): PlacedLayer {
  const { heads, width, length } = sizes;
  const whole = heads * width;
  const rows = heads * length;
  const scale = 1 / Math.sqrt(width);
  const products = headProducts(sizes);
  const y = quantity(length * whole, x);
  const [raw, shares] = [quantity(rows * length, x), quantity(rows * length, x)];
  const mask = given === nowhere ? take(length) : given;

  /** Queries, keys and values in a vector of all three, and a result. */
  const parts = (place: Place): [queries: Part, keys: Part, values: Part] => [
    { place, stride: 3 * whole },
    { place: place + whole, stride: 3 * whole },
    { place: place + 2 * whole, stride: 3 * whole },
  ];
  const result = (place: Place): Part => ({ place, stride: whole });
  const [queries, keys, values] = parts(x.value);

  return {
    output: y,
    forward({ kernels, count }: Pass) {
      if (given === nowhere) kernels.numbers.fill(1, mask, mask + count * length);
      products.scores(kernels, count, [queries, keys], raw.value, 0);
      kernels.maskedSoftmax(count, rows, length, scale, raw.value, mask, shares.value);
      products.mix(kernels, count, { scores: shares.value, transposed: 0 }, [values, result(y.value)], 0);
    },
    tangent({ kernels, count }) {
      const [queryTangents, keyTangents, valueTangents] = parts(x.tangent);
      products.scores(kernels, count, [queryTangents, keys], raw.tangent, 0);
      products.scores(kernels, count, [queries, keyTangents], raw.tangent, 1);
      kernels.softmaxDerivative(count * rows, length, scale, shares.value, raw.tangent, shares.tangent);
      products.mix(kernels, count, { scores: shares.value, transposed: 0 }, [valueTangents, result(y.tangent)], 0);
      products.mix(kernels, count, { scores: shares.tangent, transposed: 0 }, [values, result(y.tangent)], 1);
    },
    reverse({ kernels, count }) {
      const [querySlopes, keySlopes, valueSlopes] = parts(x.slope);
      products.scores(kernels, count, [result(y.slope), values], shares.slope, 0);
      products.mix(kernels, count, { scores: shares.value, transposed: 1 }, [result(y.slope), valueSlopes], 0);
      kernels.softmaxDerivative(count * rows, length, scale, shares.value, shares.slope, raw.slope);
      products.mix(kernels, count, { scores: raw.slope, transposed: 0 }, [keys, querySlopes], 0);
      products.mix(kernels, count, { scores: raw.slope, transposed: 1 }, [queries, keySlopes], 0);
    },
    reverseTangent({ kernels, count }) {
      const [queryTangents, keyTangents, valueTangents] = parts(x.tangent);
      const [ofQueries, ofKeys, ofValues] = parts(x.slopeTangent);
      products.scores(kernels, count, [result(y.slopeTangent), values], shares.slopeTangent, 0);
      products.scores(kernels, count, [result(y.slope), valueTangents], shares.slopeTangent, 1);
      products.mix(kernels, count, { scores: shares.value, transposed: 1 }, [result(y.slopeTangent), ofValues], 0);
      products.mix(kernels, count, { scores: shares.tangent, transposed: 1 }, [result(y.slope), ofValues], 1);
      kernels.softmaxDerivative(count * rows, length, scale, shares.value, shares.slopeTangent, raw.slopeTangent);
      kernels.addSoftmaxCurvature(
        count * rows,
        length,
        scale,
        shares.value,
        shares.tangent,
        shares.slope,
        raw.slopeTangent,
      );
      products.mix(kernels, count, { scores: raw.slopeTangent, transposed: 0 }, [keys, ofQueries], 0);
      products.mix(kernels, count, { scores: raw.slope, transposed: 0 }, [keyTangents, ofQueries], 1);
      products.mix(kernels, count, { scores: raw.slopeTangent, transposed: 1 }, [queries, ofKeys], 0);
      products.mix(kernels, count, { scores: raw.slope, transposed: 1 }, [queryTangents, ofKeys], 1);
    },
  };
}
