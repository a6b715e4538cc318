import type { EnsemblePrediction } from '../applications/index.js';
import type { Estimate } from '../statistics/estimate.js';
import { pearson } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { ensembleKinds, type CalibrationResult, type EnsembleEstimate, type EnsembleKind } from './calibration.js';
import { deepName, ensemblesOf, laplaceName, overTestPoints, take } from './calibration-scores.js';
import { exactName } from './predictors.js';

const bootstrapKind = ensembleKinds[0];

/** A number for a table; null where it is undefined. */
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Sizes of everything and the fitted temperature. */
export function calibrationProblems(results: readonly CalibrationResult[]) {
  return results.map(({ problem, test, validationSize, counts, temperature }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    features: problem.pool.dimension,
    parameters: problem.learner.parameterCount(problem.pool),
    'flipped labels': problem.flipped.filter(Boolean).length,
    'validation points': validationSize,
    'test points': test.size,
    members: counts[counts.length - 1],
    temperature,
  }));
}

/** Of every test point the mean over classes of |difference|: for two classes that of either one. */
function perPoint(a: Float64Array, b: Float64Array, classCount: number): Float64Array {
  return Float64Array.from({ length: a.length / classCount }, (_, i) => {
    let sum = 0;
    for (let k = i * classCount; k < (i + 1) * classCount; k++) sum += Math.abs(a[k] - b[k]);
    return sum / classCount;
  });
}

/** Mean distance of an ensemble's mean probabilities from another's, with its 95 % interval over test points. */
export function probabilityDifference(
  result: CalibrationResult,
  found: readonly EnsemblePrediction[],
  truth: EnsemblePrediction,
): Estimate {
  const each = found.map(({ probabilities }) =>
    perPoint(probabilities, truth.probabilities, result.problem.pool.classes.length),
  );
  return overTestPoints(result, (indices) => mean(each.map((own) => mean(take(own, indices)))));
}

/** Standard deviations of the probability of one class per test point; of two classes both have the same. */
const spreadOf = ({ spread }: EnsemblePrediction, classCount: number): Float64Array =>
  classCount === 2 ? spread.filter((_, k) => k % 2 === 1) : spread;

/** Pearson correlation over test points between the standard deviations of an ensemble and another, with its 95 % interval. */
export function spreadCorrelation(
  result: CalibrationResult,
  found: readonly EnsemblePrediction[],
  truth: EnsemblePrediction,
): Estimate {
  const perTestPoint = result.problem.pool.classes.length === 2 ? 1 : result.problem.pool.classes.length;
  const classCount = result.problem.pool.classes.length;
  const each = found.map((own) => spreadOf(own, classCount));
  const target = spreadOf(truth, classCount);
  return overTestPoints(result, (indices) => {
    const entries = new Int32Array(indices.length * perTestPoint);
    for (let at = 0; at < entries.length; at++)
      entries[at] = indices[Math.floor(at / perTestPoint)] * perTestPoint + (at % perTestPoint);
    const wanted = take(target, entries);
    return mean(each.map((own) => pearson(take(own, entries), wanted)));
  });
}

/** Distributions over models that do not come from samples of the pool. */
const withoutSamples = ({ laplace, deepEnsemble }: CalibrationResult) => [
  { method: laplaceName, found: [laplace] },
  ...(deepEnsemble ? [{ method: deepName, found: [deepEnsemble] }] : []),
];

/**
 * Predicted ensembles against the same samples retrained, and against a larger retrained ensemble of other samples; means
 * over seeds, 95 % intervals over test points. Null where an ensemble does not spread.
 */
export function ensembleAgreement(results: readonly CalibrationResult[]) {
  return results.flatMap((result) => {
    const entriesOf = (kind: EnsembleKind) => [
      ...result.ensembles
        .filter((candidate) => candidate.kind === kind)
        .map(({ method, seeds }) => ({ method, found: seeds.map(({ prediction }) => prediction) })),
      ...(kind === bootstrapKind ? withoutSamples(result) : []),
    ];
    return ensembleKinds.flatMap((kind) =>
      entriesOf(kind).map(({ method, found }) => {
        const [{ prediction: truth }] = ensemblesOf(result, exactName, kind);
        const difference = probabilityDifference(result, found, truth);
        const correlation = spreadCorrelation(result, found, truth);
        const spreads = (own: EnsemblePrediction): number => mean(own.spread);
        const reference = result.reference[kind];
        return {
          'data set': result.problem.title,
          'trained on': kind,
          method,
          'mean difference': difference.value,
          'difference low': difference.low,
          'difference high': difference.high,
          'spread correlation': orNull(correlation.value),
          'spread low': orNull(correlation.low),
          'spread high': orNull(correlation.high),
          'spread ratio': mean(found.map(spreads)) / spreads(truth),
          'difference from reference': probabilityDifferenceValue(result, found, reference),
        };
      }),
    );
  });
}

const probabilityDifferenceValue = (
  { problem }: CalibrationResult,
  found: readonly EnsemblePrediction[],
  truth: EnsemblePrediction,
): number =>
  mean(found.map((own) => mean(perPoint(own.probabilities, truth.probabilities, problem.pool.classes.length))));

