import type { TensorFlow } from '../../numerics/backend.js';
import {
  memoryPlan,
  networkKernels,
  productScratch,
  type Address,
  type NetworkKernels,
} from '../../numerics/network-kernels.js';
import { lossAndGradientInPredictions } from './loss.js';
import type { NetworkEngine, NetworkOnPoints } from './network-engine.js';
import {
  headLayer,
  type NetworkShape,
  pointLayers,
  pooledWidth,
  rowsPerPass,
  sizeInputCount,
  subsetInputs,
  subsetLayers,
  weightCount,
  weightViews,
} from './network.js';
import { poolingOf, type PoolWeights, weightGradientOfPooling } from './pooling.js';

/**
 * The network by hand-written forward and backward passes over WebAssembly kernels: the same mathematics as the one of
 * `tensorEngine`, which is its readable twin. The tensor library only differentiates penalties of objectives without written-out
 * derivatives, in the predicted parameters.
 */
export function kernelEngine(tf: TensorFlow): NetworkEngine {
  return {
    backend: 'wasm',
    predict: (network, subsets) => {
      const { count, poolSize, weights } = subsets;
      const { outputs } = network.shape;
      const plan = planPass(network.shape, poolSize, Math.min(rowsPerPass, count), false);
      const pass = startPass(plan, network);
      embedPoints(pass);
      const predicted = new Float64Array(count * outputs);
      for (let start = 0; start < count; start += rowsPerPass) {
        const rows = Math.min(rowsPerPass, count - start);
        const part = weights.subarray(start * poolSize, (start + rows) * poolSize);
        predictSubsets(pass, { count: rows, poolSize, weights: part });
        predicted.set(readPredicted(pass, rows), start * outputs);
      }
      return predicted;
    },
    lossAndGradient: (network, batch, gradient = new Float32Array(weightCount(network.shape))) => {
      const { count, poolSize } = batch.subsets;
      const pass = startPass(planPass(network.shape, poolSize, count, true), network);
      embedPoints(pass);
      predictSubsets(pass, batch.subsets);
      const predicted = readPredicted(pass, count);
      const { loss, gradient: ofPredicted } = lossAndGradientInPredictions(tf, predicted, batch);
      backward(pass, count, ofPredicted, gradient);
      return { loss, gradient };
    },
    weightGradient: (network, weights, cotangent) => {
      const { shape, referenceSize } = network;
      const { count, poolSize } = weights;
      const pass = startPass(planPass(shape, poolSize, count, true), network);
      embedPoints(pass);
      predictSubsets(pass, weights);
      const ofRead = new Float32Array(count * subsetInputs(shape));
      backward(pass, count, cotangent, new Float32Array(weightCount(shape)), ofRead);
      const { ofFactors, ofSizes } = splitRead(pass, count, ofRead);
      return weightGradientOfPooling(shape, referenceSize, weights, ofFactors, ofSizes);
    },
  };
}

/** One dense layer of the network in memory. */
interface Layer {
  /** Rows of its input and output: N for φ, B for ρ and head. */
  readonly rows: number;
  /** Columns of its input, the zeros that fill it up included. */
  readonly from: number;
  readonly to: number;
  readonly elu: boolean;
  readonly matrix: Address;
  /** `rows×from`. */
  readonly input: Address;
  /** `rows×to`, after ELU where there is one. */
  readonly output: Address;
}

/** Where everything lies in the kernels' memory. */
interface Plan {
  readonly shape: NetworkShape;
  readonly poolSize: number;
  /** φ, ρ, head. */
  readonly layers: readonly Layer[];
  /** `B×N` pooling factors. */
  readonly factors: Address;
  /** `N×pooled` what is pooled: embeddings, and with a skip the points. */
  readonly described: Address;
  /** `B×pooled` the pooled; the input of ρ where that has no more columns. */
  readonly pooled: Address;
  /** Two gradients of layer outputs, written by turns. */
  readonly gradients: readonly [Address, Address];
  readonly matrixGradient: Address;
  /** Of products. */
  readonly scratch: Address;
  /** Numbers in all. */
  readonly length: number;
}

/** Columns are padded with zeros to whole vectors. */
function padded(columns: number): number {
  return 8 * Math.ceil(columns / 8);
}

