import { brierScores } from '../../evaluation/brier-score.js';
import { calibrationBins, expectedCalibrationError, type Binning } from '../../evaluation/calibration-error.js';
import { mean } from '../../statistics/mean.js';
import { logLosses } from '../../evaluation/log-loss.js';
import type { MethodId } from '../../evaluation/methods.js';
import { topLabel, type PredictiveDistribution } from '../../evaluation/predictive.js';
import { leadOver, take, type Estimate, type Statistic, type Units } from '../common/intervals.js';
import { entryOf, type MethodTrials } from '../common/methods.js';
import type { CalibrationResult } from './protocol.js';

/** Intervals are over test points. */
export const units = ({ test, seed }: CalibrationResult): Units => ({ units: test.size, seed, resamples: 500 });

/** Predictive probabilities by a method with the labels of the test points, one entry per seed. */
export function predictives({ test, problem, alternatives, ensembles }: CalibrationResult) {
  const of = ({ probabilities }: { readonly probabilities: Float64Array }): PredictiveDistribution => ({
    probabilities,
    labels: test.labels,
    classCount: problem.pool.classes.length,
  });
  const all: MethodTrials<PredictiveDistribution>[] = [
    ...alternatives.map((own) => ({ method: own.method, trials: [of(own)] })),
    ...ensembles['bootstrap samples'].map(({ method, trials }) => ({
      method,
      trials: trials.map(({ prediction }) => of(prediction)),
    })),
  ];
  // After every ensemble of bootstrap samples, as tables show them: the other kind by retraining alone.
  const [{ prediction }] = entryOf(ensembles['subsets of 70 %'], 'exact').trials;
  const at = 1 + all.findIndex(({ method }) => method === 'exact');
  return all.toSpliced(at, 0, { method: 'exactOnSubsets', trials: [of(prediction)] });
}

/** Scores of predictive probabilities; all are better when lower. */
export const scoreNames = [
  'negative log-likelihood (nats)',
  'Brier score',
  'expected calibration error',
  'calibration error, equal mass',
] as const;
export type ScoreName = (typeof scoreNames)[number];

/** Sorts any resample of the units by their values, from one sorting of all. */
function resamplesInOrder(values: ArrayLike<number>): (indices: Int32Array) => Int32Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  return (indices) => {
    const counts = new Int32Array(values.length);
    for (const i of indices) counts[i]++;
    const sorted = new Int32Array(indices.length);
    let next = 0;
    for (const i of order) for (let repeat = 0; repeat < counts[i]; repeat++) sorted[next++] = i;
    return sorted;
  };
}

const meanScore =
  (each: Float64Array): Statistic =>
  (indices) =>
    mean(take(each, indices));

function calibrationError(distribution: PredictiveDistribution, binning: Binning): Statistic {
  const { confidences, correct } = topLabel(distribution);
  // Bins sort forecasts, which is fast where they are in order.
  const inOrder = resamplesInOrder(confidences);
  return (indices) => {
    const sorted = inOrder(indices);
    return expectedCalibrationError(
      calibrationBins({ forecasts: take(confidences, sorted), outcomes: take(correct, sorted), binning }),
    );
  };
}

const scorers: Readonly<Record<ScoreName, (distribution: PredictiveDistribution) => Statistic>> = {
  'negative log-likelihood (nats)': (distribution) => meanScore(logLosses(distribution)),
  'Brier score': (distribution) => meanScore(brierScores(distribution)),
  'expected calibration error': (distribution) => calibrationError(distribution, 'equal width'),
  'calibration error, equal mass': (distribution) => calibrationError(distribution, 'equal mass'),
};

/** A score of one distribution on some of the test points, any number of times. */
export const scoreOn = (name: ScoreName, distribution: PredictiveDistribution): Statistic =>
  scorers[name](distribution);

/** Score of a method minus that of another on the same resampled test points, means over seeds, with its 95 % interval. */
export function scoreDifference(
  result: CalibrationResult,
  name: ScoreName,
  first: MethodId,
  second: MethodId,
): Estimate {
  const all = predictives(result);
  const [own, other] = [first, second].map((method) => entryOf(all, method).trials.map((d) => scoreOn(name, d)));
  return leadOver(units(result), own, other);
}
