import { z } from 'zod';
import { InputError } from '../../errors.js';
import type { NormShape, Place } from '../../numerics/layer-kernels.js';
import { describeShape, lastAxis, shapeSize, type Shape } from '../shape.js';
import { nowhere, type Layer, type Pass, type PlacedLayer, type Site } from './layer.js';

/** y = scale∘z + shift, z = (x − mean)/√(variance + ε) over the last axis of every position (Ba et al. 2016). */
export interface LayerNormLayer {
  readonly kind: 'layer norm';
  /** ε. Default 1e-5. */
  readonly epsilon?: number;
}

/** The same over all pixels of each group of channels of an image (Wu & He 2018). */
export interface GroupNormLayer {
  readonly kind: 'group norm';
  readonly groups: number;
  /** ε. Default 1e-5. */
  readonly epsilon?: number;
}

const epsilonSchema = z.number().positive().optional();
export const layerNormSchema = z.strictObject({ kind: z.literal('layer norm'), epsilon: epsilonSchema });
export const groupNormSchema = z.strictObject({
  kind: z.literal('group norm'),
  groups: z.int().positive(),
  epsilon: epsilonSchema,
});

export function layerNorm({ epsilon = 1e-5 }: LayerNormLayer, input: Shape): Layer {
  if (input.kind === 'tokens')
    throw new InputError(`A layer norm cannot take ${describeShape(input)}; embed them first.`);
  return norm({ positions: 1, channels: lastAxis(input), groups: 1 }, epsilon, input);
}

export function groupNorm({ groups, epsilon = 1e-5 }: GroupNormLayer, input: Shape): Layer {
  if (input.kind !== 'image') throw new InputError(`A group norm takes an image, not ${describeShape(input)}.`);
  const { height, width, channels } = input;
  if (channels % groups !== 0) {
    throw new InputError(`${channels} channels cannot be split into ${groups} groups of one size.`);
  }
  return norm({ positions: height * width, channels, groups }, epsilon, input);
}

/** Parameters: scale and shift of every channel. */
function norm(shape: NormShape, epsilon: number, input: Shape): Layer {
  const { channels } = shape;
  return {
    output: input,
    parameters: [
      { name: 'scale', shape: [channels] },
      { name: 'shift', shape: [channels] },
    ],
    initialise(theta) {
      theta.fill(1, 0, channels);
      theta.fill(0, channels);
    },
    place: (site) => placeNorm(shape, { epsilon, size: shapeSize(input) }, site),
  };
}

function placeNorm(
  shape: NormShape,
  { epsilon, size }: { readonly epsilon: number; readonly size: number },
  site: Site,
): PlacedLayer {
  const { input: x, offset, quantity, take } = site;
  const { channels, positions, groups } = shape;
  const [z, y] = [quantity(size, x), quantity(size)];
  const examplesPerRow = size / (positions * channels);
  const s = take(examplesPerRow * groups);
  const rowsPerRow = size / channels;
  const [scale, shift] = [offset, offset + channels];

  /** y = z∘scale + shift, for values or one of their tangents. */
  const affine = ({ kernels, count }: Pass, from: Place, parameters: Place, to: Place): void => {
    kernels.multiplyRow(count * rowsPerRow, channels, from, parameters + scale, to, 0);
    kernels.addRow(count * rowsPerRow, channels, parameters + shift, to);
  };

  return {
    output: y,
    forward(pass) {
      pass.kernels.normalise(shape, pass.count * examplesPerRow, epsilon, x.value, z.value, s);
      affine(pass, z.value, pass.parameters.value, y.value);
    },
    tangent(pass) {
      const { kernels, count, parameters } = pass;
      affine(pass, z.value, parameters.tangent, y.tangent);
      if (x.tangent === nowhere) return;
      kernels.normaliseDerivative(shape, count * examplesPerRow, z.value, s, x.tangent, z.tangent);
      kernels.multiplyRow(count * rowsPerRow, channels, z.tangent, parameters.value + scale, y.tangent, 1);
    },
    reverse({ kernels, count, parameters }) {
      if (x.slope === nowhere) return;
      kernels.multiplyRow(count * rowsPerRow, channels, y.slope, parameters.value + scale, z.slope, 0);
      kernels.normaliseDerivative(shape, count * examplesPerRow, z.value, s, z.slope, x.slope);
    },
    reverseTangent({ kernels, count, parameters }) {
      if (x.slopeTangent === nowhere) return;
      const [rows, examples] = [count * rowsPerRow, count * examplesPerRow];
      kernels.multiplyRow(rows, channels, y.slopeTangent, parameters.value + scale, z.slopeTangent, 0);
      kernels.multiplyRow(rows, channels, y.slope, parameters.tangent + scale, z.slopeTangent, 1);
      kernels.normaliseDerivative(shape, examples, z.value, s, z.slopeTangent, x.slopeTangent);
      if (x.tangent === nowhere) return;
      kernels.addNormaliseCurvature(shape, examples, z.value, s, x.tangent, z.tangent, z.slope, x.slopeTangent);
    },
    addParameterSlopes({ kernels }, first, count, to) {
      const [slope, normed] = [y.slope + first * size, z.value + first * size];
      kernels.addColumnProducts(count * rowsPerRow, channels, slope, normed, to + scale);
      kernels.addColumnSums(count * rowsPerRow, channels, slope, to + shift);
    },
    addParameterSlopeTangents({ kernels, count, parameters: { slopeTangent } }) {
      const rows = count * rowsPerRow;
      kernels.addColumnProducts(rows, channels, y.slopeTangent, z.value, slopeTangent + scale);
      kernels.addColumnSums(rows, channels, y.slopeTangent, slopeTangent + shift);
      if (x.tangent === nowhere) return;
      kernels.addColumnProducts(rows, channels, y.slope, z.tangent, slopeTangent + scale);
    },
  };
}
