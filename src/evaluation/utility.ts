import type { Dataset } from '../data/dataset.js';
import type { Learner, ModelScores } from '../learners/learner.js';
import { mostProbable, scoresFromProbabilities } from '../learners/scores-from-probabilities.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** A number computed from trained parameters: how good the model is on given points. Larger is better. */
export interface Utility {
  readonly name: string;
  /** `B` utilities of B models. */
  evaluate(parameters: Float64Array): Float64Array;
  /** The least and the largest utility there can be; absent where there is no bound. */
  readonly range?: readonly [least: number, most: number];
  /** The utility of knowing nothing: stands in for subsets that lack a class, where no model exists. */
  readonly uninformed: number;
}

/**
 * How a utility computes. `float32`: by `Learner.scores`, of logistic regression several times as fast and exact to about
 * 1e-6, which is far less than predicted parameters are off; its log-losses are then not clipped.
 */
export type Arithmetic = 'float64' | 'float32';

/** `B` mean values over the points of `score(probability row offset, probabilities, label)`. */
export function meanOverPoints(
  learner: Learner,
  points: Dataset,
  parameters: Float64Array,
  score: (probabilities: Float64Array, offset: number, label: number) => number,
): Float64Array {
  const classCount = points.classes.length;
  const probabilities = learner.probabilities(points, parameters);
  const modelStride = points.size * classCount;
  return Float64Array.from({ length: probabilities.length / modelStride }, (_, b) => {
    let sum = 0;
    for (let i = 0; i < points.size; i++)
      sum += score(probabilities, b * modelStride + i * classCount, points.labels[i]);
    return sum / points.size;
  });
}

function scoresIn(arithmetic: Arithmetic, learner: Learner, points: Dataset, parameters: Float64Array): ModelScores {
  return arithmetic === 'float32'
    ? learner.scores(points, parameters)
    : scoresFromProbabilities(points, learner.probabilities(points, parameters));
}

export interface UtilityOptions {
  readonly learner: Learner;
  readonly points: Dataset;
  /** Default `float64`. */
  readonly arithmetic?: Arithmetic;
}

/** Share of points whose most probable class is their label; NaN for NaN parameters. Uninformed: 1/K. */
export function accuracyUtility(options: UtilityOptions): Utility {
  refuseUnknownOptions(options, ['learner', 'points', 'arithmetic'], 'accuracyUtility');
  const { learner, points, arithmetic = 'float64' } = options;
  const classCount = points.classes.length;
  return {
    name: 'accuracy',
    range: [0, 1],
    uninformed: 1 / classCount,
    evaluate: (parameters) => scoresIn(arithmetic, learner, points, parameters).accuracies,
  };
}

/** Minus the mean log-loss in nats, probabilities clipped at 1e-12. Uninformed: −ln K. */
export function logLossUtility(options: UtilityOptions): Utility {
  refuseUnknownOptions(options, ['learner', 'points', 'arithmetic'], 'logLossUtility');
  const { learner, points, arithmetic = 'float64' } = options;
  return {
    name: '−log-loss',
    uninformed: -Math.log(points.classes.length),
    evaluate: (parameters) => scoresIn(arithmetic, learner, points, parameters).logLosses.map((loss) => -loss),
  };
}

export interface LabelAgreementOptions {
  readonly learner: Learner;
  readonly points: Dataset;
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/**
 * `B` shares of points to which both of two models give the same most probable class, NaN where one of them is NaN; parameters
 * `B×p` each.
 */
export function labelAgreement(options: LabelAgreementOptions): Float64Array {
  refuseUnknownOptions(options, ['learner', 'points', 'first', 'second'], 'labelAgreement');
  const { learner, points, first, second } = options;
  const classCount = points.classes.length;
  const a = learner.probabilities(points, first);
  const b = learner.probabilities(points, second);
  const modelStride = points.size * classCount;
  return Float64Array.from({ length: a.length / modelStride }, (_, m) => {
    let same = Number.isNaN(a[m * modelStride] + b[m * modelStride]) ? NaN : 0;
    for (let i = 0; i < points.size; i++) {
      const offset = m * modelStride + i * classCount;
      if (mostProbable(a, offset, classCount) === mostProbable(b, offset, classCount)) same++;
    }
    return same / points.size;
  });
}
