import { mean } from '../../statistics/mean.js';
import { pearson } from '../../statistics/correlation.js';
import type { MethodId } from '../../evaluation/methods.js';
import type { Growing } from '../common/budgets.js';
import { overUnits, take, type Estimate, type Statistic } from '../common/intervals.js';
import { entryOf, type MethodTrials } from '../common/methods.js';
import type { CalibrationResult, EnsembleKind, EnsembleTrial } from './protocol.js';
import { units } from './scores.js';

/** Probabilities of an ensemble and their standard deviations over its models. */
export interface Spread {
  readonly probabilities: Float64Array;
  readonly spread: Float64Array;
}

/** The trials of a method's ensemble. */
export const trialsOf = (
  { ensembles }: CalibrationResult,
  method: MethodId,
  kind: EnsembleKind = 'bootstrap samples',
): readonly EnsembleTrial[] => entryOf(ensembles[kind], method).trials;

/** Every ensemble of one kind, one entry per seed; with those of bootstrap samples what spreads without any samples. */
export function spreadsOf({ ensembles, alternatives }: CalibrationResult, kind: EnsembleKind): MethodTrials<Spread>[] {
  const own = ensembles[kind].map(({ method, trials }) => ({
    method,
    trials: trials.map(({ prediction }) => prediction),
  }));
  if (kind !== 'bootstrap samples') return own;
  return [
    ...own,
    ...alternatives.flatMap(({ method, probabilities, spread }) =>
      spread ? [{ method, trials: [{ probabilities, spread }] }] : [],
    ),
  ];
}

/** The retrained ensemble of the same samples. */
export const retrainedOf = (result: CalibrationResult, kind: EnsembleKind = 'bootstrap samples'): Spread =>
  trialsOf(result, 'exact', kind)[0].prediction;

const classCountOf = ({ problem }: CalibrationResult): number => problem.pool.classes.length;

/** Of every test point the mean over classes of |difference|: for two classes that of either one. */
function perPoint(result: CalibrationResult, a: Spread, b: Spread): Float64Array {
  const classCount = classCountOf(result);
  return Float64Array.from({ length: result.test.size }, (_, i) => {
    let sum = 0;
    for (let k = i * classCount; k < (i + 1) * classCount; k++)
      sum += Math.abs(a.probabilities[k] - b.probabilities[k]);
    return sum / classCount;
  });
}

/** Mean distance of an ensemble's mean probabilities from another's, over seeds and test points, on any of them. */
export function probabilityDistances(result: CalibrationResult, found: readonly Spread[], truth: Spread) {
  return found.map((own) => {
    const each = perPoint(result, own, truth);
    return (indices: Int32Array): number => mean(take(each, indices));
  });
}

/** Standard deviations of the probability of one class per test point; of two classes both have the same. */
export const deviationsOf = (result: CalibrationResult, { spread }: Pick<Spread, 'spread'>): Float64Array =>
  classCountOf(result) === 2 ? spread.filter((_, k) => k % 2 === 1) : spread;

/** The entries of some test points, several for each. */
function entriesOf(points: Int32Array, perPoint: number): Int32Array {
  if (perPoint === 1) return points;
  const entries = new Int32Array(points.length * perPoint);
  for (let at = 0; at < entries.length; at++)
    entries[at] = points[Math.floor(at / perPoint)] * perPoint + (at % perPoint);
  return entries;
}

/** Pearson correlation over test points between the standard deviations of an ensemble and another, with its 95 % interval. */
export function spreadCorrelation(result: CalibrationResult, found: readonly Spread[], truth: Spread): Estimate {
  const own = units(result);
  const each = found.map((one) => deviationsOf(result, one));
  const target = deviationsOf(result, truth);
  const correlation: Statistic = (indices) => {
    const entries = entriesOf(indices, target.length / own.units);
    const wanted = take(target, entries);
    return mean(each.map((deviations) => pearson(take(deviations, entries), wanted)));
  };
  return overUnits(own, [correlation]);
}

/** Bootstrap ensembles of more and more members, judged by their standard deviations beside the larger retrained ensemble's. */
export function growingEnsembles(result: CalibrationResult): Growing<Spread> {
  const target = deviationsOf(result, result.reference['bootstrap samples']);
  return {
    dataset: result.problem.title,
    methods: result.ensembles['bootstrap samples'],
    counts: result.counts,
    agreement: (answer) => pearson(deviationsOf(result, answer), target),
  };
}
