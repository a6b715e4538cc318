import { InputError } from '../errors.js';

/**
 * F1 score of flagged cases: 2·hits / (flagged + positive); 0 where nothing is both flagged and positive.
 *
 * @throws InputError for lists of different lengths.
 */
export function f1Score(flagged: readonly boolean[], isPositive: readonly boolean[]): number {
  if (flagged.length !== isPositive.length)
    throw new InputError(`There are ${flagged.length} flags of ${isPositive.length} cases; give one per case.`);
  const count = (cases: readonly boolean[]): number => cases.filter(Boolean).length;
  const hits = count(flagged.map((flag, i) => flag && isPositive[i]));
  return hits === 0 ? 0 : (2 * hits) / (count(flagged) + count(isPositive));
}