function planPass(shape: NetworkShape, poolSize: number, rows: number, backward: boolean): Plan {
  const memory = memoryPlan();
  const { take } = memory;
  const { skip, sizeInputs } = shape.architecture;
  const point = pointLayers(shape).map(([from, to], i, all) => ({ rows: poolSize, from, to, elu: i < all.length - 1 }));
  const subset = subsetLayers(shape).map(([from, to]) => ({ rows, from: padded(from), to, elu: true }));
  const head = { rows, from: padded(headLayer(shape)[0]), to: padded(shape.outputs), elu: false };
  const layers: Layer[] = [];
  for (const layer of [...point, ...subset, head]) {
    // φ reads the points, ρ the pooled and sizes, and with a skip the head more than ρ's last layer: no layer's output.
    const starts = layers.length === 0 || layers.length === point.length || (skip && layer === head);
    const input = starts ? take(layer.rows * layer.from) : layers[layers.length - 1].output;
    layers.push({ ...layer, input, matrix: take(layer.from * layer.to), output: take(layer.rows * layer.to) });
  }
  const columns = padded(pooledWidth(shape));
  const described = skip ? take(poolSize * columns) : layers[point.length - 1].output;
  const pooled = skip || sizeInputs ? take(rows * columns) : layers[point.length].input;
  const largest = (size: (layer: Layer) => number): number => Math.max(...layers.map(size));
  const gradient = backward ? largest((layer) => layer.rows * Math.max(layer.to, padded(layer.from))) : 0;
  const matrix = largest(({ from, to }) => from * to);
  return {
    shape,
    poolSize,
    layers,
    described,
    pooled,
    factors: take(rows * poolSize),
    gradients: [take(gradient), take(gradient)],
    matrixGradient: take(backward ? matrix : 0),
    scratch: take(
      productScratch(
        Math.max(
          poolSize,
          rows,
          largest(({ from, to }) => Math.max(from, to)),
        ),
      ),
    ),
    length: memory.length,
  };
}

/** A plan with the memory it is carried out in. */
interface Pass extends Plan {
  readonly kernels: NetworkKernels;
  readonly numbers: Float32Array;
  /** Of every layer; undefined where it has none. */
  readonly biases: readonly (Float32Array | undefined)[];
  readonly points: Float32Array;
  readonly referenceSize: number;
}

/** The matrix of each layer, and its bias where it has one. */
function layerWeights(shape: NetworkShape, weights: Float32Array): { matrix: Float32Array; bias?: Float32Array }[] {
  const views = weightViews(shape, weights);
  const { biases, pointLayers: point, subsetLayers: subset } = shape.architecture;
  const hidden = point.length + subset.length;
  return Array.from({ length: hidden + 1 }, (_, l) => {
    if (biases || l === hidden) return { matrix: views[biases ? 2 * l : l], bias: views[biases ? 2 * l + 1 : l + 1] };
    return { matrix: views[l] };
  });
}

function startPass(plan: Plan, { shape, weights, points, referenceSize }: NetworkOnPoints): Pass {
  const { kernels, numbers } = networkKernels(plan.length);
  const parts = layerWeights(shape, weights);
  const widths = [...shape.architecture.pointLayers, ...shape.architecture.subsetLayers, shape.outputs];
  plan.layers.forEach(({ matrix, from, to }, l) => {
    copyRows(parts[l].matrix, widths[l], numbers, matrix / 4, to);
    numbers.fill(0, matrix / 4 + (parts[l].matrix.length / widths[l]) * to, matrix / 4 + from * to);
  });
  numbers.set(points, plan.layers[0].input / 4);
  return { ...plan, kernels, numbers, points, referenceSize, biases: parts.map(({ bias }) => bias) };
}

/** Copies a matrix of `width` columns into memory where rows are `stride` apart; the columns between become 0. */
function copyRows(matrix: Float32Array, width: number, numbers: Float32Array, start: number, stride: number): void {
  if (width === stride) {
    numbers.set(matrix, start);
    return;
  }
  numbers.fill(0, start, start + (matrix.length / width) * stride);
  placeRows(matrix, width, numbers, start, stride);
}

