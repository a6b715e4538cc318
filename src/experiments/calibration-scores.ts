import { bootstrap } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import { brierDecomposition, brierScores } from '../evaluation/brier-score.js';
import {
  calibrationBins,
  debiasedCalibrationError,
  expectedCalibrationError,
  type Binning,
} from '../evaluation/calibration-error.js';
import { mean } from '../statistics/mean.js';
import { logLosses } from '../evaluation/log-loss.js';
import { topLabel, type PredictiveDistribution } from '../evaluation/predictive.js';
import { proportionInterval } from '../statistics/proportion-interval.js';
import {
  ensembleKinds,
  type CalibrationResult,
  type EnsembleEstimate,
  type EnsembleKind,
  type MethodEnsemble,
} from './calibration.js';
import { exactName } from './predictors.js';

export const singleName = 'single model';
export const temperedName = 'single model, temperature fitted';
export const laplaceName = 'Laplace approximation';
export const deepName = 'deep ensemble';

const bootstrapKind = ensembleKinds[0];

/** A plain loop: `Float64Array.from` with a function takes several times as long, and bootstraps take thousands of times. */
export function take(values: ArrayLike<number>, indices: Int32Array): Float64Array {
  const taken = new Float64Array(indices.length);
  for (let k = 0; k < indices.length; k++) taken[k] = values[indices[k]];
  return taken;
}

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

/** The entries of a method's ensemble, one per seed. */
export function ensemblesOf(
  { ensembles }: CalibrationResult,
  method: string,
  kind: EnsembleKind = bootstrapKind,
): readonly EnsembleEstimate[] {
  return (ensembles.find((candidate) => candidate.kind === kind && candidate.method === method) as MethodEnsemble)
    .seeds;
}

/** A figure with its 95 % bootstrap interval over test points. */
export function overTestPoints(
  { test, seed }: CalibrationResult,
  statistic: (indices: Int32Array) => number,
): Estimate {
  return bootstrap(test.size, statistic, { seed, resamples: 500 });
}

/** A way to get predictive probabilities, one entry per seed. */
export interface Predictive {
  readonly method: string;
  readonly distributions: readonly PredictiveDistribution[];
}

/** The single model, its alternatives, and the bootstrap ensembles by every method. */
export function predictives(result: CalibrationResult): Predictive[] {
  const { test, single, tempered, laplace, deepEnsemble, problem } = result;
  const of = (probabilities: Float64Array): PredictiveDistribution => ({
    probabilities,
    labels: test.labels,
    classCount: problem.pool.classes.length,
  });
  return [
    { method: singleName, distributions: [of(single)] },
    { method: temperedName, distributions: [of(tempered)] },
    { method: laplaceName, distributions: [of(laplace.probabilities)] },
    ...(deepEnsemble ? [{ method: deepName, distributions: [of(deepEnsemble.probabilities)] }] : []),
    ...result.ensembles
      .filter(({ kind, method }) => kind === bootstrapKind || method === exactName)
      .map(({ kind, method, seeds }) => ({
        method: ensembleName(kind, method),
        distributions: seeds.map(({ prediction }) => of(prediction.probabilities)),
      })),
  ];
}

/** Ensembles are of bootstrap samples where nothing else is said. */
export const ensembleName = (kind: EnsembleKind, method: string): string =>
  kind === bootstrapKind ? method : `${method}, ${kind}`;

/** Scores of predictive probabilities; all but the accuracy are better when lower. */
export const calibrationScoreNames = [
  'negative log-likelihood (nats)',
  'Brier score',
  'expected calibration error',
  'calibration error, equal mass',
] as const;
export type CalibrationScoreName = (typeof calibrationScoreNames)[number];

