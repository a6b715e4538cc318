import type { Dataset } from '../../data/dataset.js';
import { randomStream } from '../../numerics/random.js';

/** Units of every hidden layer but the last, and of the last; as in the authors' code, for every data set. */
const width = 128;
const lastWidth = 64;

/** What decides the layer sizes of the network. */
export interface NetworkShape {
  /** Numbers that describe a point to the network: its d features and its label. */
  readonly inputs: number;
  /** p, the trained parameters to predict. */
  readonly outputs: number;
}

/** The network that reads points of such data and predicts p parameters. */
export function networkShape(points: Dataset, parameterCount: number): NetworkShape {
  return { inputs: points.dimension + labelWidth(points), outputs: parameterCount };
}

/** Binary labels are one number, 0 or 1; K ≥ 3 classes are one-hot. */
function labelWidth(points: Dataset): number {
  return points.classes.length === 2 ? 1 : points.classes.length;
}

/** `N×(d+|y|)`: each point as the network reads it, its features followed by its label. */
export function encodePoints(points: Dataset): Float32Array {
  const { size, dimension, features, labels } = points;
  const columns = dimension + labelWidth(points);
  const encoded = new Float32Array(size * columns);
  for (let i = 0; i < size; i++) {
    encoded.set(features.subarray(i * dimension, (i + 1) * dimension), i * columns);
    if (labelWidth(points) === 1) encoded[i * columns + dimension] = labels[i];
    else encoded[i * columns + dimension + labels[i]] = 1;
  }
  return encoded;
}

/** `from×to` matrices of the point network φ, in order. */
export function pointLayers({ inputs }: NetworkShape): readonly (readonly [number, number])[] {
  return [
    [inputs, width],
    [width, width],
    [width, width],
  ];
}

/** `from×to` matrices of the subset network ρ, in order, without its linear head. */
export function subsetLayers(): readonly (readonly [number, number])[] {
  return [
    [width, width],
    [width, width],
    [width, lastWidth],
  ];
}

/** Shapes of all weights in the order in which they lie in one flat array: φ, ρ, head matrix, head bias. */
export function weightShapes(shape: NetworkShape): readonly (readonly number[])[] {
  return [...pointLayers(shape), ...subsetLayers(), [lastWidth, shape.outputs], [shape.outputs]];
}

/** The flat array of all weights cut into one view for each of {@link weightShapes}. */
export function weightViews(shape: NetworkShape, weights: Float32Array): Float32Array[] {
  let offset = 0;
  return weightShapes(shape).map((dimensions) => weights.subarray(offset, (offset += product(dimensions))));
}

/** Numbers the network has to learn, e.g. 74,693 for 4 features, 2 classes and 5 parameters. */
export function weightCount(shape: NetworkShape): number {
  return weightShapes(shape).reduce((sum, dimensions) => sum + product(dimensions), 0);
}

/** Initial weights: uniform on ±1/√(inputs of the layer), PyTorch's default for linear layers, which the authors keep. */
export function initialWeights(shape: NetworkShape, seed: number): Float32Array {
  const weights = new Float32Array(weightCount(shape));
  const shapes = weightShapes(shape);
  weightViews(shape, weights).forEach((view, layer) => {
    const fanIn = shapes[layer].length === 1 ? lastWidth : shapes[layer][0];
    const random = randomStream(seed, 'modelpred', 'initial weights', layer);
    for (let i = 0; i < view.length; i++) view[i] = (2 * random.uniform() - 1) / Math.sqrt(fanIn);
  });
  return weights;
}

/** Rows that one forward pass takes at most, which bounds its memory. */
export const rowsPerPass = 1024;

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((a, b) => a * b, 1);
}
