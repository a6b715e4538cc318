import { brierDecomposition } from '../../evaluation/brier-score.js';
import { calibrationBins, debiasedCalibrationError } from '../../evaluation/calibration-error.js';
import { mean } from '../../statistics/mean.js';
import { pearson } from '../../statistics/correlation.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { topLabel, type PredictiveDistribution } from '../../evaluation/predictive.js';
import { proportionInterval } from '../../statistics/proportion-interval.js';
import { agreementRows, budgetRows } from '../common/budgets.js';
import { costRows, onlyPrediction, stageRows } from '../common/costs.js';
import { columns, orNull, overUnits } from '../common/intervals.js';
import { among } from '../common/methods.js';
import {
  deviationsOf,
  growingEnsembles,
  probabilityDistances,
  retrainedOf,
  spreadCorrelation,
  spreadsOf,
} from './agreement.js';
import { ensembleKinds, type CalibrationResult } from './protocol.js';
import { predictives, scoreNames, scoreOn, units, type ScoreName } from './scores.js';

/** Sizes of everything and the fitted temperature. */
export function calibrationProblems(results: readonly CalibrationResult[]) {
  return results.map(({ problem, test, validationSize, counts, temperature }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    features: problem.pool.dimension,
    parameters: problem.parameterCount,
    'flipped labels': problem.flipped.filter(Boolean).length,
    'validation points': validationSize,
    'test points': test.size,
    members: counts[counts.length - 1],
    temperature,
  }));
}

/**
 * Predicted ensembles against the same samples retrained, and against a larger retrained ensemble of other samples; means
 * over seeds, 95 % intervals over test points. Null where an ensemble does not spread.
 */
export function ensembleAgreement(results: readonly CalibrationResult[]) {
  return results.flatMap((result) =>
    ensembleKinds.flatMap((kind) =>
      spreadsOf(result, kind).map(({ method, trials }) => {
        const truth = retrainedOf(result, kind);
        const everyone = Int32Array.from(result.test.labels.keys());
        const correlation = spreadCorrelation(result, trials, truth);
        const toReference = probabilityDistances(result, trials, result.reference[kind]);
        return {
          'data set': result.problem.title,
          'trained on': kind,
          method: labelOf(method),
          ...columns(
            overUnits(units(result), probabilityDistances(result, trials, truth)),
            'mean difference',
            'difference low',
            'difference high',
          ),
          'spread correlation': orNull(correlation.value),
          'spread low': orNull(correlation.low),
          'spread high': orNull(correlation.high),
          'spread ratio': mean(trials.map(({ spread }) => mean(spread))) / mean(truth.spread),
          'difference from reference': mean(toReference.map((distance) => distance(everyone))),
        };
      }),
    ),
  );
}

const shownPairs = 300;

/** Standard deviations over bootstrap ensembles, predicted against retrained, one row per test point, first seed. */
export function spreadPairs(results: readonly CalibrationResult[], methods: readonly MethodId[]) {
  return results.flatMap((result) => {
    const exact = deviationsOf(result, retrainedOf(result));
    return among(spreadsOf(result, 'bootstrap samples'), methods).flatMap(({ method, trials: [own] }) => {
      const deviations = deviationsOf(result, own);
      const correlation = orNull(pearson(deviations, exact));
      return Array.from(deviations.subarray(0, shownPairs), (predicted, i) => ({
        dataset: result.problem.title,
        method: labelOf(method),
        predicted,
        exact: exact[i],
        correlation,
      }));
    });
  });
}

/** Scores of all predictive distributions; means over seeds, 95 % intervals over test points. */
export function calibrationScoreRows(results: readonly CalibrationResult[], methods?: readonly MethodId[]) {
  return results.flatMap((result) =>
    among(predictives(result), methods).flatMap(({ method, trials }) =>
      scoreNames.map((score) => ({
        dataset: result.problem.title,
        score,
        method: labelOf(method),
        ...columns(
          overUnits(
            units(result),
            trials.map((own) => scoreOn(score, own)),
          ),
          'value',
        ),
      })),
    ),
  );
}

/**
 * Everything about every predictive distribution: accuracy, scores, calibration errors with 15 bins, and the parts of the
 * Brier score; means over seeds.
 */
export function calibrationTable(results: readonly CalibrationResult[]) {
  return results.flatMap((result) =>
    predictives(result).map(({ method, trials }) => {
      const average = (figure: (own: PredictiveDistribution) => number): number => mean(trials.map(figure));
      const all = Int32Array.from(result.test.labels.keys());
      const score = (name: ScoreName): number => average((own) => scoreOn(name, own)(all));
      return {
        'data set': result.problem.title,
        method: labelOf(method),
        accuracy: average((own) => mean(topLabel(own).correct)),
        'NLL (nats)': score('negative log-likelihood (nats)'),
        ECE: score('expected calibration error'),
        'ECE, equal mass': score('calibration error, equal mass'),
        'calibration error, debiased': average((own) => {
          const { confidences, correct } = topLabel(own);
          return debiasedCalibrationError(
            calibrationBins({ forecasts: confidences, outcomes: correct, binning: 'equal mass' }),
          );
        }),
        Brier: score('Brier score'),
        reliability: average((own) => brierDecomposition(own).reliability),
        resolution: average((own) => brierDecomposition(own).resolution),
        uncertainty: average((own) => brierDecomposition(own).uncertainty),
      };
    }),
  );
}

/** Bins of reliability diagrams: fewer than for scores, so that each holds enough points to be read. */
const diagramBins = 10;

/** How often predictions of similar confidence are right, bins of equal mass, first seed; 95 % Wilson intervals. */
export function reliabilityRows(results: readonly CalibrationResult[], methods: readonly MethodId[]) {
  return results.flatMap((result) =>
    among(predictives(result), methods).flatMap(({ method, trials: [own] }) => {
      const { confidences, correct } = topLabel(own);
      const bins = calibrationBins({
        forecasts: confidences,
        outcomes: correct,
        binning: 'equal mass',
        bins: diagramBins,
      });
      return bins.map(({ count, confidence, frequency }) => {
        const { low, high } = proportionInterval(Math.round(frequency * count), count);
        return {
          dataset: result.problem.title,
          method: labelOf(method),
          confidence,
          frequency,
          low,
          high,
          points: count,
        };
      });
    }),
  );
}

/** How standard deviations agree with a larger ensemble of other samples against all processor time; means over seeds. */
export function spreadByTime(results: readonly CalibrationResult[]) {
  return results.flatMap((result) => agreementRows(growingEnsembles(result)));
}

/** Every predicted bootstrap ensemble beside exact retraining given the same time: that of predicting, and that of everything. */
export function ensembleBudgets(results: readonly CalibrationResult[]) {
  return results.flatMap((result) => budgetRows(growingEnsembles(result), 'models'));
}

/** Processor seconds per seed of every bootstrap ensemble, by what they are spent on. */
export function ensembleCosts(results: readonly CalibrationResult[]) {
  return results.flatMap(({ problem, ensembles, alternatives }) => [
    ...costRows(problem.title, ensembles['bootstrap samples']),
    ...alternatives
      .filter(({ spread }) => spread !== null)
      .flatMap(({ method, seconds }) => stageRows(problem.title, labelOf(method), onlyPrediction(seconds))),
  ]);
}
