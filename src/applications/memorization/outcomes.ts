import type { Dataset } from '../../data/dataset.js';
import { hit } from '../../learners/scores-from-probabilities.js';
import type { Learner } from '../../learners/learner.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/**
 * What is asked of every model about every point: whether it predicts the point's label (0 or 1), or the probability that it
 * gives the label, which does not saturate.
 */
export const outcomeKinds = ['correct', 'probability'] as const;
export type OutcomeKind = (typeof outcomeKinds)[number];

/** Numbers of probabilities held at once. */
const blockNumbers = 2 ** 22;

export interface PointOutcomesOptions {
  readonly learner: Learner;
  readonly points: Dataset;
  readonly parameters: Float64Array;
  readonly kind: OutcomeKind;
}

/** `B×T` outcomes of T points under B models (`B×p`); NaN for models whose parameters are NaN. */
export function pointOutcomes(options: PointOutcomesOptions): Float64Array {
  refuseUnknownOptions(options, ['learner', 'points', 'parameters', 'kind'], 'pointOutcomes');
  const { learner, points, parameters, kind } = options;
  const { size, labels, classes } = points;
  const p = learner.parameterCount(points);
  const models = parameters.length / p;
  const outcomes = new Float64Array(models * size);
  const block = Math.max(1, Math.floor(blockNumbers / (size * classes.length)));
  for (let first = 0; first < models; first += block) {
    const last = Math.min(models, first + block);
    const probabilities = learner.probabilities(points, parameters.subarray(first * p, last * p));
    for (let row = 0; row < (last - first) * size; row++) {
      const offset = row * classes.length;
      const label = labels[row % size];
      outcomes[first * size + row] =
        kind === 'probability' ? probabilities[offset + label] : hit(probabilities, offset, classes.length, label);
    }
  }
  return outcomes;
}
