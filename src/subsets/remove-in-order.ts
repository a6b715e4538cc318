import { InputError } from '../errors.js';
import type { Subsets } from './subsets.js';

/**
 * One subset per order: the pool without the first `count` points of the order that can go. A point cannot where its class
 * would be left with fewer than `keep` points, so that targeted removals leave something to learn of every class.
 *
 * @param orders permutations of 0 … N−1
 * @throws InputError if `count` points cannot be removed.
 */
export function removeInOrder(options: {
  /** `N` class indices. */
  readonly labels: Uint8Array;
  readonly orders: readonly ArrayLike<number>[];
  readonly count: number;
  /** Default 2. */
  readonly keep?: number;
}): Subsets {
  const { labels, orders, count, keep = 2 } = options;
  const poolSize = labels.length;
  const weights = new Uint8Array(orders.length * poolSize).fill(1);
  orders.forEach((order, b) => {
    const left = new Map<number, number>();
    for (const label of labels) left.set(label, (left.get(label) ?? 0) + 1);
    let removed = 0;
    for (let k = 0; k < order.length && removed < count; k++) {
      const label = labels[order[k]];
      const ofClass = left.get(label) ?? 0;
      if (ofClass <= keep) continue;
      left.set(label, ofClass - 1);
      weights[b * poolSize + order[k]] = 0;
      removed++;
    }
    if (removed < count) {
      throw new InputError(
        `Only ${removed} of ${poolSize} points can be removed where every class keeps ${keep}; remove fewer than ${count}.`,
      );
    }
  });
  return { count: orders.length, poolSize, weights };
}
