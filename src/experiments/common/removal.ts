import { removalCurve } from '../../applications/index.js';
import type { Dataset } from '../../data/dataset.js';
import { mean } from '../../statistics/mean.js';
import { accuracyUtility } from '../../evaluation/utility.js';
import type { Ground } from './retraining.js';

/** Test accuracy of models retrained without a share of the pool: mean over several orders, and their range. */
export interface RemovalBandRow {
  readonly fraction: number;
  readonly accuracy: number;
  readonly low: number;
  readonly high: number;
}

/** `accuracies[order][share]` after retraining without the first points of each order. */
export async function accuraciesAlong(
  { pool, learner, test }: Ground & { readonly test: Dataset },
  orders: readonly ArrayLike<number>[],
  shares: readonly number[],
): Promise<number[][]> {
  const accuracy = accuracyUtility({ learner, points: test });
  const found: number[][] = [];
  for (const order of orders)
    found.push((await removalCurve({ learner, pool, order, shares, utility: accuracy })).map(({ utility }) => utility));
  return found;
}

/** {@link accuraciesAlong} several orders, together. */
export async function removalBand(
  ground: Ground & { readonly test: Dataset },
  orders: readonly ArrayLike<number>[],
  shares: readonly number[],
): Promise<RemovalBandRow[]> {
  const curves = await accuraciesAlong(ground, orders, shares);
  return shares.map((fraction, k) => {
    const each = curves.map((curve) => curve[k]);
    return { fraction, accuracy: mean(each), low: Math.min(...each), high: Math.max(...each) };
  });
}
