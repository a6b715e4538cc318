import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Utility } from '../evaluation/utility.js';
import { checkTrained } from '../learners/check-trained.js';
import { RetrainStatus, type Learner } from '../learners/learner.js';
import { checkOrder } from '../subsets/draw.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** The utility left after removing a share of the pool. */
export interface RemovalPoint {
  /** Share of the pool removed, 0 … 1. */
  readonly removed: number;
  /** Utility of the model *retrained exactly* on what remains. */
  readonly utility: number;
}

export interface RemovalCurveOptions {
  readonly learner: Learner;
  readonly pool: Dataset;
  /** Pool indices, first removed first */
  readonly order: ArrayLike<number>;
  /** Shares of the pool to remove, e.g. 0, 0.05, …; rounded to whole points */
  readonly shares: readonly number[];
  readonly utility: Utility;
}

/**
 * Removes points in the given order and retrains exactly at every step: what an ordering of the data is really worth. What
 * remains may lack a class; such a step gets {@link Utility.uninformed}.
 *
 * @throws InputError if a share is not between 0 and 1, or the order repeats a point, names one that does not exist or ends
 * before the largest share, or a model does not converge.
 */
export async function removalCurve(options: RemovalCurveOptions): Promise<RemovalPoint[]> {
  refuseUnknownOptions(options, ['learner', 'pool', 'order', 'shares', 'utility'], 'removalCurve');
  const { learner, pool, order, shares, utility } = options;
  const odd = shares.find((share) => !(share >= 0 && share <= 1));
  if (odd !== undefined) throw new InputError(`A share to remove is ${odd}; it must be between 0 and 1.`);
  checkOrder(order, pool.size);
  const most = Math.round(Math.max(0, ...shares) * pool.size);
  if (order.length < most)
    throw new InputError(`The order names ${order.length} points, but ${most} are to be removed; give more.`);
  const weights = new Uint8Array(shares.length * pool.size).fill(1);
  shares.forEach((share, b) => {
    const removed = Math.round(share * pool.size);
    for (let i = 0; i < removed; i++) weights[b * pool.size + order[i]] = 0;
  });
  const subsets = { count: shares.length, poolSize: pool.size, weights };
  const { parameters, status } = checkTrained(await learner.retrain(pool, subsets));
  const utilities = utility.evaluate(parameters);
  return shares.map((removed, b) => ({
    removed,
    utility: status[b] === RetrainStatus.missingClass ? utility.uninformed : utilities[b],
  }));
}
