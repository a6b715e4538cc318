import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import type { Learner } from '../../learners/learner.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/** What an ensemble of models says about T points. */
export interface EnsemblePrediction {
  /** `T×K` mean probabilities: the predictive distribution. */
  readonly probabilities: Float64Array;
  /** `T×K` standard deviations over the models: how uncertain the training data leave the model. */
  readonly spread: Float64Array;
  /** Models that entered. */
  readonly models: number;
}

/** Numbers of probabilities held at once. */
const blockNumbers = 2 ** 22;

export interface EnsemblePredictionOptions {
  readonly learner: Learner;
  readonly points: Dataset;
  /** `B×p` */
  readonly parameters: Float64Array;
}

/**
 * Mean and standard deviation of class probabilities over B models, e.g. of bootstrap samples (bagging; Breiman 1996). Models
 * whose parameters are NaN, of samples that lack a class, are left out.
 *
 * @throws InputError if none is left.
 */
export function ensemblePrediction(options: EnsemblePredictionOptions): EnsemblePrediction {
  refuseUnknownOptions(options, ['learner', 'points', 'parameters'], 'ensemblePrediction');
  const { learner, points, parameters } = options;
  const p = learner.parameterCount(points);
  const perModel = points.size * points.classes.length;
  const probabilities = new Float64Array(perModel);
  const squares = new Float64Array(perModel);
  const block = Math.max(1, Math.floor(blockNumbers / perModel));
  let models = 0;
  for (let first = 0; first * p < parameters.length; first += block) {
    const found = learner.probabilities(points, parameters.subarray(first * p, (first + block) * p));
    for (let start = 0; start < found.length; start += perModel) {
      if (Number.isNaN(found[start])) continue;
      models++;
      for (let at = 0; at < perModel; at++) {
        const deviation = found[start + at] - probabilities[at];
        probabilities[at] += deviation / models;
        squares[at] += deviation * (found[start + at] - probabilities[at]);
      }
    }
  }
  if (models === 0)
    throw new InputError('There is no model to predict with: give parameters of at least one that are numbers.');
  return { probabilities, spread: squares.map((sum) => Math.sqrt(sum / Math.max(1, models - 1))), models };
}
