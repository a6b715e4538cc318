import { InputError } from '../errors.js';
import { mostProbable } from '../learners/scores-from-probabilities.js';

/** Probabilities of K classes for each of T labelled points: a predictive distribution and what came true. */
export interface PredictiveDistribution {
  /** `T×K`, row-major. */
  readonly probabilities: Float64Array;
  /** `T` class indices. */
  readonly labels: Uint8Array;
  readonly classCount: number;
}

/** @throws InputError if there are no points, not K probabilities for each, or a label is none of the K classes. */
export function checkPredictive({ probabilities, labels, classCount }: PredictiveDistribution): void {
  if (labels.length === 0) throw new InputError('There are no points to judge probabilities on; give at least one.');
  if (probabilities.length !== labels.length * classCount) {
    throw new InputError(
      `${labels.length} points of ${classCount} classes need ${labels.length * classCount} probabilities, not ${probabilities.length}.`,
    );
  }
  const stranger = labels.find((label) => label >= classCount);
  if (stranger !== undefined)
    throw new InputError(`A label is ${stranger}; the ${classCount} classes run from 0 to ${classCount - 1}.`);
  checkProbabilities(probabilities);
}

/** @throws InputError if one is NaN or outside [0, 1] by more than rounding. */
export function checkProbabilities(probabilities: ArrayLike<number>): void {
  for (let i = 0; i < probabilities.length; i++) {
    if (!(probabilities[i] >= -1e-9 && probabilities[i] <= 1 + 1e-9))
      throw new InputError(
        `Probability ${i} is ${probabilities[i]}; give numbers from 0 to 1, and leave models out that are NaN.`,
      );
  }
}

/** Of every point the probability of its most probable class, and whether that class is its label. */
export function topLabel(distribution: PredictiveDistribution): { confidences: Float64Array; correct: Uint8Array } {
  checkPredictive(distribution);
  const { probabilities, labels, classCount } = distribution;
  const confidences = new Float64Array(labels.length);
  const correct = new Uint8Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    const best = mostProbable(probabilities, i * classCount, classCount);
    confidences[i] = probabilities[i * classCount + best];
    correct[i] = Number(best === labels[i]);
  }
  return { confidences, correct };
}