/** As {@link copyRows}, but leaves the columns between as they are. */
function placeRows(matrix: Float32Array, width: number, numbers: Float32Array, start: number, stride: number): void {
  for (let i = 0; i * width < matrix.length; i++) {
    numbers.set(matrix.subarray(i * width, (i + 1) * width), start + i * stride);
  }
}

/** The first `width` of every `stride` numbers from `start` on. */
function readRows(numbers: Float32Array, start: number, rows: number, stride: number, width: number): Float32Array {
  const matrix = new Float32Array(rows * width);
  readRowsInto(matrix, width, numbers, start, stride);
  return matrix;
}

/** As {@link readRows}, into a matrix of `width` columns. */
function readRowsInto(matrix: Float32Array, width: number, numbers: Float32Array, start: number, stride: number): void {
  if (width === stride) {
    matrix.set(numbers.subarray(start, start + matrix.length));
    return;
  }
  for (let i = 0; i * width < matrix.length; i++) {
    matrix.set(numbers.subarray(start + i * stride, start + i * stride + width), i * width);
  }
}

function forwardLayer(pass: Pass, l: number, rows: number): void {
  const { kernels, numbers, scratch, layers, biases } = pass;
  const { from, to, elu, input, matrix, output } = layers[l];
  kernels.multiply(rows, from, to, input, matrix, output, scratch);
  const bias = biases[l];
  if (bias) {
    for (let i = 0, at = output / 4; i < rows; i++, at += to) {
      for (let j = 0; j < bias.length; j++) numbers[at + j] += bias[j];
    }
  }
  if (elu) kernels.elu(rows * to, output);
}

function embedPoints(pass: Pass): void {
  const { shape, numbers, layers, poolSize, described, points } = pass;
  const depth = shape.architecture.pointLayers.length;
  for (let l = 0; l < depth; l++) forwardLayer(pass, l, poolSize);
  if (!shape.architecture.skip) return;
  const { output, to } = layers[depth - 1];
  const columns = padded(pooledWidth(shape));
  numbers.fill(0, described / 4, described / 4 + poolSize * columns);
  placeRows(numbers.subarray(output / 4, output / 4 + poolSize * to), to, numbers, described / 4, columns);
  placeRows(points, shape.inputs, numbers, described / 4 + to, columns);
}

/** Pools over some subsets and carries the pooled through ρ and head. */
function predictSubsets(pass: Pass, subsets: PoolWeights): void {
  const { shape, kernels, numbers, layers, factors, described, pooled, poolSize, scratch, referenceSize } = pass;
  const { skip, sizeInputs, pointLayers: point } = shape.architecture;
  const rows = subsets.count;
  const pooling = poolingOf(shape, referenceSize, subsets);
  const columns = padded(pooledWidth(shape));
  numbers.set(pooling.factors, factors / 4);
  kernels.multiply(rows, poolSize, columns, factors, described, pooled, scratch);
  const first = layers[point.length];
  if (pooled !== first.input) {
    const width = pooledWidth(shape);
    const start = first.input / 4;
    copyRows(readRows(numbers, pooled / 4, rows, columns, width), width, numbers, start, first.from);
    if (sizeInputs) placeRows(pooling.sizes, sizeInputCount, numbers, start + width, first.from);
  }
  for (let l = point.length; l < layers.length; l++) {
    if (skip && l === layers.length - 1) joinSkip(pass, rows);
    forwardLayer(pass, l, rows);
  }
}

/** The input of a head with a skip: ρ's last layer, then what ρ reads. */
function joinSkip({ shape, numbers, layers }: Pass, rows: number): void {
  const [last, head] = layers.slice(-2);
  const first = layers[shape.architecture.pointLayers.length];
  const read = readRows(numbers, first.input / 4, rows, first.from, subsetInputs(shape));
  copyRows(readRows(numbers, last.output / 4, rows, last.to, last.to), last.to, numbers, head.input / 4, head.from);
  placeRows(read, subsetInputs(shape), numbers, head.input / 4 + last.to, head.from);
}

/** `B×p`. */
function readPredicted({ numbers, layers, shape }: Pass, rows: number): Float32Array {
  const { output, to } = layers[layers.length - 1];
  return readRows(numbers, output / 4, rows, to, shape.outputs);
}

