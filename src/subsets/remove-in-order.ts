import { InputError } from '../errors.js';
import { checkOrder, checkSize } from './draw.js';
import type { Subsets } from './subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/**
 * One subset per order: the pool without the first `count` points of the order that can go. A point cannot where its class
 * would be left with fewer than `keep` points, so that targeted removals leave something to learn of every class.
 *
 * @param orders permutations of 0 … N−1
 * @throws InputError if `count` points cannot be removed, or an order repeats a point or names one that does not exist.
 */
export function removeInOrder(options: {
  /** `N` class indices. */
  readonly labels: Uint8Array;
  readonly orders: readonly ArrayLike<number>[];
  readonly count: number;
  /** Default 2. */
  readonly keep?: number;
}): Subsets {
  refuseUnknownOptions(options, ['labels', 'orders', 'count', 'keep'], 'removeInOrder');
  const { labels, orders, count, keep = 2 } = options;
  const poolSize = labels.length;
  checkSize('count', count, poolSize);
  const weights = new Uint8Array(orders.length * poolSize).fill(1);
  orders.forEach((order, b) => {
    const removable = removableInOrder({ labels, order, keep });
    if (removable.length < count) {
      throw new InputError(
        `Only ${removable.length} of ${poolSize} points can be removed where every class keeps ${keep}; remove fewer than ${count}.`,
      );
    }
    for (const i of removable.subarray(0, count)) weights[b * poolSize + i] = 0;
  });
  return { count: orders.length, poolSize, weights };
}

export interface RemovableInOrderOptions {
  /** `N` class indices */
  readonly labels: Uint8Array;
  readonly order: ArrayLike<number>;
  /** Default 2. */
  readonly keep?: number;
}

/**
 * The points of an order that can be removed one after the other, leaving out those without which their class would have fewer
 * than `keep`.
 *
 * @throws InputError if the order repeats a point or names one that does not exist.
 */
export function removableInOrder(options: RemovableInOrderOptions): Int32Array {
  refuseUnknownOptions(options, ['labels', 'order', 'keep'], 'removableInOrder');
  const { labels, order, keep = 2 } = options;
  checkSize('keep', keep, Number.MAX_SAFE_INTEGER);
  checkOrder(order, labels.length);
  const left = new Map<number, number>();
  for (const label of labels) left.set(label, (left.get(label) ?? 0) + 1);
  return Int32Array.from(order).filter((i) => {
    const ofClass = left.get(labels[i]) ?? 0;
    if (ofClass <= keep) return false;
    left.set(labels[i], ofClass - 1);
    return true;
  });
}
