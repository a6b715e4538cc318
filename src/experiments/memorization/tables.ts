import { influencePairs } from '../../applications/memorization/influence-pairs.js';
import { mean } from '../../statistics/mean.js';
import { pearson } from '../../statistics/correlation.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { proportionInterval } from '../../statistics/proportion-interval.js';
import { areaUnderRoc, rocCurve } from '../../statistics/roc.js';
import { agreementRows, budgetRows } from '../common/budgets.js';
import { costRows } from '../common/costs.js';
import { range } from '../common/experiment.js';
import { orNull, overUnits } from '../common/intervals.js';
import { among } from '../common/methods.js';
import { correlationsWith, exactOf, growingEstimates, outcomes, units, valuesOf } from './figures.js';
import type { MemorizationResult, MemorizationTrial } from './protocol.js';

const outcomeLabels = { correct: 'label predicted', probability: 'probability of the label' } as const;

/** Sizes of everything, and how many points are memorized by exact retraining. */
export function memorizationProblems(results: readonly MemorizationResult[]) {
  return results.map(({ problem, targets, counts, memorizedShare }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    features: problem.pool.dimension,
    classes: problem.pool.classes.length,
    'flipped labels': problem.flipped.filter(Boolean).length,
    'subsets of 70 %': counts[counts.length - 1],
    'test points': targets.size,
    'memorization above 0.25': memorizedShare,
  }));
}

/**
 * Every method against exact retraining of the same subsets, for both outcomes; means over seeds, 95 % intervals over pool
 * points. Null where estimates do not vary.
 */
export function memorizationAgreement(results: readonly MemorizationResult[]) {
  return results.flatMap((result) =>
    outcomes.flatMap((outcome) => {
      const exact = exactOf(result);
      const truth = valuesOf(exact, outcome);
      return result.methods.map(({ method, trials }) => {
        const estimate = overUnits(units(result), correlationsWith(truth, trials, outcome));
        const over = (figure: (values: Float64Array, trial: MemorizationTrial) => number): number[] =>
          trials.map((trial) => figure(valuesOf(trial, outcome), trial));
        return {
          'data set': result.problem.title,
          outcome: outcomeLabels[outcome],
          method: labelOf(method),
          correlation: orNull(estimate.value),
          low: orNull(estimate.low),
          high: orNull(estimate.high),
          'lowest seed': orNull(Math.min(...over((values) => pearson(values, truth)))),
          'mean difference': mean(over((values) => mean(values.map((value, i) => Math.abs(value - truth[i]))))),
          'influence correlation': orNull(
            mean(over((_, { influence }) => pearson(influence[outcome].values, exact.influence[outcome].values))),
          ),
          'correlation with reference': orNull(mean(over((values) => pearson(values, result.reference[outcome])))),
        };
      });
    }),
  );
}

/** Predicted memorization (label predicted) of every pool point against exact retraining of the same subsets, first seed. */
export function memorizationPairs(results: readonly MemorizationResult[], methods: readonly MethodId[]) {
  return results.flatMap((result) => {
    const truth = valuesOf(exactOf(result), 'correct');
    return among(result.methods, methods).flatMap(({ method, trials: [own] }) => {
      const values = valuesOf(own, 'correct');
      const correlation = orNull(pearson(values, truth));
      return Array.from(values, (value, point) => ({
        dataset: result.problem.title,
        method: labelOf(method),
        point,
        value,
        reference: truth[point],
        flipped: result.problem.flipped[point],
        correlation,
      }));
    });
  });
}

const thresholds = range(50, 1).map((k) => k / 50);

/** Shares of the pool memorized at least so much, first seed; Wilson intervals for exact retraining. */
export function longTailRows(results: readonly MemorizationResult[], methods: readonly MethodId[]) {
  return results.flatMap((result) =>
    among(result.methods, methods).flatMap(({ method, trials: [own] }) =>
      thresholds.flatMap((threshold) => {
        const values = valuesOf(own, 'correct');
        const above = values.filter((value) => value >= threshold - 1e-12).length;
        const { value, low, high } = proportionInterval(above, values.length);
        const interval = method === 'exact' ? { low, high } : { low: null, high: null };
        const row = { dataset: result.problem.title, method: labelOf(method), memorization: threshold, share: value };
        return above === 0 ? [] : [{ ...row, ...interval }];
      }),
    ),
  );
}

/** Receiver operating characteristics of "memorized, so flipped", first seed, where labels are flipped. */
export function memorizationDetection(results: readonly MemorizationResult[], methods: readonly MethodId[]) {
  return results
    .filter(({ problem }) => problem.flipped.some(Boolean))
    .flatMap(({ problem, methods: all }) =>
      among(all, methods).flatMap(({ method, trials: [own] }) => {
        const values = valuesOf(own, 'correct');
        const area = areaUnderRoc(values, problem.flipped);
        return rocCurve(values, problem.flipped).map((point) => ({
          dataset: problem.title,
          method: labelOf(method),
          ...point,
          area,
        }));
      }),
    );
}

/** Test accuracy after retraining without the most memorized points; ranges over random orders. */
export function memorizationRemoval(results: readonly MemorizationResult[]) {
  return results.flatMap(({ problem, removal }) =>
    removal.map(({ method, orders, fraction, accuracy, low, high }) => ({
      dataset: problem.title,
      method: labelOf(method),
      order: 'most memorized first',
      fraction,
      accuracy,
      low: orders > 1 ? low : null,
      high: orders > 1 ? high : null,
    })),
  );
}

/** Memorized points with high influence on test points (Feldman & Zhang’s thresholds), by every method, against exact retraining. */
export function memorizationInfluencePairs(results: readonly MemorizationResult[]) {
  return results.flatMap((result) => {
    const pairsOf = ({ memorization, influence }: MemorizationTrial): Set<string> =>
      new Set(
        influencePairs({ influence: influence.correct.values, memorization: memorization.correct.values }).map(
          ({ point, target }) => `${point} ${target}`,
        ),
      );
    const exact = pairsOf(exactOf(result));
    return result.methods.map(({ method, trials }) => {
      const found = trials.map(pairsOf);
      const common = found.map((pairs) => [...pairs].filter((pair) => exact.has(pair)).length);
      return {
        'data set': result.problem.title,
        method: labelOf(method),
        pairs: mean(found.map(({ size }) => size)),
        'of the retrained pairs found': exact.size === 0 ? null : mean(common) / exact.size,
      };
    });
  });
}

/** Agreement with the independent reference against all processor time spent, as subsets are added; means over seeds. */
export function memorizationByTime(results: readonly MemorizationResult[]) {
  return results.flatMap((result) => agreementRows(growingEstimates(result)));
}

/** Every predictor beside exact retraining given the same time: that of predicting, and that of everything. */
export function memorizationBudgets(results: readonly MemorizationResult[]) {
  return results.flatMap((result) => budgetRows(growingEstimates(result), 'subsets'));
}

/** Processor seconds per seed of every method, by what they are spent on. */
export function memorizationCosts(results: readonly MemorizationResult[]) {
  return results.flatMap(({ problem, methods }) => costRows(problem.title, methods));
}