/** Standard deviations over bootstrap ensembles, predicted against retrained, one row per test point, first seed. */
export function spreadPairs(results: readonly CalibrationResult[], methods: readonly string[]) {
  return results.flatMap((result) => {
    const classCount = result.problem.pool.classes.length;
    const [{ prediction: truth }] = ensemblesOf(result, exactName);
    const exact = spreadOf(truth, classCount);
    const found = [
      ...result.ensembles
        .filter(({ kind }) => kind === bootstrapKind)
        .map(({ method, seeds: [{ prediction }] }) => ({ method, prediction })),
      ...withoutSamples(result).map(({ method, found: [prediction] }) => ({ method, prediction })),
    ];
    return found
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, prediction }) => {
        const spread = spreadOf(prediction, classCount);
        const correlation = orNull(pearson(spread, exact));
        return Array.from({ length: Math.min(300, spread.length) }, (_, i) => ({
          dataset: result.problem.title,
          method,
          predicted: spread[i],
          exact: exact[i],
          correlation,
        }));
      });
  });
}

/** How standard deviations agree with a larger ensemble of other samples against all processor time; means over seeds. */
export function spreadByTime(results: readonly CalibrationResult[]) {
  return results.flatMap((result) => {
    const classCount = result.problem.pool.classes.length;
    const target = spreadOf(result.reference[bootstrapKind], classCount);
    const members = result.counts[result.counts.length - 1];
    return result.ensembles
      .filter(({ kind }) => kind === bootstrapKind)
      .flatMap(({ method, seeds }) =>
        result.counts.map((count, k) => ({
          dataset: result.problem.title,
          method,
          seconds: mean(
            seeds.map((own) => own.labelSeconds + own.trainingSeconds + (own.predictionSeconds * count) / members),
          ),
          subsets: count,
          correlation: mean(seeds.map(({ growing }) => pearson(spreadOf(growing[k], classCount), target))),
        })),
      )
      .filter(({ correlation }) => !Number.isNaN(correlation));
  });
}

/** The number of members that exact retraining affords in some processor time (at most all), and how its spread agrees with the reference. */
export function exactMembersWithin(result: CalibrationResult, seconds: number) {
  const classCount = result.problem.pool.classes.length;
  const [{ predictionSeconds, growing }] = ensemblesOf(result, exactName);
  const affordable = (seconds / predictionSeconds) * result.counts[result.counts.length - 1];
  const within = result.counts.findLastIndex((count) => count <= affordable);
  const target = spreadOf(result.reference[bootstrapKind], classCount);
  return {
    members: within < 0 ? 0 : result.counts[within],
    correlation: within < 0 ? NaN : pearson(spreadOf(growing[within], classCount), target),
  };
}

/** Agreement of an ensemble's standard deviations with the reference, mean over seeds. */
export function referenceCorrelation(result: CalibrationResult, seeds: readonly EnsembleEstimate[]): number {
  const classCount = result.problem.pool.classes.length;
  const target = spreadOf(result.reference[bootstrapKind], classCount);
  return mean(seeds.map(({ prediction }) => pearson(spreadOf(prediction, classCount), target)));
}

/** Every predicted bootstrap ensemble beside exact retraining given the same time: that of predicting, and that of everything. */
export function ensembleBudgets(results: readonly CalibrationResult[]) {
  return results.flatMap((result) =>
    result.ensembles
      .filter(({ kind, method }) => kind === bootstrapKind && method !== exactName)
      .map(({ method, seeds }) => {
        const online = mean(seeds.map(({ predictionSeconds }) => predictionSeconds));
        const total = online + mean(seeds.map((own) => own.labelSeconds + own.trainingSeconds));
        const [atOnline, atTotal] = [exactMembersWithin(result, online), exactMembersWithin(result, total)];
        return {
          'data set': result.problem.title,
          method,
          'with reference': orNull(referenceCorrelation(result, seeds)),
          'prediction (s)': online,
          'models retrained in it': atOnline.members,
          'exact with reference': orNull(atOnline.correlation),
          'all (s)': total,
          'models retrained in all of it': atTotal.members,
          'exact with reference, all of it': orNull(atTotal.correlation),
        };
      }),
  );
}

/** Processor seconds per seed of every bootstrap ensemble, by what they are spent on. */
export function ensembleCosts(results: readonly CalibrationResult[]) {
  return results.flatMap((result) =>
    [
      ...result.ensembles
        .filter(({ kind }) => kind === bootstrapKind)
        .map(({ method, seeds }) => ({
          method,
          labels: mean(seeds.map(({ labelSeconds }) => labelSeconds)),
          training: mean(seeds.map(({ trainingSeconds }) => trainingSeconds)),
          prediction: mean(seeds.map(({ predictionSeconds }) => predictionSeconds)),
        })),
      { method: laplaceName, labels: 0, training: 0, prediction: result.laplaceSeconds },
      ...(result.deepEnsemble
        ? [{ method: deepName, labels: 0, training: 0, prediction: result.deepEnsembleSeconds }]
        : []),
    ].flatMap(({ method, ...seconds }) =>
      (['labels', 'training', 'prediction'] as const).map((stage) => ({
        dataset: result.problem.title,
        method,
        stage,
        seconds: seconds[stage],
      })),
    ),
  );
}
