import { z } from 'zod';
import { shapeSize, type Shape } from '../shape.js';
import type { Layer } from './layer.js';
import { weightedLayer } from './weighted.js';
import { windowOptions, windowShape, type WindowOptions } from './window.js';

/** Convolution of an image with channels last (cross-correlation, as everywhere), and a bias for every filter. */
export interface Conv2dLayer extends WindowOptions {
  readonly kind: 'conv2d';
  readonly filters: number;
}

export const conv2dSchema = z.strictObject({
  kind: z.literal('conv2d'),
  filters: z.int().positive(),
  ...windowOptions,
});

/** Parameters: weights `filters×rows×columns×channels`, biases `filters`. */
export function conv2d({ filters, size, stride = 1, padding = 0 }: Conv2dLayer, input: Shape): Layer {
  const shape = windowShape('conv2d', { size, stride, padding }, input);
  const { windowHeight, windowWidth, channels, outHeight, outWidth } = shape;
  const sizes = {
    units: filters,
    inputs: windowHeight * windowWidth * channels,
    positions: outHeight * outWidth,
    inputSize: shapeSize(input),
  };
  return {
    output: { kind: 'image', height: outHeight, width: outWidth, channels: filters },
    parameters: [
      { name: 'weights', shape: [filters, windowHeight, windowWidth, channels] },
      { name: 'biases', shape: [filters] },
    ],
    ...weightedLayer(sizes, {
      forward: (kernels, count, x, w, y, accumulate) => kernels.convolve(shape, count, filters, x, w, y, accumulate),
      back: (kernels, count, y, w, x, accumulate) => kernels.convolveBack(shape, count, filters, y, w, x, accumulate),
      addWeights: (kernels, count, x, y, w) => kernels.convolveFilters(shape, count, filters, x, y, w, 1),
    }),
  };
}
