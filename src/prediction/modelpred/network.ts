import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Dataset } from '../../data/dataset.js';
import type { TensorFlow } from '../../numerics/backend.js';
import { randomStream } from '../../numerics/random.js';
import type { Subsets } from '../../subsets/subsets.js';

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

/**
 * φ of every point, `N×128`: three layers without bias, ELU between them and none after the last. No bias and ELU(0) = 0
 * make the zero point worth zero, which is how padding is harmless in the authors' code; here nothing is padded.
 *
 * @param layers `from×to` matrices of φ.
 * @param points `N×(d+|y|)`.
 */
export function embedPoints(tf: TensorFlow, layers: readonly Tensor[], points: Tensor2D): Tensor2D {
  return layers.reduce<Tensor2D>(
    (hidden, matrix, i) => tf.matMul<Tensor2D>(i === 0 ? hidden : tf.elu(hidden), matrix),
    points,
  );
}

/**
 * `B×p` parameters from pooled embeddings `B×128`: three layers without bias, ELU after each, and a linear head with bias.
 *
 * @param layers `from×to` matrices of ρ, the head's matrix, the head's bias.
 */
export function parametersFromPooled(tf: TensorFlow, layers: readonly Tensor[], pooled: Tensor2D): Tensor2D {
  const [first, second, third, headMatrix, headBias] = layers;
  const hidden = [first, second, third].reduce<Tensor2D>((h, matrix) => tf.elu(tf.matMul<Tensor2D>(h, matrix)), pooled);
  return tf.add<Tensor2D>(tf.matMul(hidden, headMatrix), headBias);
}

/**
 * The deep sets network θ̂(S) = ρ(Σ_{i∈S} φ(x_i, y_i)), as in the authors' code (Zeng et al. 2023; layers 128, 128, 128 | 128,
 * 128, 64). The sum over each subset is one product W·Φ of the subset weights with the embeddings of the pool, which are
 * computed once for all subsets.
 *
 * @param layers all weights, in the order of {@link weightShapes}.
 * @param points `N×(d+|y|)`, see {@link encodePoints}.
 * @param subsetWeights `B×N`, how often each point is in each subset.
 * @returns `B×p`.
 */
export function predictParameters(
  tf: TensorFlow,
  layers: readonly Tensor[],
  points: Tensor2D,
  subsetWeights: Tensor2D,
): Tensor2D {
  const pooled = tf.matMul<Tensor2D>(subsetWeights, embedPoints(tf, layers.slice(0, 3), points));
  return parametersFromPooled(tf, layers.slice(3), pooled);
}

/** Rows that one forward pass takes at most, which bounds its memory. */
const rowsPerPass = 1024;

/**
 * `B×p` predicted parameters.
 *
 * @param points `N×(d+|y|)`, see {@link encodePoints}; N is the pool size of the subsets.
 */
export function predictAll(
  tf: TensorFlow,
  shape: NetworkShape,
  weights: Float32Array,
  points: Float32Array,
  subsets: Subsets,
): Float64Array {
  const { count, poolSize } = subsets;
  const predicted = new Float64Array(count * shape.outputs);
  tf.tidy(() => {
    const layers = weightTensors(tf, shape, weights);
    const embedded = embedPoints(tf, layers.slice(0, 3), tf.tensor2d(points, [poolSize, shape.inputs]));
    for (let start = 0; start < count; start += rowsPerPass) {
      const rows = Math.min(rowsPerPass, count - start);
      const pass = tf.tidy(() => {
        const chosen = Float32Array.from(subsets.weights.subarray(start * poolSize, (start + rows) * poolSize));
        const pooled = tf.matMul<Tensor2D>(tf.tensor2d(chosen, [rows, poolSize]), embedded);
        return parametersFromPooled(tf, layers.slice(3), pooled).dataSync();
      });
      predicted.set(pass, start * shape.outputs);
    }
  });
  return predicted;
}

/** All weights as tensors, in the order of {@link weightShapes}. */
export function weightTensors(tf: TensorFlow, shape: NetworkShape, weights: Float32Array): Tensor[] {
  const shapes = weightShapes(shape);
  return weightViews(shape, weights).map((view, i) => tf.tensor(view, [...shapes[i]]));
}

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((a, b) => a * b, 1);
}
