import { InputError } from '../../errors.js';

/**
 * Which values belong to the lower of two clusters: the split of the sorted values with the least sum of squared distances
 * from the two means, exactly. How OpenDataVal flags noisy labels (Jiang et al. 2023): no share of errors need be known, but
 * something is always flagged.
 *
 * @returns `N` flags
 * @throws InputError with fewer than two different values.
 */
export function lowCluster(values: ArrayLike<number>): boolean[] {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  let best = { spread: -Infinity, threshold: NaN };
  for (let low = 1; low < n; low++) {
    sum += sorted[low - 1];
    if (sorted[low] === sorted[low - 1]) continue;
    // The more the cluster means explain, the less is left within the clusters.
    const spread = sum ** 2 / low + (total - sum) ** 2 / (n - low);
    if (spread > best.spread) best = { spread, threshold: sorted[low - 1] };
  }
  if (Number.isNaN(best.threshold))
    throw new InputError(`${n} equal values make no two clusters; give at least two different ones.`);
  return Array.from(values, (value) => value <= best.threshold);
}
