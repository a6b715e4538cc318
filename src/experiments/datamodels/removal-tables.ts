import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { resampledSpearman } from '../../statistics/resampled-ranks.js';
import {
  bootstrapMean,
  bootstrapRatio,
  columns,
  overUnits,
  pairedDifference,
  type Estimate,
} from '../common/intervals.js';
import { find } from '../common/methods.js';
import type { DatamodelsResult } from './protocol.js';
import type { RankedRemovals } from './removals.js';

/** The share that claims are about. */
export const tenth = 0.1;

const falls = ({ actual }: RankedRemovals): Float64Array => actual.map((change) => -change);

function removalsOf({ removals }: DatamodelsResult, ranking: MethodId, share: number): RankedRemovals {
  return removals.find((own) => own.method === ranking && own.share === share) as RankedRemovals;
}

/** Mean fall of margins by ranking and share removed; 95 % intervals over targets. */
export function marginDropRows(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, removals, seed }) =>
    removals.map((own) => ({
      dataset: problem.title,
      method: labelOf(own.method),
      share: own.share,
      ...columns(bootstrapMean(falls(own), { seed }), 'drop'),
    })),
  );
}

/** By how much more margins fall without the tenth that one ranking puts first than without that of another. */
export function dropGap(result: DatamodelsResult, ranking: MethodId, from: MethodId): Estimate {
  const [own, other] = [ranking, from].map((method) => falls(removalsOf(result, method, tenth)));
  return pairedDifference(own, other, { seed: result.seed });
}

/** The same for a tenth of the pool, with the paired difference from the points that datamodels rank first. */
export function marginDropTable(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) =>
    result.removals
      .filter(({ share }) => share === tenth)
      .map((own) => ({
        'data set': result.problem.title,
        'points ranked by': labelOf(own.method),
        ...columns(bootstrapMean(falls(own), { seed: result.seed }), 'mean fall of the margin'),
        ...columns(dropGap(result, own.method, 'lasso'), 'minus that of datamodels', 'low of it', 'high of it'),
      })),
  );
}

/** Changes on all removals of one ranking or of all, target by target within each. */
function changesOn({ removals }: DatamodelsResult, method: MethodId, ranking?: MethodId) {
  const chosen = removals.filter((own) => ranking === undefined || own.method === ranking);
  return {
    actual: Float64Array.from(chosen.flatMap(({ actual }) => [...actual])),
    predicted: Float64Array.from(chosen.flatMap(({ predicted }) => [...(find(predicted, method)?.changes ?? [])])),
  };
}

/** The pairs of all removals of the resampled targets. */
function pairsOf(targets: Int32Array, blocks: number): Int32Array {
  const T = targets.length;
  return Int32Array.from({ length: blocks * T }, (_, at) => Math.floor(at / T) * T + targets[at % T]);
}

const targetCount = ({ removals }: DatamodelsResult): number => removals[0].actual.length;

/** Spearman correlation of predicted with true changes over targets and shares, resampled by target. */
export function changeCorrelation(result: DatamodelsResult, method: MethodId, ranking?: MethodId): Estimate {
  const { actual, predicted } = changesOn(result, method, ranking);
  const units = targetCount(result);
  const correlation = resampledSpearman(predicted, actual);
  return overUnits({ units, seed: result.seed, resamples: 500 }, [
    (targets) => correlation(pairsOf(targets, actual.length / units)),
  ]);
}

/** Mean absolute error of predicted changes over the mean absolute change, resampled by target. */
export function changeError(result: DatamodelsResult, method: MethodId, ranking?: MethodId): Estimate {
  const { actual, predicted } = changesOn(result, method, ranking);
  const T = targetCount(result);
  const ofTargets = (values: Float64Array): Float64Array => {
    const sums = new Float64Array(T);
    values.forEach((value, at) => (sums[at % T] += Math.abs(value)));
    return sums;
  };
  const errors = predicted.map((change, at) => change - actual[at]);
  return bootstrapRatio({ numerators: ofTargets(errors), denominators: ofTargets(actual), seed: result.seed });
}

/** How well every method predicts changes, on removals that datamodels rank first and on those of all rankings. */
export function changeScores(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) =>
    (['lasso', undefined] as const).flatMap((ranking) =>
      result.removals[0].predicted.map(({ method }) => ({
        'data set': result.problem.title,
        'points ranked by': ranking ? labelOf(ranking) : 'all rankings',
        'changes predicted by': labelOf(method),
        ...columns(changeCorrelation(result, method, ranking), 'Spearman correlation'),
        ...columns(changeError(result, method, ranking), 'error / change', 'low of it', 'high of it'),
      })),
    ),
  );
}

/** Predicted and true changes where the points that datamodels rank first are removed: one pair per target and share. */
export function changePairs(results: readonly DatamodelsResult[], methods: readonly MethodId[]) {
  return results.flatMap((result) =>
    methods.flatMap((method) => {
      const { actual, predicted } = changesOn(result, method, 'lasso');
      const correlation = changeCorrelation(result, method, 'lasso').value;
      return Array.from(actual, (exact, at) => ({
        dataset: result.problem.title,
        method: labelOf(method),
        predicted: predicted[at],
        exact,
        correlation,
      }));
    }),
  );
}
