import { mean } from '../../statistics/mean.js';
import { pearson, spearman } from '../../statistics/correlation.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { resampledArea, resampledSpearman } from '../../statistics/resampled-ranks.js';
import { areaUnderRoc, rocCurve } from '../../statistics/roc.js';
import { lookedAt } from '../common/budgets.js';
import { costRows, preparationSeconds, totalSeconds } from '../common/costs.js';
import { columns, leadOver, overUnits, type Estimate, type Statistic, type Units } from '../common/intervals.js';
import { among, entryOf, type MethodTrials } from '../common/methods.js';
import { perPermutation } from './equal-time.js';
import { shapleyFrom, type PrefixValues } from './prefix-values.js';
import type { DataValuationResult } from './protocol.js';

/** A figure of values on any resample of the points. */
export type Figure = (values: Float64Array) => Statistic;

/** Intervals are over pool points. */
export const units = ({ problem, seed }: DataValuationResult): Units => ({
  units: problem.pool.size,
  seed,
  resamples: 1000,
});

/** How well low values find the flipped labels. */
export const flippedLabels =
  ({ problem }: DataValuationResult): Figure =>
  (values) =>
    resampledArea(
      values.map((value) => -value),
      problem.flipped,
    );

/** How well values agree with the reference. */
export const agreementWith =
  ({ reference }: DataValuationResult, utility = 0): Figure =>
  (values) =>
    resampledSpearman(values, reference[utility]);

/** A figure of each seed's values of one method. */
export const figures = (runs: readonly PrefixValues[], figure: Figure, utility = 0, count?: number): Statistic[] =>
  runs.map((run) => figure(shapleyFrom(run, utility, count)));

/** One row per data set: what is valued, and how well the independent reference has converged. */
export function valuationProblems(results: readonly DataValuationResult[]) {
  return results.map(({ problem, referencePermutations, referenceReliability }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    'flipped labels': problem.flipped.filter(Boolean).length,
    'validation points': problem.validation.size,
    'test points': problem.test.size,
    'reference permutations': referencePermutations,
    'split-half Spearman, −log-loss': referenceReliability[0],
    'split-half Spearman, accuracy': referenceReliability[1],
  }));
}

/** Agreement of every method with the independent reference, and with exact retraining on the same permutations. */
export function agreementTable(results: readonly DataValuationResult[]) {
  return results.flatMap((result) =>
    result.utilities.flatMap(({ name }, u) => {
      const exact = entryOf(result.methods, 'exact').trials.map((own) => shapleyFrom(own, u));
      return result.methods.map(({ method, trials }) => {
        const values = trials.map((own) => shapleyFrom(own, u));
        const over = (figure: Figure) => overUnits(units(result), figures(trials, figure, u));
        return {
          'data set': result.problem.title,
          utility: name,
          method: labelOf(method),
          ...columns(over(agreementWith(result, u)), 'Spearman with reference'),
          'Pearson with reference': mean(values.map((own) => pearson(own, result.reference[u]))),
          'Spearman with exact, same permutations': mean(values.map((own, s) => spearman(own, exact[s]))),
          'Pearson with exact, same permutations': mean(values.map((own, s) => pearson(own, exact[s]))),
          ...columns(over(flippedLabels(result)), 'flipped-label area', 'area low', 'area high'),
        };
      });
    }),
  );
}

/** Spearman correlation with the reference as permutations are added (utility −log-loss). */
export function convergenceRows(results: readonly DataValuationResult[]) {
  return results.flatMap((result) =>
    result.methods.flatMap(({ method, trials }) =>
      lookedAt(trials[0].permutations.length, 2).map((permutations) => ({
        dataset: result.problem.title,
        method: labelOf(method),
        permutations,
        ...columns(overUnits(units(result), figures(trials, agreementWith(result), 0, permutations)), 'correlation'),
      })),
    ),
  );
}

/** Values of the first seed against the reference (utility −log-loss), flipped points marked. */
export function valueRows(results: readonly DataValuationResult[], methods: readonly MethodId[]) {
  return results.flatMap(({ problem, methods: all, reference }) =>
    among(all, methods).flatMap(({ method, trials: [own] }) => {
      const values = shapleyFrom(own, 0);
      const correlation = spearman(values, reference[0]);
      return Array.from(values, (value, point) => ({
        dataset: problem.title,
        method: labelOf(method),
        point,
        value,
        reference: reference[0][point],
        flipped: problem.flipped[point],
        correlation,
      }));
    }),
  );
}

