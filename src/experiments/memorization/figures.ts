import { pearson } from '../../statistics/correlation.js';
import type { MethodId } from '../../evaluation/methods.js';
import { resampledArea } from '../../statistics/resampled-ranks.js';
import type { Growing } from '../common/budgets.js';
import { overUnits, take, type Estimate, type Statistic, type Units } from '../common/intervals.js';
import { find } from '../common/methods.js';
import type { MemorizationResult, MemorizationTrial } from './protocol.js';

export const outcomes = ['correct', 'probability'] as const;
export type Outcome = (typeof outcomes)[number];

/** The trials of a method, one per seed; none where it is not compared. */
export const trialsOf = ({ methods }: MemorizationResult, method: MethodId): readonly MemorizationTrial[] =>
  find(methods, method)?.trials ?? [];

export const exactOf = (result: MemorizationResult): MemorizationTrial => trialsOf(result, 'exact')[0];

/** The most accurate predictor that there is: Newton steps are left out where they cost too much. */
export const bestOf = ({ methods }: MemorizationResult): MethodId =>
  find(methods, 'refined') ? 'refined' : 'improved';

/** Intervals are over pool points. */
export const units = ({ problem, seed }: MemorizationResult): Units => ({
  units: problem.pool.size,
  seed,
  resamples: 500,
});

/** `N` memorization estimates. */
export const valuesOf = ({ memorization }: MemorizationTrial, outcome: Outcome): Float64Array =>
  memorization[outcome].values;

/** Pearson correlations of each seed's memorization with other estimates of the same points. */
export function correlationsWith(
  reference: Float64Array,
  trials: readonly MemorizationTrial[],
  outcome: Outcome,
): Statistic[] {
  return trials.map((trial) => {
    const values = valuesOf(trial, outcome);
    return (indices) => pearson(take(values, indices), take(reference, indices));
  });
}

/** How well memorization (label predicted) finds flipped labels: the area of "memorized, so flipped". */
export function flippedArea(result: MemorizationResult, trials: readonly MemorizationTrial[]): Estimate {
  return overUnits(
    units(result),
    trials.map((trial) => resampledArea(valuesOf(trial, 'correct'), result.problem.flipped)),
  );
}

/** Memorization (label predicted) from more and more subsets, beside that from as many others. */
export const growingEstimates = ({
  problem,
  methods,
  counts,
  reference,
}: MemorizationResult): Growing<Float64Array> => ({
  dataset: problem.title,
  methods,
  counts,
  agreement: (values) => pearson(values, reference.correct),
});
