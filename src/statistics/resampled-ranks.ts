import { InputError } from '../errors.js';
import { hasNaN } from './ranks.js';
import { checkCases } from './roc.js';

/** Mean rank of every unit in a resample, given how often each one was drawn: `N` from `N`. */
export type RanksOfResample = (counts: ArrayLike<number>) => Float64Array;

/**
 * Ranks of resamples of the same values: sorted once, so that each resample costs one pass instead of a sort. Units of equal
 * value, repeats of one unit included, share their mean rank; a unit that was not drawn gets the rank it would have. All NaN
 * where one of the values is.
 */
export function resampledRanks(values: ArrayLike<number>): RanksOfResample {
  if (hasNaN(values)) return () => new Float64Array(values.length).fill(NaN);
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  return (counts) => {
    const ranks = new Float64Array(values.length);
    let below = 0;
    for (let first = 0; first < order.length;) {
      let last = first;
      let drawn = counts[order[first]];
      while (last + 1 < order.length && values[order[last + 1]] === values[order[first]])
        drawn += counts[order[++last]];
      for (let k = first; k <= last; k++) ranks[order[k]] = below + (drawn + 1) / 2;
      below += drawn;
      first = last + 1;
    }
    return ranks;
  };
}

/** How often each of N units occurs among indices. */
function countsOf(indices: Int32Array, units: number): Float64Array {
  const counts = new Float64Array(units);
  for (const i of indices) counts[i]++;
  return counts;
}

/**
 * Spearman correlation of two equally long lists on any resample of their pairs: the same number as of the resampled lists,
 * several times as fast. NaN where one of them is constant on the resample or holds NaN anywhere.
 *
 * @throws InputError for lists of different lengths.
 */
export function resampledSpearman(a: ArrayLike<number>, b: ArrayLike<number>): (indices: Int32Array) => number {
  if (a.length !== b.length)
    throw new InputError(`Cannot correlate ${a.length} numbers with ${b.length}: pass two lists of the same length.`);
  const [ranksOfA, ranksOfB] = [resampledRanks(a), resampledRanks(b)];
  return (indices) => {
    const counts = countsOf(indices, a.length);
    const [first, second] = [ranksOfA(counts), ranksOfB(counts)];
    const middle = (indices.length + 1) / 2;
    let covariance = 0;
    let varianceA = 0;
    let varianceB = 0;
    for (let i = 0; i < counts.length; i++) {
      const deviationA = first[i] - middle;
      const deviationB = second[i] - middle;
      covariance += counts[i] * deviationA * deviationB;
      varianceA += counts[i] * deviationA * deviationA;
      varianceB += counts[i] * deviationB * deviationB;
    }
    return varianceA > 0 && varianceB > 0 ? covariance / Math.sqrt(varianceA * varianceB) : NaN;
  };
}

/**
 * Area under the receiver operating characteristic of scores on any resample of the cases, as `areaUnderRoc` of the resample;
 * NaN where the cases are not of both kinds, or a score is.
 *
 * @throws InputError for lists of different lengths.
 */
export function resampledArea(
  scores: ArrayLike<number>,
  isPositive: ArrayLike<boolean>,
): (indices: Int32Array) => number {
  checkCases(scores, isPositive);
  const ranksOf = resampledRanks(scores);
  return (indices) => {
    const counts = countsOf(indices, scores.length);
    const ranks = ranksOf(counts);
    let positives = 0;
    let rankSum = 0;
    for (let i = 0; i < counts.length; i++) {
      if (!isPositive[i]) continue;
      positives += counts[i];
      rankSum += counts[i] * ranks[i];
    }
    const negatives = indices.length - positives;
    return positives > 0 && negatives > 0
      ? (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
      : NaN;
  };
}
