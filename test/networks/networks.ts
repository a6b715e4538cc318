import { randomStream, type LayerDescription, type Network, type NetworkPoints, type Shape } from '../../src/index.js';

/** Points of random inputs for a network; tokens with padding at the end. */
export function randomPoints(input: Shape, size: number, classes: number, seed = 1): NetworkPoints {
  const stream = randomStream(seed, 'points');
  const labels = Int32Array.from({ length: size }, () => stream.integer(classes));
  if (input.kind === 'tokens') {
    const features = new Float64Array(size * input.length).fill(-1);
    for (let i = 0; i < size; i++) {
      const length = 1 + stream.integer(input.length);
      for (let t = 0; t < length; t++) features[i * input.length + t] = stream.integer(input.vocabulary);
    }
    return { size, features, labels };
  }
  const width =
    input.kind === 'features'
      ? input.size
      : input.kind === 'image'
        ? input.height * input.width * input.channels
        : input.length * input.width;
  return { size, features: Float64Array.from({ length: size * width }, () => stream.normal()), labels };
}

/** `length` draws from a standard normal distribution. */
export function randomVector(length: number, seed: number): Float64Array {
  const stream = randomStream(seed, 'vector');
  return Float64Array.from({ length }, () => stream.normal());
}

/** A small network of hidden dense layers. */
export function perceptron(
  inputs: number,
  hidden: readonly number[],
  classes: number,
  kind: 'tanh' | 'relu' | 'elu' | 'gelu' = 'tanh',
): Network {
  const layers = hidden.flatMap((units): LayerDescription[] => [{ kind: 'dense', units }, { kind }]);
  return { input: { kind: 'features', size: inputs }, layers: [...layers, { kind: 'dense', units: classes }] };
}

/** max|a − b| / max|b|. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs(a[i] - b[i]));
    scale = Math.max(scale, Math.abs(b[i]));
    if (Number.isNaN(a[i]) || Number.isNaN(b[i])) return NaN;
  }
  return difference / scale;
}

/** Small networks of three classes, of every kind of layer. */
export const networks: Readonly<Record<string, Network>> = {
  'tanh perceptron': perceptron(5, [7, 4], 3),
  'gelu perceptron': perceptron(5, [7, 4], 3, 'gelu'),
  'elu perceptron': perceptron(5, [7], 3, 'elu'),
  'relu perceptron': perceptron(5, [7], 3, 'relu'),
  'residual convolutions': {
    input: { kind: 'image', height: 6, width: 5, channels: 2 },
    layers: [
      { kind: 'conv2d', filters: 4, size: 3, padding: 1 },
      { kind: 'group norm', groups: 2 },
      { kind: 'tanh' },
      {
        kind: 'residual',
        layers: [
          { kind: 'conv2d', filters: 3, size: [3, 2], stride: 2, padding: 'same' },
          { kind: 'group norm', groups: 3 },
        ],
        shortcut: [{ kind: 'conv2d', filters: 3, size: 1, stride: 2 }],
      },
      { kind: 'residual', layers: [{ kind: 'gelu' }, { kind: 'conv2d', filters: 3, size: 3, padding: 1 }] },
      { kind: 'global average pool' },
      { kind: 'dense', units: 3 },
    ],
  },
  'pooled convolutions': {
    input: { kind: 'image', height: 7, width: 6, channels: 1 },
    layers: [
      { kind: 'layer norm' },
      { kind: 'average pool', size: 2, stride: 1, padding: 1 },
      { kind: 'conv2d', filters: 4, size: 3 },
      { kind: 'elu' },
      { kind: 'maximum pool', size: [3, 2], stride: 2, padding: 'same' },
      { kind: 'flatten' },
      { kind: 'residual', layers: [{ kind: 'dense', units: 5 }], shortcut: [{ kind: 'dense', units: 5 }] },
      { kind: 'dropout', rate: 0.5 },
      { kind: 'dense', units: 3 },
    ],
  },
  transformer: {
    input: { kind: 'tokens', length: 5, vocabulary: 7 },
    layers: [
      { kind: 'embedding', width: 6 },
      { kind: 'residual', layers: [{ kind: 'layer norm' }, { kind: 'attention', heads: 2 }] },
      {
        kind: 'residual',
        layers: [{ kind: 'layer norm' }, { kind: 'dense', units: 8 }, { kind: 'gelu' }, { kind: 'dense', units: 6 }],
      },
      { kind: 'global average pool' },
      { kind: 'dense', units: 3 },
    ],
  },
  'tanh perceptron with squared error': { ...perceptron(5, [7], 3), loss: 'squared error' },
};
