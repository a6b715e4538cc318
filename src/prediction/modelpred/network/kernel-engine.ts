import type { TensorFlow } from '../../../numerics/backend.js';
import {
  maskCodeNumbers,
  memoryPlan,
  networkKernels,
  poolingTables,
  productScratch,
  type Address,
  type NetworkKernels,
} from '../../../numerics/network-kernels.js';
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
} from './network-shape.js';
import { placeSizeInputs, poolingOf, type PoolWeights, weightGradientOfPooling } from './pool-weights.js';

/**
 * The network by hand-written forward and backward passes over WebAssembly kernels: the same mathematics as the one of
 * `tensorEngine`, which is its readable twin. The tensor library only differentiates penalties of objectives without written-out
 * derivatives, in the predicted parameters.
 */
export function kernelEngine(tf: TensorFlow): NetworkEngine {
  return {
    backend: 'wasm',
    predict: (network, subsets) => {
      const { count, poolSize, weights, steps } = subsets;
      const { outputs, stepInputs = 0 } = network.shape;
      const plan = planPass(network.shape, poolSize, Math.min(rowsPerPass, count), false);
      const pass = startPass(plan, network);
      embedPoints(pass);
      const predicted = new Float64Array(count * outputs);
      for (let start = 0; start < count; start += rowsPerPass) {
        const rows = Math.min(rowsPerPass, count - start);
        predictSubsets(pass, {
          count: rows,
          poolSize,
          weights: weights.subarray(start * poolSize, (start + rows) * poolSize),
          steps: steps?.subarray(start * stepInputs, (start + rows) * stepInputs),
        });
        readPredicted(pass, rows, predicted.subarray(start * outputs, (start + rows) * outputs));
      }
      return predicted;
    },
    lossAndGradient: (network, batch, gradient = new Float32Array(weightCount(network.shape))) => {
      const { count, poolSize } = batch.subsets;
      const pass = startPass(planPass(network.shape, poolSize, count, true), network);
      embedPoints(pass);
      predictSubsets(pass, { ...batch.subsets, steps: batch.steps });
      const predicted = readPredicted(pass, count, new Float32Array(count * network.shape.outputs));
      const { loss, gradient: ofPredicted } = lossAndGradientInPredictions(tf, predicted, batch);
      pass.numbers.set(poolingOf(network.shape, network.referenceSize, batch.subsets).factors, pass.factors / 4);
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
  /** `to` numbers, where the layer has a bias. */
  readonly bias: Address | undefined;
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
  /** `B×N` pooling factors: for products, forward where weights are not all 0 or 1. */
  readonly factors: Address;
  /** `B×N` weights of subsets, a byte each; which of each four points they have; their sizes. */
  readonly weights: Address;
  readonly codes: Address;
  readonly sizes: Address;
  readonly tables: Address;
  /** `N×pooled` what is pooled: embeddings, and with a skip the points. */
  readonly described: Address;
  /** `B×pooled` what a product pools. */
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
  const { skip, biases } = shape.architecture;
  const point = pointLayers(shape).map(([from, to], i, all) => ({ rows: poolSize, from, to, elu: i < all.length - 1 }));
  const subset = subsetLayers(shape).map(([from, to]) => ({ rows, from: padded(from), to, elu: true }));
  const head = { rows, from: padded(headLayer(shape)[0]), to: padded(shape.outputs), elu: false };
  const layers: Layer[] = [];
  for (const layer of [...point, ...subset, head]) {
    // φ reads the points, ρ the pooled and sizes, and with a skip the head more than ρ's last layer: no layer's output.
    const starts = layers.length === 0 || layers.length === point.length || (skip && layer === head);
    const input = starts ? take(layer.rows * layer.from) : layers[layers.length - 1].output;
    layers.push({
      ...layer,
      input,
      matrix: take(layer.from * layer.to),
      bias: biases || layer === head ? take(layer.to) : undefined,
      output: take(layer.rows * layer.to),
    });
  }
  const columns = padded(pooledWidth(shape));
  const described = skip ? take(poolSize * columns) : layers[point.length - 1].output;
  const largest = (size: (layer: Layer) => number): number => Math.max(...layers.map(size));
  const gradient = backward ? largest((layer) => layer.rows * Math.max(layer.to, padded(layer.from))) : 0;
  const matrix = largest(({ from, to }) => from * to);
  return {
    shape,
    poolSize,
    layers,
    described,
    pooled: take(rows * columns),
    factors: take(rows * poolSize),
    weights: take(Math.ceil((rows * poolSize) / 4)),
    codes: take(maskCodeNumbers(rows, poolSize)),
    sizes: take(rows),
    tables: take(poolingTables),
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
  plan.layers.forEach(({ matrix, bias, from, to }, l) => {
    const { matrix: ofMatrix, bias: ofBias } = parts[l];
    copyRows(ofMatrix, widths[l], numbers, matrix / 4, to);
    numbers.fill(0, matrix / 4 + (ofMatrix.length / widths[l]) * to, matrix / 4 + from * to);
    if (ofBias && bias !== undefined) copyRows(ofBias, widths[l], numbers, bias / 4, to);
  });
  numbers.set(points, plan.layers[0].input / 4);
  return { ...plan, kernels, numbers, points, referenceSize };
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

function forwardLayer({ kernels, scratch, layers }: Pass, l: number, rows: number): void {
  const { from, to, elu, input, matrix, bias, output } = layers[l];
  kernels.multiply(rows, from, to, input, matrix, output, scratch);
  if (bias !== undefined) kernels.addBias(rows, to, output, bias, elu ? 1 : 0);
  else if (elu) kernels.elu(rows * to, output);
}

function embedPoints(pass: Pass): void {
  const { shape, kernels, numbers, layers, poolSize, described, points } = pass;
  const depth = shape.architecture.pointLayers.length;
  for (let l = 0; l < depth; l++) forwardLayer(pass, l, poolSize);
  if (!shape.architecture.skip) return;
  const { output, to } = layers[depth - 1];
  const columns = padded(pooledWidth(shape));
  numbers.fill(0, described / 4, described / 4 + poolSize * columns);
  kernels.copyRows(poolSize, to, output, to, described, columns);
  placeRows(points, shape.inputs, numbers, described / 4 + to, columns);
}

/** Pools over some subsets and carries the pooled through ρ and head. */
function predictSubsets(pass: Pass, subsets: PoolWeights): void {
  const { shape, numbers, layers } = pass;
  const { skip, pointLayers: point } = shape.architecture;
  const rows = subsets.count;
  const { input, from } = layers[point.length];
  numbers.fill(0, input / 4, input / 4 + rows * from);
  if (subsets.weights instanceof Uint8Array) poolSubsets(pass, rows, subsets.weights);
  else multiplyPooling(pass, subsets, (row) => row);
  placeSteps(pass, subsets);
  for (let l = point.length; l < layers.length; l++) {
    if (skip && l === layers.length - 1) joinSkip(pass, rows);
    forwardLayer(pass, l, rows);
  }
}

/** Writes what ρ reads of a base's last steps, after sizes and pooled. */
function placeSteps({ shape, numbers, layers }: Pass, { count, steps }: PoolWeights): void {
  const { stepInputs = 0, architecture } = shape;
  if (stepInputs === 0) return;
  if (steps?.length !== count * stepInputs) throw new Error('The network reads the last steps of a base.');
  const { input, from } = layers[architecture.pointLayers.length];
  placeRows(steps, stepInputs, numbers, input / 4 + subsetInputs(shape) - stepInputs, from);
}

/** Fills what ρ reads: by tables of sums for subsets that have every point at most once, by a product for others. */
function poolSubsets(pass: Pass, rows: number, weights: Uint8Array): void {
  const { shape, kernels, numbers, layers, poolSize, described, codes, sizes, tables, referenceSize } = pass;
  const { pooling, sizeInputs, pointLayers: point } = shape.architecture;
  const width = pooledWidth(shape);
  const { input, from } = layers[point.length];
  new Uint8Array(numbers.buffer).set(weights, pass.weights);
  kernels.maskCodes(rows, poolSize, pass.weights, codes, sizes);
  const mean = pooling === 'mean' ? 1 : 0;
  kernels.poolMasks(rows, poolSize, padded(width), codes, sizes, described, input, from, mean, tables);
  const repeating: number[] = [];
  for (let b = 0; b < rows; b++) {
    const size = numbers[sizes / 4 + b];
    if (size < 0) repeating.push(b);
    else if (sizeInputs) placeSizeInputs(numbers, input / 4 + b * from + width, size, size, referenceSize);
  }
  if (repeating.length === 0) return;
  const gathered = new Uint8Array(repeating.length * poolSize);
  repeating.forEach((b, k) => gathered.set(weights.subarray(b * poolSize, (b + 1) * poolSize), k * poolSize));
  multiplyPooling(pass, { count: repeating.length, poolSize, weights: gathered }, (row) => repeating[row]);
}

/** Fills rows of what ρ reads by a product of pooling factors and what is pooled. */
function multiplyPooling(pass: Pass, subsets: PoolWeights, rowOf: (row: number) => number): void {
  const { shape, kernels, numbers, layers, factors, described, pooled, poolSize, scratch, referenceSize } = pass;
  const pooling = poolingOf(shape, referenceSize, subsets);
  const [width, columns] = [pooledWidth(shape), padded(pooledWidth(shape))];
  const { input, from } = layers[shape.architecture.pointLayers.length];
  numbers.set(pooling.factors, factors / 4);
  kernels.multiply(subsets.count, poolSize, columns, factors, described, pooled, scratch);
  for (let k = 0; k < subsets.count; k++) {
    const at = input + 4 * rowOf(k) * from;
    kernels.copyRows(1, width, pooled + 4 * k * columns, columns, at, from);
    const sizes = pooling.sizes.subarray(k * sizeInputCount, (k + 1) * sizeInputCount);
    numbers.set(sizes, at / 4 + width);
  }
}

/** The input of a head with a skip: ρ's last layer, then what ρ reads. */
function joinSkip({ shape, kernels, numbers, layers }: Pass, rows: number): void {
  const [last, head] = layers.slice(-2);
  const first = layers[shape.architecture.pointLayers.length];
  numbers.fill(0, head.input / 4, head.input / 4 + rows * head.from);
  kernels.copyRows(rows, last.to, last.output, last.to, head.input, head.from);
  kernels.copyRows(rows, subsetInputs(shape), first.input, first.from, head.input + 4 * last.to, head.from);
}

/** `B×p`, into `predicted`. */
function readPredicted<Numbers extends Float32Array | Float64Array>(
  { numbers, layers, shape: { outputs } }: Pass,
  rows: number,
  predicted: Numbers,
): Numbers {
  const { output, to } = layers[layers.length - 1];
  for (let b = 0; b < rows; b++) {
    for (let j = 0; j < outputs; j++) predicted[b * outputs + j] = numbers[output / 4 + b * to + j];
  }
  return predicted;
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
  const ofSizes = readRows(ofRead, width, shape.architecture.sizeInputs ? rows : 0, all, sizeInputCount);
  return { ofFactors, ofSizes };
}
