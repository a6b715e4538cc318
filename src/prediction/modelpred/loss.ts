import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorObjective } from '../../learners/tensor-objective.js';
import type { TensorFlow } from '../../numerics/backend.js';
import type { LossOnBatch } from './network-engine.js';
import type { LossSettings } from './settings.js';

/** A batch as the loss sees it: B subsets with their exact parameters and the predicted ones. */
export interface PredictedBatch {
  /** `B×p` θ̂. */
  readonly predicted: Tensor2D;
  /** `B×p` θ. */
  readonly exact: Tensor2D;
  /** `B×N`. */
  readonly subsetWeights: Tensor2D;
}

/** Whether a loss needs the learner's objective beside the exact parameters. */
export function needsObjective(settings: LossSettings): boolean {
  return settings.stationarity !== 0 || settings.utility !== 0;
}

/**
 * The training loss of a batch without its weight penalties, differentiable in the predicted parameters.
 *
 * @param objective the learner's; needed where {@link needsObjective}.
 */
export function modelPredLoss(
  tf: TensorFlow,
  settings: LossSettings,
  batch: PredictedBatch,
  objective?: TensorObjective,
): Scalar {
  const terms: [weight: number, value: () => Scalar][] = [
    [settings.parameterError, () => tf.mean<Scalar>(tf.squaredDifference(batch.predicted, batch.exact))],
  ];
  if (objective !== undefined) {
    terms.push([settings.stationarity, () => stationarityPenalty(tf, settings, batch, objective)]);
    terms.push([settings.utility, () => utilityPenalty(tf, settings, batch, objective)]);
  }
  const active = terms.filter(([weight]) => weight !== 0);
  return tf.addN(active.map(([weight, value]) => tf.mul<Scalar>(value(), weight)));
}

/**
 * {@link modelPredLoss} of predicted parameters in plain numbers, and its gradient in them, `B×p`. Tensors are used only for
 * the penalties of the learner's objective.
 *
 * @param predicted `B×p`.
 */
export function lossAndGradientInPredictions(
  tf: TensorFlow,
  predicted: Float32Array,
  { settings, objective, subsets, parameters }: LossOnBatch,
): { loss: number; gradient: Float32Array } {
  const scale = settings.parameterError / predicted.length;
  let squares = 0;
  const gradient = predicted.map((value, k) => {
    const error = value - parameters[k];
    squares += error * error;
    return 2 * scale * error;
  });
  if (objective === undefined) return { loss: scale * squares, gradient };
  const { count, poolSize, weights } = subsets;
  const shape: [number, number] = [count, predicted.length / count];
  const penalties = tf.tidy(() => {
    const subsetWeights = tf.tensor2d(new Float32Array(weights), [count, poolSize]);
    const exact = tf.tensor2d(new Float32Array(parameters), shape);
    const { value, grad } = tf.valueAndGrad((theta: Tensor2D) =>
      modelPredLoss(tf, { ...settings, parameterError: 0 }, { predicted: theta, exact, subsetWeights }, objective),
    )(tf.tensor2d(predicted, shape));
    grad.dataSync().forEach((value, k) => (gradient[k] += value));
    return value.dataSync()[0];
  });
  return { loss: scale * squares + penalties, gradient };
}

function stationarityPenalty(
  tf: TensorFlow,
  { penalties }: LossSettings,
  { predicted, subsetWeights }: PredictedBatch,
  objective: TensorObjective,
): Scalar {
  const gradient = objective.gradient(predicted, subsetWeights);
  if (penalties === 'mean-square') {
    const size = tf.sum(subsetWeights, 1, true);
    return tf.mean(tf.square(tf.div(gradient, tf.mul(size, objective.lossFactor))));
  }
  const ofIntercepts = tf.mul(gradient, objective.intercepts);
  return tf.add(euclideanNorm(tf, tf.sub(gradient, ofIntercepts)), euclideanNorm(tf, ofIntercepts));
}

function utilityPenalty(
  tf: TensorFlow,
  { penalties }: LossSettings,
  { predicted, exact, subsetWeights }: PredictedBatch,
  objective: TensorObjective,
): Scalar {
  const predictedLoss = objective.trainingLoss(predicted, subsetWeights);
  const exactLoss = objective.trainingLoss(exact, subsetWeights);
  const difference = tf.sub(predictedLoss, exactLoss);
  return penalties === 'mean-square' ? tf.mean<Scalar>(tf.square(difference)) : euclideanNorm(tf, difference);
}

/** √Σx²; the tiny constant keeps its gradient finite (zero) where all of x is zero. */
function euclideanNorm(tf: TensorFlow, x: Tensor): Scalar {
  return tf.sqrt(tf.add(tf.sum(tf.square(x)), 1e-20)) as Scalar;
}
