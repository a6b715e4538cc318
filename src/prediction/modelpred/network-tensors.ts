import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../numerics/backend.js';
import { modelPredLoss } from './loss.js';
import type { NetworkEngine, NetworkOnPoints } from './network-engine.js';
import { type NetworkShape, rowsPerPass, weightCount, weightShapes, weightViews } from './network.js';

/** The network in tensor operations, differentiated by the tensor library; every tensor lives and dies within a call. */
export function tensorEngine(tf: TensorFlow): NetworkEngine {
  const pointTensor = ({ shape, points }: NetworkOnPoints): Tensor2D =>
    tf.tensor2d(points, [points.length / shape.inputs, shape.inputs]);
  return {
    predict: (network, { count, poolSize, weights }) => {
      const { shape } = network;
      const predicted = new Float64Array(count * shape.outputs);
      tf.tidy(() => {
        const layers = weightTensors(tf, shape, network.weights);
        const embedded = embedPoints(tf, layers.slice(0, 3), pointTensor(network));
        for (let start = 0; start < count; start += rowsPerPass) {
          const rows = Math.min(rowsPerPass, count - start);
          const pass = tf.tidy(() => {
            const chosen = new Float32Array(weights.subarray(start * poolSize, (start + rows) * poolSize));
            const pooled = tf.matMul<Tensor2D>(tf.tensor2d(chosen, [rows, poolSize]), embedded);
            return parametersFromPooled(tf, layers.slice(3), pooled).dataSync();
          });
          predicted.set(pass, start * shape.outputs);
        }
      });
      return predicted;
    },
    lossAndGradient: (network, { settings, objective, subsets, parameters, exactLosses }) => {
      const { shape } = network;
      const { count, poolSize, weights } = subsets;
      const gradient = new Float32Array(weightCount(shape));
      const loss = tf.tidy(() => {
        const points = pointTensor(network);
        const subsetWeights = tf.tensor2d(new Float32Array(weights), [count, poolSize]);
        const exact = tf.tensor2d(new Float32Array(parameters), [count, shape.outputs]);
        const { value, grads } = tf.valueAndGrads((...layers) => {
          const predicted = predictParameters(tf, layers, points, subsetWeights);
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
 * φ of every point, `N×128`: three layers without bias, ELU between them and none after the last. No bias and ELU(0) = 0
 * make the zero point worth zero, which is how padding is harmless in the authors' code; here nothing is padded.
 *
 * @param layers `from×to` matrices of φ.
 * @param points `N×(d+|y|)`.
 */
function embedPoints(tf: TensorFlow, layers: readonly Tensor[], points: Tensor2D): Tensor2D {
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
function parametersFromPooled(tf: TensorFlow, layers: readonly Tensor[], pooled: Tensor2D): Tensor2D {
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
function predictParameters(
  tf: TensorFlow,
  layers: readonly Tensor[],
  points: Tensor2D,
  subsetWeights: Tensor2D,
): Tensor2D {
  const pooled = tf.matMul<Tensor2D>(subsetWeights, embedPoints(tf, layers.slice(0, 3), points));
  return parametersFromPooled(tf, layers.slice(3), pooled);
}

/** All weights as tensors, in the order of {@link weightShapes}. */
function weightTensors(tf: TensorFlow, shape: NetworkShape, weights: Float32Array): Tensor[] {
  const shapes = weightShapes(shape);
  return weightViews(shape, weights).map((view, i) => tf.tensor(view, [...shapes[i]]));
}