/** Receiver operating characteristics of flipped-label detection by low values (−log-loss), first seed. */
export function detectionCurves(results: readonly DataValuationResult[]) {
  return results.flatMap(({ problem, methods }) =>
    methods.flatMap(({ method, trials: [own] }) => {
      const scores = shapleyFrom(own, 0).map((value) => -value);
      const area = areaUnderRoc(scores, problem.flipped);
      return rocCurve(scores, problem.flipped).map((point) => ({
        dataset: problem.title,
        method: labelOf(method),
        ...point,
        area,
      }));
    }),
  );
}

/** Other values of the same points: how they find flipped labels and agree with Shapley values, and what they cost. */
export function otherValuesTable(results: readonly DataValuationResult[]) {
  return results.flatMap((result) =>
    result.otherValues.map(({ kind, models, trials }) => ({
      'data set': result.problem.title,
      values: kind,
      'subsets evaluated': models,
      'processor seconds': mean(trials.map(({ seconds }) => seconds)),
      ...columns(
        overUnits(
          units(result),
          trials.map(({ values }) => flippedLabels(result)(values)),
        ),
        'flipped-label area',
        'area low',
        'area high',
      ),
      'Spearman with Shapley reference': mean(trials.map(({ values }) => spearman(values, result.reference[0]))),
    })),
  );
}

/** Test accuracy as points are removed by value, and at random. */
export function removalRows(results: readonly DataValuationResult[]) {
  return results.flatMap(({ problem, removal }) =>
    removal.map(({ method, ...row }) => ({ dataset: problem.title, method: labelOf(method), ...row })),
  );
}

/** Processor time per seed of every method, split by what it is spent on. */
export function valuationCosts(results: readonly DataValuationResult[]) {
  return results.flatMap(({ problem, methods }) => costRows(problem.title, methods));
}

/** Spearman correlation with the reference, and its lead over that of exact retraining, over the same resampled points. */
export function equalTimeAgreement(
  result: DataValuationResult,
  { trials }: MethodTrials<PrefixValues>,
  utility: number,
): { readonly agreement: Estimate; readonly lead: Estimate } {
  const [own, exact] = [trials, entryOf(result.equalTime, 'exact').trials].map((runs) =>
    figures(runs, agreementWith(result, utility), utility),
  );
  return { agreement: overUnits(units(result), own), lead: leadOver(units(result), own, exact) };
}

/** Agreement with the independent reference when every method gets the same total time; means over banks and networks. */
export function equalTimeTable(results: readonly DataValuationResult[]) {
  return results.flatMap((result) =>
    result.equalTime.flatMap((own) =>
      result.utilities.map(({ name }, u) => {
        const { trials } = own;
        const { agreement, lead } = equalTimeAgreement(result, own, u);
        return {
          'data set': result.problem.title,
          utility: name,
          method: labelOf(own.method),
          permutations: Math.round(mean(trials.map(({ permutations }) => permutations.length))),
          'processor seconds': mean(trials.map(({ seconds }) => totalSeconds(seconds))),
          'of these labels and training': mean(trials.map(({ seconds }) => preparationSeconds(seconds))),
          ...columns(agreement, 'Spearman with reference'),
          ...columns(lead, 'lead over exact', 'lead low', 'lead high'),
          'Pearson with reference': mean(trials.map((run) => pearson(shapleyFrom(run, u), result.reference[u]))),
        };
      }),
    ),
  );
}

/** Agreement with the reference as time goes into more permutations (utility −log-loss); means over banks and networks. */
export function agreementByTimeRows(results: readonly DataValuationResult[]) {
  return results.flatMap(({ problem, equalTime, reference }) =>
    equalTime.flatMap(({ method, trials }) =>
      lookedAt(Math.min(...trials.map(({ permutations }) => permutations.length)), 5).map((count) => ({
        dataset: problem.title,
        method: labelOf(method),
        seconds: mean(trials.map((run) => preparationSeconds(run.seconds) + count * perPermutation(run))),
        subsets: count * (problem.pool.size - 1),
        correlation: mean(trials.map((run) => spearman(shapleyFrom(run, 0, count), reference[0]))),
      })),
    ),
  );
}
