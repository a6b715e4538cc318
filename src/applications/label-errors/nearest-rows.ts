import { safePoint, type RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { multiplyTransposed } from '../../numerics/dense.js';

/** Distances held at once, 32 MB. */
const blockNumbers = 2 ** 22;

/**
 * For each of some rows, hands out its squared distances to all N points of the pool, itself included, a block of rows at a time.
 * Costs N·d multiplications per row.
 *
 * @param visit is given the position among `rows` and `N` squared distances, which hold until it returns.
 */
export async function forEachRowDistances(
  pool: Dataset,
  rows: ArrayLike<number>,
  visit: (position: number, squaredDistances: Float64Array) => void,
  control: RunControl & { readonly label: string },
): Promise<void> {
  const { size, dimension, features } = pool;
  const lengths = new Float64Array(size);
  for (let at = 0; at < features.length; at++) lengths[Math.floor(at / dimension)] += features[at] ** 2;
  const block = Math.max(1, Math.floor(blockNumbers / size));
  const queries = new Float64Array(Math.min(block, rows.length) * dimension);
  const products = new Float64Array(Math.min(block, rows.length) * size);
  for (let first = 0; first < rows.length; first += block) {
    await safePoint(control, control.label);
    const count = Math.min(block, rows.length - first);
    for (let q = 0; q < count; q++) {
      const row = rows[first + q];
      queries.set(features.subarray(row * dimension, (row + 1) * dimension), q * dimension);
    }
    multiplyTransposed(queries, features, count, size, dimension, products);
    for (let q = 0; q < count; q++) {
      const distances = products.subarray(q * size, (q + 1) * size);
      const own = lengths[rows[first + q]];
      // Rounding can take equal points below 0.
      for (let i = 0; i < size; i++) distances[i] = Math.max(0, own + lengths[i] - 2 * distances[i]);
      visit(first + q, distances);
    }
    control.onProgress?.({ label: control.label, done: first + count, total: rows.length });
  }
}

/** The rows with the `count` smallest distances among those that `counts` accepts, nearest first, ties to the lower row. */
export function smallest(distances: Float64Array, count: number, counts: (row: number) => boolean): number[] {
  const nearest: number[] = [];
  for (let row = 0; row < distances.length; row++) {
    if (nearest.length === count && !(distances[row] < distances[nearest[count - 1]])) continue;
    if (!counts(row)) continue;
    let at = nearest.length;
    while (at > 0 && distances[nearest[at - 1]] > distances[row]) at--;
    nearest.splice(at, 0, row);
    if (nearest.length > count) nearest.pop();
  }
  return nearest;
}
