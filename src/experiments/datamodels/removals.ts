import { ordersByEffect } from '../../attribution/datamodels/removal-effects.js';
import type { RunControl } from '../../control.js';
import type { MethodId } from '../../evaluation/methods.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import { concatenateSubsets, removeInOrder } from '../../subsets/index.js';
import { range } from '../common/experiment.js';
import type { Targets } from './targets.js';

const removedShares = [0.01, 0.02, 0.05, 0.1, 0.2];

/** Changes of every target's own margin when the points ranked first for it are removed. */
export interface RankedRemovals {
  /** What ranks the points. */
  readonly method: MethodId;
  readonly share: number;
  /** `T` changes of retrained margins. */
  readonly actual: Float64Array;
  /** `T` changes that each method predicts. */
  readonly predicted: readonly { readonly method: MethodId; readonly changes: Float64Array }[];
}

/** The orders in which each ranking removes points, one for every target. One Newton step ranks as influence functions do. */
function rankings({ problem, margins, methods }: Targets, seed: number) {
  const { pool, title } = problem;
  const random = range(margins.length).map((t) =>
    randomStream(deriveSeed(seed, title, 'removed at random'), t).permutation(pool.size),
  );
  return [
    { method: 'random' as const, orders: random },
    ...methods
      .filter(({ method }) => method !== 'newton')
      .map(({ method, effects }) => ({ method, orders: ordersByEffect(effects, pool.size) })),
  ].flatMap((ranking) => removedShares.map((share) => ({ ...ranking, share })));
}

/**
 * Removes from the pool the points that matter most to each target by every ranking, retrains exactly, and compares the change
 * of the target's margin with what every method predicts.
 */
export async function removeRanked(own: Targets, seed: number, control: RunControl): Promise<RankedRemovals[]> {
  const { problem, margins, retrained, methods } = own;
  const { pool } = problem;
  const T = margins.length;
  const ranked = rankings(own, seed);
  const subsets = concatenateSubsets(
    ...ranked.map(({ orders, share }) =>
      removeInOrder({ labels: pool.labels, orders, count: Math.round(share * pool.size) }),
    ),
  );
  /** Of `B×T` numbers those of each subset's own target, by ranking and share. */
  const ofTargets = (outputs: Float64Array): Float64Array[] =>
    ranked.map((_, k) => Float64Array.from({ length: T }, (__, t) => outputs[(k * T + t) * T + t]));
  const actual = ofTargets((await retrained(subsets)).map((margin, at) => margin - margins[at % T]));
  const predicted: { readonly method: MethodId; readonly changes: Float64Array[] }[] = [];
  for (const [done, { method, changesOf }] of methods.entries()) {
    control.onProgress?.({ label: `removals predicted by ${method}`, done, total: methods.length });
    if (changesOf) predicted.push({ method, changes: ofTargets(await changesOf(subsets)) });
  }
  return ranked.map(({ method, share }, k) => ({
    method,
    share,
    actual: actual[k],
    predicted: predicted.map(({ method: by, changes }) => ({ method: by, changes: changes[k] })),
  }));
}
