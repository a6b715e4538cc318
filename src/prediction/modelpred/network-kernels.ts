import { networkKernels, type Address, type NetworkKernels } from '../../numerics/network-kernels.js';
import type { TensorFlow } from '../../numerics/backend.js';
import { lossAndGradientInPredictions } from './loss.js';
import { type NetworkShape, pointLayers, rowsPerPass, subsetLayers, weightCount, weightViews } from './network.js';
import type { NetworkEngine, NetworkOnPoints } from './network-engine.js';

/**
 * The network by hand-written forward and backward passes over WebAssembly kernels: the same mathematics as the one of
 * `tensorEngine`, which is its readable twin. The tensor library only differentiates penalties of the learner's objective,
 * in the predicted parameters.
 */
export function kernelEngine(tf: TensorFlow): NetworkEngine {
  return {
    predict: (network, subsets) => {
      const { count, poolSize, weights } = subsets;
      const { outputs } = network.shape;
      const plan = planPass(network.shape, poolSize, Math.min(rowsPerPass, count), false);
      const pass = startPass(plan, network);
      embedPoints(pass);
      const predicted = new Float64Array(count * outputs);
      for (let start = 0; start < count; start += rowsPerPass) {
        const rows = Math.min(rowsPerPass, count - start);
        predictSubsets(pass, rows, weights.subarray(start * poolSize, (start + rows) * poolSize));
        predicted.set(readPredicted(pass, rows), start * outputs);
      }
      return predicted;
    },
    lossAndGradient: (network, batch) => {
      const { count, poolSize, weights } = batch.subsets;
      const pass = startPass(planPass(network.shape, poolSize, count, true), network);
      embedPoints(pass);
      predictSubsets(pass, count, weights);
      const predicted = readPredicted(pass, count);
      const { loss, gradient } = lossAndGradientInPredictions(tf, predicted, batch);
      return { loss, gradient: backward(pass, count, gradient) };
    },
  };
}

/** One dense layer of the network in memory. */
interface Layer {
  /** Rows of its input and output: N for φ, B for ρ and head. */
  readonly rows: number;
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
  readonly layers: readonly Layer[];
  /** `B×N`. */
  readonly subsets: Address;
  /** Two gradients of layer outputs, written by turns. */
  readonly gradients: readonly [Address, Address];
  readonly matrixGradient: Address;
  readonly transposed: Address;
  readonly panel: Address;
  /** Numbers in all. */
  readonly length: number;
}

/** Columns of the head are padded with zeros to whole vectors. */
function padded(columns: number): number {
  return 8 * Math.ceil(columns / 8);
}

function planPass(shape: NetworkShape, poolSize: number, rows: number, backward: boolean): Plan {
  let length = 0;
  const take = (size: number): Address => {
    const address = 4 * length;
    // Whole vectors of four numbers.
    length += 4 * Math.ceil(size / 4);
    return address;
  };
  const point = pointLayers(shape).map(([from, to], i, all) => ({ rows: poolSize, from, to, elu: i < all.length - 1 }));
  const subset = subsetLayers().map(([from, to]) => ({ rows, from, to, elu: true }));
  const head = { rows, from: subset[subset.length - 1].to, to: padded(shape.outputs), elu: false };
  const layers: Layer[] = [];
  for (const layer of [...point, ...subset, head]) {
    // φ reads the points and ρ the pooled embeddings, which are no layer's output.
    const starts = layers.length === 0 || layers.length === point.length;
    const input = starts ? take(layer.rows * layer.from) : layers[layers.length - 1].output;
    layers.push({ ...layer, input, matrix: take(layer.from * layer.to), output: take(layer.rows * layer.to) });
  }
  const largest = (size: (layer: Layer) => number): number => Math.max(...layers.map(size));
  const gradient = backward ? largest((layer) => layer.rows * Math.max(layer.to, padded(layer.from))) : 0;
  const matrix = largest(({ from, to }) => from * to);
  const transposed = Math.max(
    largest((layer) => layer.rows * layer.from),
    rows * poolSize,
    matrix,
  );
  return {
    shape,
    poolSize,
    layers,
    subsets: take(rows * poolSize),
    gradients: [take(gradient), take(gradient)],
    matrixGradient: take(backward ? matrix : 0),
    transposed: take(backward ? transposed : 0),
    panel: take(
      8 *
        Math.max(
          poolSize,
          rows,
          largest(({ from, to }) => Math.max(from, to)),
        ),
    ),
    length,
  };
}

