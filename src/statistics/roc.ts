import { InputError } from '../errors.js';
import { hasNaN, ranks } from './ranks.js';

/** A point of a receiver operating characteristic: rates among true and false cases when everything at or above a score is flagged. */
export interface RocPoint {
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/** @throws InputError unless there is one score per case. */
export function checkCases(scores: ArrayLike<number>, isPositive: ArrayLike<boolean>): void {
  if (scores.length !== isPositive.length)
    throw new InputError(`There are ${scores.length} scores of ${isPositive.length} cases; give one per case.`);
}

function counts(isPositive: ArrayLike<boolean>): { positives: number; negatives: number } {
  let positives = 0;
  for (let i = 0; i < isPositive.length; i++) if (isPositive[i]) positives++;
  const negatives = isPositive.length - positives;
  if (positives === 0 || negatives === 0)
    throw new InputError(
      `A receiver operating characteristic needs cases of both kinds, got ${positives} positive and ${negatives} negative ones.`,
    );
  return { positives, negatives };
}

/**
 * The curve from (0, 0) to (1, 1), one point per distinct score, highest first.
 *
 * @throws InputError without both kinds, or with a score that is NaN.
 */
export function rocCurve(scores: ArrayLike<number>, isPositive: ArrayLike<boolean>): RocPoint[] {
  checkCases(scores, isPositive);
  if (hasNaN(scores))
    throw new InputError('A score is NaN, which is neither above nor below the others: leave it out.');
  const { positives, negatives } = counts(isPositive);
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((i, j) => scores[j] - scores[i]);
  const curve: RocPoint[] = [{ falsePositiveRate: 0, truePositiveRate: 0 }];
  let truePositives = 0;
  let falsePositives = 0;
  order.forEach((i, position) => {
    if (isPositive[i]) truePositives++;
    else falsePositives++;
    const next = order[position + 1];
    if (next === undefined || scores[next] !== scores[i])
      curve.push({ falsePositiveRate: falsePositives / negatives, truePositiveRate: truePositives / positives });
  });
  return curve;
}

/**
 * Area under the receiver operating characteristic: the chance that a positive case outscores a negative one, ties counting
 * half (Mann–Whitney U / (positives · negatives)). NaN where one of the scores is.
 *
 * @throws InputError without both kinds.
 */
export function areaUnderRoc(scores: ArrayLike<number>, isPositive: ArrayLike<boolean>): number {
  checkCases(scores, isPositive);
  const { positives, negatives } = counts(isPositive);
  const rank = ranks(scores);
  let rankSum = 0;
  for (let i = 0; i < scores.length; i++) if (isPositive[i]) rankSum += rank[i];
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