/** A score of one distribution on some of the test points, any number of times. */
function scoreOn(name: CalibrationScoreName, distribution: PredictiveDistribution): (indices: Int32Array) => number {
  const errorWith = (binning: Binning) => {
    const { confidences, correct } = topLabel(distribution);
    // Bins sort forecasts, which is fast where they are in order.
    const inOrder = resamplesInOrder(confidences);
    return (indices: Int32Array): number => {
      const sorted = inOrder(indices);
      return expectedCalibrationError(calibrationBins(take(confidences, sorted), take(correct, sorted), { binning }));
    };
  };
  const meanOf = (each: Float64Array) => (indices: Int32Array) => mean(take(each, indices));
  switch (name) {
    case 'negative log-likelihood (nats)':
      return meanOf(logLosses(distribution));
    case 'Brier score':
      return meanOf(brierScores(distribution));
    case 'expected calibration error':
      return errorWith('equal width');
    case 'calibration error, equal mass':
      return errorWith('equal mass');
  }
}

/** Score of a method minus that of another on the same resampled test points, means over seeds, with its 95 % interval. */
export function scoreDifference(
  result: CalibrationResult,
  name: CalibrationScoreName,
  first: string,
  second: string,
): Estimate {
  const all = predictives(result);
  const scoresOf = (method: string) =>
    (all.find((candidate) => candidate.method === method) as Predictive).distributions.map((d) => scoreOn(name, d));
  const [a, b] = [scoresOf(first), scoresOf(second)];
  return overTestPoints(
    result,
    (indices) => mean(a.map((score) => score(indices))) - mean(b.map((score) => score(indices))),
  );
}

/** Scores of all predictive distributions; means over seeds, 95 % intervals over test points. */
export function calibrationScoreRows(results: readonly CalibrationResult[], methods?: readonly string[]) {
  return results.flatMap((result) =>
    predictives(result)
      .filter(({ method }) => methods?.includes(method) ?? true)
      .flatMap(({ method, distributions }) =>
        calibrationScoreNames.map((score) => {
          const scores = distributions.map((distribution) => scoreOn(score, distribution));
          const { value, low, high } = overTestPoints(result, (indices) => mean(scores.map((own) => own(indices))));
          return { dataset: result.problem.title, score, method, value, low, high };
        }),
      ),
  );
}

/**
 * Everything about every predictive distribution: accuracy, scores, calibration errors with 15 bins, and the parts of the
 * Brier score; means over seeds.
 */
export function calibrationTable(results: readonly CalibrationResult[]) {
  return results.flatMap((result) =>
    predictives(result).map(({ method, distributions }) => {
      const average = (figure: (distribution: PredictiveDistribution) => number): number =>
        mean(distributions.map(figure));
      const all = Int32Array.from(result.test.labels.keys());
      const score = (name: CalibrationScoreName): number => average((d) => scoreOn(name, d)(all));
      const parts = distributions.map((distribution) => brierDecomposition(distribution));
      return {
        'data set': result.problem.title,
        method,
        accuracy: average((d) => mean(topLabel(d).correct)),
        'NLL (nats)': score('negative log-likelihood (nats)'),
        ECE: score('expected calibration error'),
        'ECE, equal mass': score('calibration error, equal mass'),
        'calibration error, debiased': average((d) => {
          const { confidences, correct } = topLabel(d);
          return debiasedCalibrationError(calibrationBins(confidences, correct, { binning: 'equal mass' }));
        }),
        Brier: score('Brier score'),
        reliability: mean(parts.map(({ reliability }) => reliability)),
        resolution: mean(parts.map(({ resolution }) => resolution)),
        uncertainty: mean(parts.map(({ uncertainty }) => uncertainty)),
      };
    }),
  );
}

/** Bins of reliability diagrams: fewer than for scores, so that each holds enough points to be read. */
const diagramBins = 10;

/** How often predictions of similar confidence are right, bins of equal mass, first seed; 95 % Wilson intervals. */
export function reliabilityRows(results: readonly CalibrationResult[], methods: readonly string[]) {
  return results.flatMap((result) =>
    predictives(result)
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, distributions: [distribution] }) => {
        const { confidences, correct } = topLabel(distribution);
        const bins = calibrationBins(confidences, correct, { binning: 'equal mass', bins: diagramBins });
        return bins.map(({ count, confidence, frequency }) => {
          const { low, high } = proportionInterval(Math.round(frequency * count), count);
          return { dataset: result.problem.title, method, confidence, frequency, low, high, points: count };
        });
      }),
  );
}