/** A plan with the memory it is carried out in. */
interface Pass extends Plan {
  readonly kernels: NetworkKernels;
  readonly numbers: Float32Array;
  readonly bias: Float32Array;
}

function startPass(plan: Plan, { shape, weights, points }: NetworkOnPoints): Pass {
  const { kernels, numbers } = networkKernels(plan.length);
  const views = weightViews(shape, weights);
  plan.layers.forEach(({ matrix, from, to }, l) => copyRows(views[l], views[l].length / from, numbers, matrix / 4, to));
  numbers.set(points, plan.layers[0].input / 4);
  return { ...plan, kernels, numbers, bias: views[views.length - 1] };
}

/** Copies a matrix of `width` columns into memory where rows are `stride` apart; the columns between become 0. */
function copyRows(matrix: Float32Array, width: number, numbers: Float32Array, start: number, stride: number): void {
  if (width === stride) {
    numbers.set(matrix, start);
    return;
  }
  const rows = matrix.length / width;
  numbers.fill(0, start, start + rows * stride);
  for (let i = 0; i < rows; i++) numbers.set(matrix.subarray(i * width, (i + 1) * width), start + i * stride);
}

/** The first `width` of every `stride` numbers from `start` on. */
function readRows(numbers: Float32Array, start: number, rows: number, stride: number, width: number): Float32Array {
  const matrix = new Float32Array(rows * width);
  for (let i = 0; i < rows; i++) {
    matrix.set(numbers.subarray(start + i * stride, start + i * stride + width), i * width);
  }
  return matrix;
}

function forwardLayer({ kernels, panel }: Pass, { from, to, elu, input, matrix, output }: Layer, rows: number): void {
  kernels.multiply(rows, from, to, input, matrix, output, panel);
  if (elu) kernels.elu(rows * to, output);
}

/** Layers of φ. */
const pointDepth = 3;

function embedPoints(pass: Pass): void {
  for (const layer of pass.layers.slice(0, pointDepth)) forwardLayer(pass, layer, layer.rows);
}

/** Pools the embeddings over some subsets and carries the sums through ρ and head. */
function predictSubsets(pass: Pass, rows: number, subsetWeights: Uint8Array): void {
  const { kernels, numbers, layers, subsets, poolSize, panel } = pass;
  const [embedding, first] = layers.slice(pointDepth - 1);
  numbers.set(subsetWeights, subsets / 4);
  kernels.multiply(rows, poolSize, embedding.to, subsets, embedding.output, first.input, panel);
  for (const layer of layers.slice(pointDepth)) forwardLayer(pass, layer, rows);
}

/** `B×p`, the head's bias added. */
function readPredicted({ numbers, layers, shape, bias }: Pass, rows: number): Float32Array {
  const { output, to } = layers[layers.length - 1];
  const predicted = readRows(numbers, output / 4, rows, to, shape.outputs);
  for (let k = 0; k < predicted.length; k++) predicted[k] += bias[k % shape.outputs];
  return predicted;
}

/**
 * Gradient in all weights from the gradient `B×p` in the predicted parameters: for Y = X·M, that in M is Xᵀ·dY and that in X
 * is dY·Mᵀ.
 */
function backward(pass: Pass, rows: number, ofPredicted: Float32Array): Float32Array {
  const { kernels, numbers, layers, shape, poolSize, subsets, matrixGradient, transposed, panel } = pass;
  const { outputs } = shape;
  const gradient = new Float32Array(weightCount(shape));
  const views = weightViews(shape, gradient);
  let [current, next] = pass.gradients;

  copyRows(ofPredicted, outputs, numbers, current / 4, layers[layers.length - 1].to);
  const ofBias = views[views.length - 1];
  for (let k = 0; k < ofPredicted.length; k++) ofBias[k % outputs] += ofPredicted[k];

  for (let l = layers.length - 1; l >= 0; l--) {
    const { rows: m, from, to, input, matrix, output, elu } = layers[l];
    if (elu) kernels.eluGradient(m * to, output, current);
    kernels.transpose(m, from, input, transposed);
    kernels.multiply(from, m, to, transposed, current, matrixGradient, panel);
    views[l].set(readRows(numbers, matrixGradient / 4, from, to, views[l].length / from));
    if (l === 0) break;
    kernels.transpose(from, to, matrix, transposed);
    kernels.multiply(m, to, from, current, transposed, next, panel);
    [current, next] = [next, current];
    if (l === pointDepth) {
      kernels.transpose(rows, poolSize, subsets, transposed);
      kernels.multiply(poolSize, rows, from, transposed, current, next, panel);
      [current, next] = [next, current];
    }
  }
  return gradient;
}
