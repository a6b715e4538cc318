import { drawPermutations } from '../subsets/permutation-prefixes.js';
import type { Subsets } from '../subsets/subsets.js';

/** The permutations of one sample, see `sampling` of permutation values; `strata` counts for stratified ones only. */
export function sampleOrders(
  n: number,
  sampling: 'independent' | 'antithetic' | 'stratified',
  strata: number,
  seed: number,
  sample: number,
): Int32Array[] {
  const [order] = drawPermutations({ poolSize: n, count: 1, seed, first: sample });
  if (sampling === 'antithetic') return [order, order.slice().reverse()];
  if (sampling !== 'stratified') return [order];
  return Array.from({ length: strata }, (_, s) => {
    const shift = Math.floor((s * n) / strata);
    return order.map((_, j) => order[(j + shift) % n]);
  });
}

/** Prefixes of sizes `first` … `first + length − 1` of each order, one order after the other. */
export function prefixSubsets(poolSize: number, orders: readonly Int32Array[], first: number, length: number): Subsets {
  const weights = new Uint8Array(orders.length * length * poolSize);
  orders.forEach((order, t) => {
    const row = new Uint8Array(poolSize);
    for (let k = 1; k < first + length; k++) {
      row[order[k - 1]] = 1;
      if (k >= first) weights.set(row, (t * length + k - first) * poolSize);
    }
  });
  return { count: orders.length * length, poolSize, weights };
}
