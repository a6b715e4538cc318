import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../numerics/backend.js';
import { takeSubsets, type Subsets } from '../../subsets/subsets.js';
import { modelPredLoss } from './loss.js';
import type { NetworkEngine, NetworkOnPoints } from './network-engine.js';
import {
  type NetworkShape,
  rowsPerPass,
  sizeInputCount,
  subsetInputs,
  weightCount,
  weightShapes,
  weightViews,
} from './network.js';
import { poolingOf } from './pooling.js';

/** The network in tensor operations, differentiated by the tensor library; every tensor lives and dies within a call. */
export function tensorEngine(tf: TensorFlow): NetworkEngine {
  return {
    predict: (network, subsets) => {
      const { shape } = network;
      const predicted = new Float64Array(subsets.count * shape.outputs);
      for (let start = 0; start < subsets.count; start += rowsPerPass) {
        const rows = Array.from({ length: Math.min(rowsPerPass, subsets.count - start) }, (_, k) => start + k);
        const pass = tf.tidy(() =>
          outputs(tf, network, weightTensors(tf, shape, network.weights), takeSubsets(subsets, rows)).dataSync(),
        );
        predicted.set(pass, start * shape.outputs);
      }
      return predicted;
    },
    lossAndGradient: (network, { settings, objective, subsets, parameters, exactLosses }) => {
      const { shape } = network;
      const { count, poolSize, weights } = subsets;
      const gradient = new Float32Array(weightCount(shape));
      const loss = tf.tidy(() => {
        const subsetWeights = tf.tensor2d(new Float32Array(weights), [count, poolSize]);
        const exact = tf.tensor2d(new Float32Array(parameters), [count, shape.outputs]);
        const { value, grads } = tf.valueAndGrads((...layers) => {
          const predicted = outputs(tf, network, layers, subsets);
          const losses = exactLosses && tf.tensor1d(exactLosses);
          return modelPredLoss(tf, settings, { predicted, exact, subsetWeights, exactLosses: losses }, objective);
        })(weightTensors(tf, shape, network.weights));
        weightViews(shape, gradient).forEach((view, i) => view.set(grads[i].dataSync()));
        return value.dataSync()[0];
      });
      return { loss, gradient };
    },
  };
}

/**
 * The deep sets network θ̂(S) = ρ(pool_{i∈S} φ(x_i, y_i)): with the authors' architecture as in their code (Zeng et al. 2023).
 * Pooling is one product of the subsets' factors with the embeddings of the pool, which are computed once for all subsets.
 * φ has ELU between its layers and none after the last; ρ has it after each, before a linear head.
 *
 * @param layers all weights, in the order of {@link weightShapes}.
 * @returns `B×p`.
 */
function outputs(tf: TensorFlow, network: NetworkOnPoints, layers: readonly Tensor[], subsets: Subsets): Tensor2D {
  const { shape, referenceSize } = network;
  const { biases, skip, sizeInputs, pointLayers } = shape.architecture;
  const rest = [...layers];
  const dense = (x: Tensor2D, hasBias: boolean): Tensor2D => {
    const product = tf.matMul<Tensor2D>(x, rest.shift() as Tensor2D);
    return hasBias ? tf.add<Tensor2D>(product, rest.shift() as Tensor) : product;
  };
  const points = tf.tensor2d(network.points, [subsets.poolSize, shape.inputs]);
  const pooling = poolingOf(shape, referenceSize, subsets);
  const factors = tf.tensor2d(pooling.factors, [subsets.count, subsets.poolSize]);

  const embedded = pointLayers.reduce<Tensor2D>((x, _, i) => dense(i === 0 ? x : tf.elu(x), biases), points);
  const pooled = tf.matMul<Tensor2D>(factors, skip ? tf.concat([embedded, points], 1) : embedded);
  const read = sizeInputs
    ? tf.concat<Tensor2D>([pooled, tf.tensor2d(pooling.sizes, [subsets.count, sizeInputCount])], 1)
    : pooled;
  const hidden = shape.architecture.subsetLayers.reduce<Tensor2D>((x) => tf.elu(dense(x, biases)), read);
  return dense(
    skip ? tf.concat<Tensor2D>([hidden, tf.reshape(read, [subsets.count, subsetInputs(shape)])], 1) : hidden,
    true,
  );
}

/** All weights as tensors, in the order of {@link weightShapes}. */
function weightTensors(tf: TensorFlow, shape: NetworkShape, weights: Float32Array): Tensor[] {
  const shapes = weightShapes(shape);
  return weightViews(shape, weights).map((view, i) => tf.tensor(view, [...shapes[i]]));
}
