import type { Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { Dataset } from '../../../data/dataset.js';
import type { TensorFlow } from '../../../numerics/backend.js';
import { designMatrix } from '../../../learners/linear/linear-objective.js';
import type { TensorObjective } from './tensor-objective.js';

/**
 * The objective ½‖w‖² + C·Σ weights·logloss of L2 logistic regression, bias unpenalised, in tensor operations. Binary
 * parameters are [w, b]; with K ≥ 3 classes they are K rows [w_k, b_k].
 *
 * With X̃ = [X, 1] and logits f = θX̃ᵀ the gradient is θ∘(1−intercepts) + C·(W∘(σ(f)−y))X̃. The multinomial one replaces the
 * sigmoid by the softmax over classes and y by one-hot labels, and has Σ_k b_k added for every intercept: the derivative of
 * ½(Σ_k b_k)², which fixes the one direction that neither loss nor regulariser sees.
 *
 * @param strength C.
 */
export function logisticRegressionTensors(tf: TensorFlow, pool: Dataset, strength: number): TensorObjective {
  const { size, dimension, classes } = pool;
  const columns = dimension + 1;
  const rows = classes.length === 2 ? 1 : classes.length;
  const design = Float32Array.from(designMatrix(pool));
  const intercepts = Float32Array.from({ length: rows * columns }, (_, j) => (j % columns === dimension ? 1 : 0));
  const penalised = intercepts.map((isIntercept) => 1 - isIntercept);
  // K×N one-hot labels; one row of 0s and 1s where there are two classes.
  const targets = new Float32Array(rows * size);
  pool.labels.forEach((label, i) => (targets[(rows === 1 ? 0 : label) * size + i] = rows === 1 ? label : 1));

  /** `B×K×N` logits, K = 1 where there are two classes. */
  const logits = (parameters: Tensor2D): Tensor3D => {
    const points = tf.tensor2d(design, [size, columns]);
    return tf.reshape(tf.matMul(tf.reshape(parameters, [-1, columns]), points, false, true), [-1, rows, size]);
  };
  const labels = (): Tensor3D => tf.tensor3d(targets, [1, rows, size]);
  const logSumExp = (f: Tensor3D): Tensor3D => tf.logSumExp(f, 1, true);

  return {
    lossFactor: strength,
    intercepts,
    gradient: (parameters, subsetWeights) =>
      tf.tidy(() => {
        const f = logits(parameters);
        const probabilities = rows === 1 ? tf.sigmoid(f) : tf.exp(tf.sub(f, logSumExp(f)));
        const excess = tf.mul(tf.sub(probabilities, labels()), tf.expandDims(subsetWeights, 1));
        const points = tf.tensor2d(design, [size, columns]);
        const data = tf.reshape(tf.matMul(tf.reshape(excess, [-1, size]), points), [-1, rows * columns]);
        const gradient = tf.add<Tensor2D>(tf.mul(parameters, penalised), tf.mul(data, strength));
        if (rows === 1) return gradient;
        return tf.add(gradient, tf.mul(tf.sum(tf.mul(parameters, intercepts), 1, true), intercepts));
      }),
    trainingLoss: (parameters, subsetWeights) =>
      tf.tidy(() => {
        const f = logits(parameters);
        const ofLabel = tf.sum(tf.mul(f, labels()), 1);
        const ofAll = tf.squeeze(rows === 1 ? tf.softplus(f) : logSumExp(f), [1]);
        const weighted = tf.mul(tf.sub(ofAll, ofLabel), subsetWeights);
        return tf.div<Tensor1D>(tf.sum(weighted, 1), tf.sum(subsetWeights, 1));
      }),
  };
}
