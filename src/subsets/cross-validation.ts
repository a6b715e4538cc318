import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import type { Subsets } from './subsets.js';

/**
 * Training subsets of repeated stratified cross-validation, `repeats·folds` rows: row r·folds + f is the pool without fold f of
 * repeat r. Folds differ by at most one point in size, and by at most one in the number of points of each class.
 *
 * @param options.labels `N` class indices
 * @throws InputError unless there are at least two folds and one repeat, and at most one fold per point.
 */
export function crossValidationSubsets(options: {
  readonly labels: Uint8Array;
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
}): Subsets {
  const { labels, folds, repeats, seed } = options;
  const poolSize = labels.length;
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= poolSize))
    throw new InputError(`folds is ${folds}; it must be a whole number from 2 to the ${poolSize} points.`);
  if (!(Number.isInteger(repeats) && repeats >= 1))
    throw new InputError(`repeats is ${repeats}; it must be a whole number of at least 1.`);

  const count = folds * repeats;
  const weights = new Uint8Array(count * poolSize).fill(1);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const order = randomStream(seed, 'cross-validation', repeat).permutation(poolSize);
    // Sorting is stable, so each class keeps its random order; dealing on from class to class keeps folds of equal size.
    order.sort((a, b) => labels[a] - labels[b]);
    order.forEach((point, position) => {
      weights[(repeat * folds + (position % folds)) * poolSize + point] = 0;
    });
  }
  return { count, poolSize, weights };
}
