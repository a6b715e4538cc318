import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Learner } from '../learners/learner.js';
import { mostProbable } from '../learners/scores-from-probabilities.js';
import { meanOverPoints, type Utility } from './utility.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** A number computed from a model's probabilities of T points. */
export interface PredictionScore {
  readonly name: string;
  /** The score of knowing nothing. */
  readonly uninformed: number;
  /** From `T×K` probabilities and `T` labels; larger is better. The arrays are only lent. */
  score(probabilities: Float64Array, labels: Uint8Array): number;
}

/** Whose predictions on which points a utility is about. */
export interface ModelOnPoints {
  readonly learner: Learner;
  readonly points: Dataset;
}

export interface PredictionUtilityOptions extends ModelOnPoints {
  readonly score: PredictionScore;
}

/** Any function of a model's predictions as a utility, e.g. an F1 score or a cost matrix. */
export function predictionUtility(options: PredictionUtilityOptions): Utility {
  refuseUnknownOptions(options, ['learner', 'points', 'score'], 'predictionUtility');
  const { learner, points, score } = options;
  const stride = points.size * points.classes.length;
  return {
    name: score.name,
    uninformed: score.uninformed,
    evaluate(parameters) {
      const probabilities = learner.probabilities(points, parameters);
      return Float64Array.from({ length: probabilities.length / stride }, (_, b) =>
        score.score(probabilities.subarray(b * stride, (b + 1) * stride), points.labels),
      );
    },
  };
}

/** Minus the mean Brier score Σ_k (p_k − 1[label = k])². Uninformed: −(1 − 1/K), all classes equally probable. */
export function brierUtility(options: ModelOnPoints): Utility {
  refuseUnknownOptions(options, ['learner', 'points'], 'brierUtility');
  const { learner, points } = options;
  const classCount = points.classes.length;
  return {
    name: '−Brier score',
    uninformed: 1 / classCount - 1,
    evaluate: (parameters) =>
      meanOverPoints(learner, points, parameters, (p, offset, label) => {
        let sum = 0;
        for (let k = 0; k < classCount; k++) sum += (p[offset + k] - Number(k === label)) ** 2;
        return -sum;
      }),
  };
}

/** Mean margin: the label's probability minus the largest one of another class, −1 … 1. Uninformed: 0. */
export function marginUtility(options: ModelOnPoints): Utility {
  refuseUnknownOptions(options, ['learner', 'points'], 'marginUtility');
  const { learner, points } = options;
  const classCount = points.classes.length;
  return {
    name: 'margin',
    uninformed: 0,
    evaluate: (parameters) =>
      meanOverPoints(learner, points, parameters, (p, offset, label) => {
        let other = 0;
        for (let k = 0; k < classCount; k++) if (k !== label) other = Math.max(other, p[offset + k]);
        return p[offset + label] - other;
      }),
  };
}

export interface ClassWiseUtilityOptions extends ModelOnPoints {
  /** c. */
  readonly classIndex: number;
}

/**
 * Class-wise utility of CS-Shapley (Schoch, Xu & Ji 2022): a_c·exp(a_other), with a_c the share of all points that
 * are of class c and predicted right, a_other that of the other classes. It favours points that help their own class, and
 * of these the ones that do not harm the others. Uninformed: as if every class was right 1/K of the time.
 *
 * @throws InputError if there is no such class.
 */
export function classWiseUtility(options: ClassWiseUtilityOptions): Utility {
  refuseUnknownOptions(options, ['learner', 'points', 'classIndex'], 'classWiseUtility');
  const { learner, points, classIndex } = options;
  const classCount = points.classes.length;
  if (!(Number.isInteger(classIndex) && classIndex >= 0 && classIndex < classCount))
    throw new InputError(`There is no class ${classIndex}; classes run from 0 to ${classCount - 1}.`);
  const share = points.labels.filter((label) => label === classIndex).length / points.size;
  const combine = (own: number, others: number): number => own * Math.exp(others);
  return predictionUtility({
    learner,
    points,
    score: {
      name: `class-wise, ${points.classes[classIndex]}`,
      uninformed: combine(share / classCount, (1 - share) / classCount),
      score(probabilities, labels) {
        if (Number.isNaN(probabilities[0])) return NaN;
        let own = 0;
        let others = 0;
        labels.forEach((label, i) => {
          if (mostProbable(probabilities, i * classCount, classCount) !== label) return;
          if (label === classIndex) own++;
          else others++;
        });
        return combine(own / labels.length, others / labels.length);
      },
    },
  });
}
