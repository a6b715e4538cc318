import { randomStream } from '../../../numerics/random.js';
import type { ArchitectureSettings } from '../settings.js';

/** What decides the layer sizes of the network. */
export interface NetworkShape {
  readonly architecture: ArchitectureSettings;
  /** Numbers that describe a point to φ. */
  readonly inputs: number;
  /** p, the trained parameters to predict. */
  readonly outputs: number;
  /** Numbers that describe a base's last step to ρ. Default 0: no base. */
  readonly stepInputs?: number;
}

/** Numbers that describe a subset's size to ρ, where the architecture has them. */
export const sizeInputCount = 3;

/** `from×to` matrices of the point network φ, in order. */
export function pointLayers({ inputs, architecture }: NetworkShape): readonly (readonly [number, number])[] {
  return chain([inputs, ...architecture.pointLayers]);
}

/** Numbers per pooled subset: φ's last layer, and with a skip the points as they are. */
export function pooledWidth({ inputs, architecture: { pointLayers: layers, skip } }: NetworkShape): number {
  return layers[layers.length - 1] + (skip ? inputs : 0);
}

/** Numbers that ρ reads: the pooled, sizes, steps. */
export function subsetInputs(shape: NetworkShape): number {
  return pooledWidth(shape) + (shape.architecture.sizeInputs ? sizeInputCount : 0) + (shape.stepInputs ?? 0);
}

/** `from×to` matrices of the subset network ρ, in order, without its linear head. */
export function subsetLayers(shape: NetworkShape): readonly (readonly [number, number])[] {
  return chain([subsetInputs(shape), ...shape.architecture.subsetLayers]);
}

/** The `from×p` matrix of the head: it reads ρ's last layer, and with a skip then all that ρ reads. */
export function headLayer(shape: NetworkShape): readonly [number, number] {
  const { subsetLayers: layers, skip } = shape.architecture;
  return [layers[layers.length - 1] + (skip ? subsetInputs(shape) : 0), shape.outputs];
}

function chain(widths: readonly number[]): [number, number][] {
  return widths.slice(1).map((to, i) => [widths[i], to]);
}

/**
 * Shapes of all weights in the order in which they lie in one flat array: φ, ρ, head; each layer's matrix and then its bias
 * where it has one.
 */
export function weightShapes(shape: NetworkShape): readonly (readonly number[])[] {
  const hidden = [...pointLayers(shape), ...subsetLayers(shape)];
  const { biases } = shape.architecture;
  return [
    ...hidden.flatMap((layer): (readonly number[])[] => (biases ? [layer, [layer[1]]] : [layer])),
    headLayer(shape),
    [shape.outputs],
  ];
}

/** The flat array of all weights cut into one view for each of {@link weightShapes}. */
export function weightViews(shape: NetworkShape, weights: Float32Array): Float32Array[] {
  let offset = 0;
  return weightShapes(shape).map((dimensions) => weights.subarray(offset, (offset += product(dimensions))));
}

/** {@link weightViews} of the matrices alone. */
export function matrixViews(shape: NetworkShape, weights: Float32Array): Float32Array[] {
  const shapes = weightShapes(shape);
  return weightViews(shape, weights).filter((_, i) => shapes[i].length === 2);
}

/** Numbers the network has to learn, e.g. 74,693 for the authors' with 4 features, 2 classes and 5 parameters. */
export function weightCount(shape: NetworkShape): number {
  return weightShapes(shape).reduce((sum, dimensions) => sum + product(dimensions), 0);
}

/**
 * Estimated processor nanoseconds of one subset's forward pass, points embedded before: float32 multiply-adds of the subset network,
 * the pooled points, summed eight to a step, and reading N weights.
 */
export function passNanoseconds(shape: NetworkShape, poolSize: number): number {
  const layers = [...subsetLayers(shape), headLayer(shape)];
  const pooling = (poolSize / 8) * pooledWidth(shape);
  const operations = layers.reduce((sum, [from, to]) => sum + from * to, pooling);
  return 0.1 * operations + 5 * poolSize;
}

/** Initial weights: uniform on ±1/√(inputs of the layer), PyTorch's default for linear layers, which the authors keep. */
export function initialWeights(shape: NetworkShape, seed: number): Float32Array {
  const weights = new Float32Array(weightCount(shape));
  const shapes = weightShapes(shape);
  weightViews(shape, weights).forEach((view, i) => {
    const fanIn = shapes[i].length === 1 ? shapes[i - 1][0] : shapes[i][0];
    const random = randomStream(seed, 'modelpred', 'initial weights', i);
    for (let k = 0; k < view.length; k++) view[k] = (2 * random.uniform() - 1) / Math.sqrt(fanIn);
  });
  return weights;
}

/** Rows that one forward pass takes at most, which bounds its memory. */
export const rowsPerPass = 1024;

function product(dimensions: readonly number[]): number {
  return dimensions.reduce((a, b) => a * b, 1);
}
