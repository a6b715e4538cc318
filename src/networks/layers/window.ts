import { z } from 'zod';
import { InputError } from '../../errors.js';
import type { WindowShape } from '../../numerics/layer-kernels.js';
import { describeShape, type Shape } from '../shape.js';

/** A window that moves over an image. */
export interface WindowOptions {
  /** Rows and columns of the window, or both alike. */
  readonly size: number | readonly [rows: number, columns: number];
  /** Default: 1 of convolutions, the window's size (rows) of pools. */
  readonly stride?: number;
  /** Rows and columns of padding on every side; `same`: what is needed for ⌈size/stride⌉ outputs, as TensorFlow has it. Default 0. */
  readonly padding?: number | 'same';
}

const whole = z.int().positive();
export const windowOptions = {
  size: z.union([whole, z.tuple([whole, whole])]),
  stride: whole.optional(),
  padding: z.union([z.int().min(0), z.literal('same')]).optional(),
};

/** @throws InputError if the input is no image or the window does not fit into it. */
export function windowShape(layer: string, options: Required<WindowOptions>, input: Shape): WindowShape {
  if (input.kind !== 'image') throw new InputError(`A ${layer} layer takes an image, not ${describeShape(input)}.`);
  const { height, width, channels } = input;
  const { size, stride, padding } = options;
  const [windowHeight, windowWidth] = typeof size === 'number' ? [size, size] : size;
  const rows = along(height, windowHeight, stride, padding);
  const columns = along(width, windowWidth, stride, padding);
  if (rows.out < 1 || columns.out < 1) {
    throw new InputError(
      `A ${layer} window of ${windowHeight}×${windowWidth} does not fit into ${describeShape(input)}; make it smaller or pad.`,
    );
  }
  return {
    height,
    width,
    channels,
    windowHeight,
    windowWidth,
    stride,
    paddingTop: rows.before,
    paddingLeft: columns.before,
    outHeight: rows.out,
    outWidth: columns.out,
  };
}

function along(length: number, window: number, stride: number, padding: number | 'same') {
  if (padding !== 'same') return { out: Math.floor((length + 2 * padding - window) / stride) + 1, before: padding };
  const out = Math.ceil(length / stride);
  return { out, before: Math.floor(Math.max(0, (out - 1) * stride + window - length) / 2) };
}
