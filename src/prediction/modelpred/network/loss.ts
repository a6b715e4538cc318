import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorObjective } from '../objectives/tensor-objective.js';
import type { TensorFlow } from '../../../numerics/backend.js';
import type { Subsets } from '../../../subsets/subsets.js';
import { addObjectivePenalties } from './objective-penalties.js';
import { rowsPerPass } from './network-shape.js';
import type { LossOnBatch } from './network-engine.js';
import type { LossSettings } from '../settings.js';

/** A batch as the loss sees it: B subsets with their exact parameters and the predicted ones. */
export interface PredictedBatch {
  /** `B×p` θ̂. */
  readonly predicted: Tensor2D;
  /** `B×p` θ. */
  readonly exact: Tensor2D;
  /** `B×N`. */
  readonly subsetWeights: Tensor2D;
  /** `B` losses u_S(θ) of the exact parameters; needed where the utility penalty has a weight. */
  readonly exactLosses?: Tensor1D;
}

/** `B` mean training losses u_S(θ) of exact parameters on their subsets, which no step of a training changes. */
export function exactTrainingLosses(
  tf: TensorFlow,
  objective: TensorObjective,
  { count, poolSize, weights }: Subsets,
  parameters: Float64Array,
): Float32Array {
  const p = parameters.length / count;
  const losses = new Float32Array(count);
  for (let start = 0; start < count; start += rowsPerPass) {
    const end = Math.min(start + rowsPerPass, count);
    const pass = tf.tidy(() => {
      const chosen = new Float32Array(weights.subarray(start * poolSize, end * poolSize));
      const exact = new Float32Array(parameters.subarray(start * p, end * p));
      const [theta, subsetWeights] = [
        tf.tensor2d(exact, [end - start, p]),
        tf.tensor2d(chosen, [end - start, poolSize]),
      ];
      return objective.trainingLoss(theta, subsetWeights).dataSync<'float32'>();
    });
    losses.set(pass, start);
  }
  return losses;
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
    [settings.parameterError, () => parameterError(tf, settings, batch)],
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
 * the penalties of an objective without written-out derivatives.
 *
 * @param predicted `B×p`.
 */
export function lossAndGradientInPredictions(
  tf: TensorFlow,
  predicted: Float32Array,
  { settings, objective, penaltyObjective, outputPenalty, subsets, parameters, exactLosses }: LossOnBatch,
): { loss: number; gradient: Float32Array } {
  const scale = settings.parameterError / predicted.length;
  const limit = settings.huber ?? Infinity;
  let squares = 0;
  const gradient = predicted.map((value, k) => {
    const error = value - parameters[k];
    const limited = Math.max(-limit, Math.min(limit, error));
    squares += limited * (2 * error - limited);
    return 2 * scale * limited;
  });
  const error = scale * squares + (outputPenalty?.(predicted, subsets, gradient) ?? 0);
  if (!needsObjective(settings)) return { loss: error, gradient };
  if (penaltyObjective !== undefined) {
    const batch = { settings, subsets, exactLosses };
    return { loss: error + addObjectivePenalties(penaltyObjective, predicted, batch, gradient), gradient };
  }
  if (objective === undefined) throw new Error("The penalties need the learner's objective.");
  const { count, poolSize, weights } = subsets;
  const shape: [number, number] = [count, predicted.length / count];
  const penalties = tf.tidy(() => {
    const subsetWeights = tf.tensor2d(new Float32Array(weights), [count, poolSize]);
    const exact = tf.tensor2d(new Float32Array(parameters), shape);
    const { value, grad } = tf.valueAndGrad((theta: Tensor2D) =>
      modelPredLoss(
        tf,
        { ...settings, parameterError: 0 },
        { predicted: theta, exact, subsetWeights, exactLosses: exactLosses && tf.tensor1d(exactLosses) },
        objective,
      ),
    )(tf.tensor2d(predicted, shape));
    grad.dataSync().forEach((value, k) => (gradient[k] += value));
    return value.dataSync()[0];
  });
  return { loss: error + penalties, gradient };
}

function parameterError(tf: TensorFlow, { huber }: LossSettings, { predicted, exact }: PredictedBatch): Scalar {
  const error = tf.sub(predicted, exact);
  const limited = huber === null ? error : tf.clipByValue(error, -huber, huber);
  return tf.mean<Scalar>(tf.mul(limited, tf.sub(tf.mul(error, 2), limited)));
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
  { predicted, exactLosses, subsetWeights }: PredictedBatch,
  objective: TensorObjective,
): Scalar {
  if (exactLosses === undefined) throw new Error('The utility penalty needs the losses of the exact parameters.');
  const difference = tf.sub(objective.trainingLoss(predicted, subsetWeights), exactLosses);
  return penalties === 'mean-square' ? tf.mean<Scalar>(tf.square(difference)) : euclideanNorm(tf, difference);
}

/** √Σx²; the tiny constant keeps its gradient finite (zero) where all of x is zero. */
function euclideanNorm(tf: TensorFlow, x: Tensor): Scalar {
  return tf.sqrt(tf.add(tf.sum(tf.square(x)), 1e-20)) as Scalar;
}