/**
 * Gradient in all weights from the gradient `B×p` in the predicted parameters: for Y = X·M, that in M is Xᵀ·dY and that in X
 * is dY·Mᵀ.
 *
 * @param gradient receives it.
 * @param ofRead receives the gradient in what ρ reads, `B×subsetInputs`; the pass then ends there.
 */
function backward(
  pass: Pass,
  rows: number,
  ofPredicted: Float32Array,
  gradient: Float32Array,
  ofRead?: Float32Array,
): void {
  const { kernels, numbers, layers, shape, poolSize, factors, matrixGradient, scratch } = pass;
  const { pointLayers: point, skip } = shape.architecture;
  gradient.fill(0);
  const parts = layerWeights(shape, gradient);
  let [current, next] = pass.gradients;
  /** The gradient in what ρ reads that came over the skip. */
  let overSkip: Float32Array | undefined;

  copyRows(ofPredicted, shape.outputs, numbers, current / 4, layers[layers.length - 1].to);

  for (let l = layers.length - 1; l >= 0; l--) {
    const { rows: m, from, to, input, matrix, output, elu } = layers[l];
    const { matrix: ofMatrix, bias: ofBias } = parts[l];
    if (elu) kernels.eluGradient(m * to, output, current);
    if (ofBias) addColumns(numbers, current / 4, m, to, ofBias);
    kernels.multiplyFirstTransposed(from, m, to, input, current, matrixGradient, scratch);
    const width = l === layers.length - 1 ? shape.outputs : to;
    readRowsInto(ofMatrix, width, numbers, matrixGradient / 4, to);
    if (l === 0) break;
    kernels.multiplySecondTransposed(m, to, from, current, matrix, next, scratch);
    [current, next] = [next, current];
    if (skip && l === layers.length - 1) {
      const last = layers[l - 1].to;
      overSkip = readRows(numbers, current / 4 + last, rows, from, subsetInputs(shape));
      numbers.set(readRows(numbers, current / 4, rows, from, last), current / 4);
    }
    if (l === point.length) {
      if (overSkip) addRows(overSkip, subsetInputs(shape), numbers, current / 4, from);
      if (ofRead) {
        ofRead.set(readRows(numbers, current / 4, rows, from, subsetInputs(shape)));
        break;
      }
      const embedded = layers[l - 1].to;
      if (from !== embedded) numbers.set(readRows(numbers, current / 4, rows, from, embedded), current / 4);
      kernels.multiplyFirstTransposed(poolSize, rows, embedded, factors, current, next, scratch);
      [current, next] = [next, current];
    }
  }
}

/** Adds a matrix of `width` columns to memory where rows are `stride` apart. */
function addRows(matrix: Float32Array, width: number, numbers: Float32Array, start: number, stride: number): void {
  for (let i = 0; i * width < matrix.length; i++) {
    for (let j = 0; j < width; j++) numbers[start + i * stride + j] += matrix[i * width + j];
  }
}

/** Adds the sums of the first columns of `rows` rows, `stride` apart, to as many `sums`. */
function addColumns(numbers: Float32Array, start: number, rows: number, stride: number, sums: Float32Array): void {
  for (let i = 0; i < rows; i++) for (let j = 0; j < sums.length; j++) sums[j] += numbers[start + i * stride + j];
}

/** The gradients in pooling factors, `B×N`, and size inputs, `B×3`, from that in what ρ reads. */
function splitRead(
  { shape, numbers, described, poolSize }: Pass,
  rows: number,
  ofRead: Float32Array,
): { ofFactors: Float64Array; ofSizes: Float32Array } {
  const [width, all] = [pooledWidth(shape), subsetInputs(shape)];
  const stride = padded(width);
  const ofFactors = new Float64Array(rows * poolSize);
  for (let b = 0; b < rows; b++) {
    for (let i = 0; i < poolSize; i++) {
      let sum = 0;
      for (let j = 0; j < width; j++) sum += ofRead[b * all + j] * numbers[described / 4 + i * stride + j];
      ofFactors[b * poolSize + i] = sum;
    }
  }
  const ofSizes = readRows(ofRead, width, all > width ? rows : 0, all, sizeInputCount);
  return { ofFactors, ofSizes };
}
