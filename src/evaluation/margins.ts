import type { Dataset } from '../data/dataset.js';
import type { Learner } from '../learners/learner.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** Keeps logarithms finite where a probability has vanished in float64. */
const smallest = 1e-300;

export interface CorrectClassMarginsOptions {
  readonly learner: Learner;
  readonly points: Dataset;
  readonly parameters: Float64Array;
}

/**
 * `B×T` correct-class margins of T points under B models: log-probability of the label minus that of the most probable other
 * class, in nats (Ilyas et al. 2022, §3.1); positive where the point is classified correctly. NaN for NaN parameters.
 */
export function correctClassMargins(options: CorrectClassMarginsOptions): Float64Array {
  refuseUnknownOptions(options, ['learner', 'points', 'parameters'], 'correctClassMargins');
  const { learner, points, parameters } = options;
  const classCount = points.classes.length;
  const probabilities = learner.probabilities(points, parameters);
  return Float64Array.from({ length: probabilities.length / classCount }, (_, row) => {
    const label = points.labels[row % points.size];
    let other = 0;
    for (let k = 0; k < classCount; k++) {
      if (k !== label) other = Math.max(other, probabilities[row * classCount + k]);
    }
    const own = probabilities[row * classCount + label];
    return Math.log(Math.max(own, smallest)) - Math.log(Math.max(other, smallest));
  });
}
