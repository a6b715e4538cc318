import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { BackendName, TensorFlow } from '../../../numerics/backend.js';
import { lossAndGradientInPredictions, modelPredLoss, needsObjective } from './loss.js';
import type { LossOnBatch, NetworkEngine, NetworkOnPoints } from './network-engine.js';
import {
  type NetworkShape,
  rowsPerPass,
  sizeInputCount,
  weightCount,
  weightShapes,
  weightViews,
} from './network-shape.js';
import { poolingOf, type PoolWeights, weightGradientOfPooling } from './pool-weights.js';

/** The network in tensor operations, differentiated by the tensor library; every tensor lives and dies within a call. */
export function tensorEngine(tf: TensorFlow, backend: BackendName): NetworkEngine {
  return {
    backend,
    predict: (network, subsets) => {
      const { shape } = network;
      const { stepInputs = 0 } = shape;
      const predicted = new Float64Array(subsets.count * shape.outputs);
      for (let start = 0; start < subsets.count; start += rowsPerPass) {
        const count = Math.min(rowsPerPass, subsets.count - start);
        const { poolSize, weights, steps } = subsets;
        const part = {
          count,
          poolSize,
          weights: weights.subarray(start * poolSize, (start + count) * poolSize),
          steps: steps?.subarray(start * stepInputs, (start + count) * stepInputs),
        };
        const pass = tf.tidy(() =>
          outputs(tf, network, weightTensors(tf, shape, network.weights), poolingTensors(tf, network, part)).dataSync(),
        );
        predicted.set(pass, start * shape.outputs);
      }
      return predicted;
    },
    lossAndGradient: (network, batch, gradient = new Float32Array(weightCount(network.shape))) => {
      const { shape } = network;
      const loss = tf.tidy(() => {
        const pooling = poolingTensors(tf, network, { ...batch.subsets, steps: batch.steps });
        const lossOf = lossOfOutputs(tf, shape, batch);
        const { value, grads } = tf.valueAndGrads((...layers) => lossOf(outputs(tf, network, layers, pooling)))(
          weightTensors(tf, shape, network.weights),
        );
        weightViews(shape, gradient).forEach((view, i) => view.set(grads[i].dataSync()));
        return value.dataSync()[0];
      });
      return { loss, gradient };
    },
    weightGradient: (network, weights, cotangent) => {
      const { shape, referenceSize } = network;
      const [ofFactors, ofSizes] = tf.tidy(() => {
        const layers = weightTensors(tf, shape, network.weights);
        const { factors, sizes, steps } = poolingTensors(tf, network, weights);
        const direction = tf.tensor2d(cotangent, [weights.count, shape.outputs]);
        const value = (factors: Tensor, sizes: Tensor) => {
          const tensors = { factors: factors as Tensor2D, sizes: sizes as Tensor2D, steps };
          return tf.sum<Scalar>(tf.mul(outputs(tf, network, layers, tensors), direction));
        };
        if (shape.architecture.sizeInputs)
          return tf
            .grads(value)([factors, sizes])
            .map((g) => g.dataSync());
        return [
          tf
            .grad((f: Tensor) => value(f, sizes))(factors)
            .dataSync(),
          new Float32Array(0),
        ];
      });
      return weightGradientOfPooling(shape, referenceSize, weights, ofFactors, ofSizes);
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
function outputs(
  tf: TensorFlow,
  network: NetworkOnPoints,
  layers: readonly Tensor[],
  { factors, sizes, steps }: PoolingTensors,
): Tensor2D {
  const { shape } = network;
  const { biases, skip, pointLayers } = shape.architecture;
  const rest = [...layers];
  const dense = (x: Tensor2D, hasBias: boolean): Tensor2D => {
    const product = tf.matMul<Tensor2D>(x, rest.shift() as Tensor2D);
    return hasBias ? tf.add<Tensor2D>(product, rest.shift() as Tensor) : product;
  };
  const points = tf.tensor2d(network.points, [factors.shape[1], shape.inputs]);

  const embedded = pointLayers.reduce<Tensor2D>((x, _, i) => dense(i === 0 ? x : tf.elu(x), biases), points);
  const pooled = tf.matMul<Tensor2D>(factors, skip ? tf.concat([embedded, points], 1) : embedded);
  const read = tf.concat<Tensor2D>([pooled, sizes, steps], 1);
  const hidden = shape.architecture.subsetLayers.reduce<Tensor2D>((x) => tf.elu(dense(x, biases)), read);
  return dense(skip ? tf.concat<Tensor2D>([hidden, read], 1) : hidden, true);
}

/**
 * The loss as a function of the network's outputs, differentiable in them: by formulas where there are some, which takes one
 * operation where the tensor library takes dozens.
 */
function lossOfOutputs(
  tf: TensorFlow,
  { outputs: p }: NetworkShape,
  batch: LossOnBatch,
): (predicted: Tensor2D) => Scalar {
  const { settings, objective, penaltyObjective, subsets, parameters, exactLosses } = batch;
  const { count, poolSize, weights } = subsets;
  if (penaltyObjective !== undefined || !needsObjective(settings)) {
    return tf.customGrad((...inputs) => {
      const predicted = inputs[0] as Tensor2D;
      const { loss, gradient } = lossAndGradientInPredictions(tf, predicted.dataSync<'float32'>(), batch);
      return { value: tf.scalar(loss), gradFunc: (upstream) => tf.mul(tf.tensor2d(gradient, [count, p]), upstream) };
    });
  }
  const subsetWeights = tf.tensor2d(new Float32Array(weights), [count, poolSize]);
  const exact = tf.tensor2d(new Float32Array(parameters), [count, p]);
  const losses = exactLosses && tf.tensor1d(exactLosses);
  return (predicted) =>
    modelPredLoss(tf, settings, { predicted, exact, subsetWeights, exactLosses: losses }, objective);
}

/** All weights as tensors, in the order of {@link weightShapes}. */
function weightTensors(tf: TensorFlow, shape: NetworkShape, weights: Float32Array): Tensor[] {
  const shapes = weightShapes(shape);
  return weightViews(shape, weights).map((view, i) => tf.tensor(view, [...shapes[i]]));
}

/** `poolingOf` as tensors, `B×N` and `B×3`, and `B×stepInputs`. */
interface PoolingTensors {
  readonly factors: Tensor2D;
  readonly sizes: Tensor2D;
  readonly steps: Tensor2D;
}

function poolingTensors(
  tf: TensorFlow,
  { shape, referenceSize }: NetworkOnPoints,
  weights: PoolWeights,
): PoolingTensors {
  const { factors, sizes } = poolingOf(shape, referenceSize, weights);
  const columns = sizes.length === 0 ? 0 : sizeInputCount;
  return {
    factors: tf.tensor2d(factors, [weights.count, weights.poolSize]),
    sizes: tf.tensor2d(sizes, [weights.count, columns]),
    steps: tf.tensor2d(weights.steps ?? new Float32Array(0), [weights.count, shape.stepInputs ?? 0]),
  };
}
