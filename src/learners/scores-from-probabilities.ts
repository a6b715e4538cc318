import type { Dataset } from '../data/dataset.js';
import type { ModelScores } from './learner.js';

/** Keeps logarithms finite where a probability has vanished. */
const smallest = 1e-12;

/**
 * Mean log-losses, probabilities clipped at 1e-12, and accuracies of models on some points.
 *
 * @param probabilities `B×T×K`
 */
export function scoresFromProbabilities(points: Dataset, probabilities: Float64Array): ModelScores {
  const { size, labels, classes } = points;
  const stride = size * classes.length;
  const models = stride === 0 ? 0 : probabilities.length / stride;
  const mean = (score: (at: number, label: number) => number): Float64Array =>
    Float64Array.from({ length: models }, (_, b) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += score(b * stride + i * classes.length, labels[i]);
      return sum / size;
    });
  return {
    logLosses: mean((at, label) => -Math.log(Math.max(probabilities[at + label], smallest))),
    accuracies: mean((at, label) => hit(probabilities, at, classes.length, label)),
  };
}

/** The most probable class of one row of probabilities; the first of equals. */
export function mostProbable(probabilities: Float64Array, offset: number, classCount: number): number {
  let best = 0;
  for (let k = 1; k < classCount; k++) if (probabilities[offset + k] > probabilities[offset + best]) best = k;
  return best;
}

/** 1 where the label is the most probable class of one row, else 0; NaN where the probabilities are. */
export function hit(probabilities: Float64Array, offset: number, classCount: number, label: number): number {
  if (Number.isNaN(probabilities[offset + label])) return NaN;
  return Number(mostProbable(probabilities, offset, classCount) === label);
}
