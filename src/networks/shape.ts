import type { Dataset } from '../data/dataset.js';

/** What a layer takes or gives for one point, as plain data. Channels, widths and features are the last axis in memory. */
export type Shape =
  | { readonly kind: 'features'; readonly size: number }
  | { readonly kind: 'image'; readonly height: number; readonly width: number; readonly channels: number }
  /** Whole numbers from 0 to vocabulary − 1; below 0: padding. Only a network's input. */
  | { readonly kind: 'tokens'; readonly length: number; readonly vocabulary: number }
  | { readonly kind: 'sequence'; readonly length: number; readonly width: number };

/** Numbers of one point. */
export function shapeSize(shape: Shape): number {
  switch (shape.kind) {
    case 'features':
      return shape.size;
    case 'image':
      return shape.height * shape.width * shape.channels;
    case 'tokens':
      return shape.length;
    case 'sequence':
      return shape.length * shape.width;
  }
}

/** Numbers along the last axis: features, channels of a pixel, width of a token's vector. */
export function lastAxis(shape: Shape): number {
  switch (shape.kind) {
    case 'features':
      return shape.size;
    case 'image':
      return shape.channels;
    case 'tokens':
      return 1;
    case 'sequence':
      return shape.width;
  }
}

/** The shape with another last axis. */
export function withLastAxis(shape: Shape, size: number): Shape {
  switch (shape.kind) {
    case 'image':
      return { ...shape, channels: size };
    case 'sequence':
      return { ...shape, width: size };
    default:
      return { kind: 'features', size };
  }
}

/** For messages, e.g. `an image of 28×28×1`. */
export function describeShape(shape: Shape): string {
  switch (shape.kind) {
    case 'features':
      return `${shape.size} features`;
    case 'image':
      return `an image of ${shape.height}×${shape.width}×${shape.channels}`;
    case 'tokens':
      return `${shape.length} tokens`;
    case 'sequence':
      return `a sequence of ${shape.length}×${shape.width}`;
  }
}

/** What a network takes for the points of a data set: images or tokens where the data set says so, else features. */
export function shapeOf({ dimension, input }: Pick<Dataset, 'dimension' | 'input'>): Shape {
  if (!input) return { kind: 'features', size: dimension };
  if (input.kind === 'image') return input;
  return { kind: 'tokens', length: input.length, vocabulary: input.vocabulary.length };
}
