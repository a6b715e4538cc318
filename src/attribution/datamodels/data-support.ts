import { safePoint, type RunControl } from '../../control.js';
import { fullPool, leaveGroupOut } from '../../subsets/index.js';
import type { OutputsOf } from './removal-effects.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface DataSupportOptions extends RunControl {
  /** Pool size, N. */
  readonly poolSize: number;
  /** For each of T targets the points that are removed, first ones first. */
  readonly orders: readonly ArrayLike<number>[];
  /** Margins of the T targets, negative where one is misclassified. */
  readonly outputsOf: OutputsOf;
}

/**
 * Sizes of data supports (Ilyas et al. 2022, §4.1.2): for each of T targets the number k of leading points of its order whose
 * removal from the pool makes its margin negative, 0 where it is so already, ∞ where removing the whole order does not do it.
 *
 * Found by bisection, all targets together, from about log₂N subsets per target: the margin is negative without the first k
 * points and not without the first k − 1. That is the smallest such k where margins fall along the order. A subset that flips
 * the target bounds the size of the smallest one from above; no order proves that there is no smaller one.
 *
 * @returns `T` sizes
 * @throws InterruptedError if `signal` is aborted.
 */
export async function dataSupports(options: DataSupportOptions): Promise<Float64Array> {
  refuseUnknownOptions(options, ['poolSize', 'orders', 'outputsOf', 'onProgress', 'signal'], 'dataSupports');
  const { poolSize, orders, outputsOf, ...control } = options;
  const targets = orders.length;
  const start = await outputsOf(fullPool(poolSize));
  /** The margin is not negative without this many, and negative without that many. */
  const kept = new Float64Array(targets);
  const flipped = new Float64Array(targets).fill(Infinity);
  let asked = [...orders.keys()].filter((t) => {
    if (start[t] < 0) flipped[t] = 0;
    return start[t] >= 0 && orders[t].length > 0;
  });
  let counts = asked.map((t) => orders[t].length);
  while (asked.length > 0) {
    await safePoint(control, 'the search for data supports');
    const groups = asked.map((t, k) => Array.from({ length: counts[k] }, (_, i) => orders[t][i]));
    const outputs = await outputsOf(leaveGroupOut(poolSize, groups));
    asked.forEach((t, k) => {
      if (outputs[k * targets + t] < 0) flipped[t] = counts[k];
      else kept[t] = counts[k];
    });
    asked = asked.filter((t) => Number.isFinite(flipped[t]) && flipped[t] - kept[t] > 1);
    counts = asked.map((t) => Math.floor((kept[t] + flipped[t]) / 2));
  }
  return flipped;
}
