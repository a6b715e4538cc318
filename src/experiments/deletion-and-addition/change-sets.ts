import type { Dataset } from '../../data/dataset.js';
import { removeInOrder, type Subsets } from '../../subsets/index.js';
import type { Problem } from '../problems/problem.js';
import { changeKinds, changeOrders, helpfulFirst, type ChangeKind } from './changes.js';

/** Shares of the pool that are removed, beside a single point, and added. */
const removedShares = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9];
const addedShares = [0.01, 0.1, 0.25, 0.5];

/** Training sets still to be retrained. */
export interface PlannedChanges {
  readonly kind: ChangeKind;
  /** Points removed or added. */
  readonly points: number;
  readonly subsets: Subsets;
}

/** A single point, and shares of the pool in points. */
const sizesOf = (pool: Dataset, shares: readonly number[]): number[] => [
  ...new Set([1, ...shares.map((share) => Math.max(1, Math.round(share * pool.size)))]),
];

/** Removals of every kind and size, `count` of each. */
export async function planRemovals(
  problem: Problem,
  options: {
    /** `p` parameters of the whole pool. */
    readonly full: Float64Array;
    /** Points to which some removals are the most helpful. */
    readonly targets: Dataset;
    readonly count: number;
    readonly seed: number;
  },
): Promise<PlannedChanges[]> {
  const { pool } = problem;
  const { full, targets, count, seed } = options;
  const planned: PlannedChanges[] = [];
  for (const kind of changeKinds) {
    const orders =
      kind === 'most helpful first'
        ? await helpfulFirst(problem, full, targets, count, seed)
        : changeOrders(kind, pool, count, seed);
    for (const points of sizesOf(pool, removedShares))
      planned.push({ kind, points, subsets: removeInOrder({ labels: pool.labels, orders, count: points }) });
  }
  return planned;
}

/** Subsets of the pool followed by the newcomers: all of the pool and some newcomers. */
export function planAdditions(pool: Dataset, newcomers: Dataset, count: number, seed: number): PlannedChanges[] {
  const sizes = sizesOf(pool, addedShares).filter((points) => points <= newcomers.size);
  return (['at random', 'one cluster', 'one class first'] as const).flatMap((kind) => {
    const orders = changeOrders(kind, newcomers, count, seed);
    return sizes.map((points) => ({ kind, points, subsets: withNewcomers(pool.size, newcomers.size, orders, points) }));
  });
}

/** The whole pool and the first newcomers of each order. */
function withNewcomers(n: number, newcomers: number, orders: readonly Int32Array[], points: number): Subsets {
  const poolSize = n + newcomers;
  const weights = new Uint8Array(orders.length * poolSize);
  orders.forEach((order, b) => {
    weights.fill(1, b * poolSize, b * poolSize + n);
    for (const i of order.subarray(0, points)) weights[b * poolSize + n + i] = 1;
  });
  return { count: orders.length, poolSize, weights };
}
