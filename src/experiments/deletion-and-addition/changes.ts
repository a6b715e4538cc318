import type { Dataset } from '../../data/dataset.js';
import { takeRows } from '../../data/rows.js';
import { correctClassMargins } from '../../evaluation/margins.js';
import { randomStream } from '../../numerics/random.js';
import { influencePredictor } from '../../prediction/influence.js';
import { leaveOneOut } from '../../subsets/index.js';
import type { Problem } from '../problems/problem.js';

/** Which points are removed from the pool or added to it first. */
export const changeKinds = ['at random', 'most helpful first', 'one cluster', 'one class first'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/**
 * `count` orders of points in which they are removed or added: at random; by their distance from one of them; or one class
 * before the others, each at random.
 */
export function changeOrders(
  kind: Exclude<ChangeKind, 'most helpful first'>,
  points: Dataset,
  count: number,
  seed: number,
): Int32Array[] {
  return Array.from({ length: count }, (_, b) => {
    const order = randomStream(seed, kind, b).permutation(points.size);
    if (kind === 'at random') return order;
    if (kind === 'one class first') {
      const first = b % points.classes.length;
      return order.sort((i, j) => Number(points.labels[j] === first) - Number(points.labels[i] === first));
    }
    const centre = order[0];
    const distances = Float64Array.from({ length: points.size }, (__, i) => squaredDistance(points, i, centre));
    return order.sort((i, j) => distances[i] - distances[j]);
  });
}

/**
 * `count` orders of the pool, each for one point of `targets`: what is most helpful to it first, by how much influence
 * functions say its margin falls when the point is removed.
 *
 * @param full `p` parameters trained on the whole pool
 */
export async function helpfulFirst(
  { pool, learner }: Pick<Problem, 'pool' | 'learner'>,
  full: Float64Array,
  targets: Dataset,
  count: number,
  seed: number,
): Promise<Int32Array[]> {
  const chosen = randomStream(seed, 'helpful').permutation(targets.size).subarray(0, count);
  const asked = takeRows(
    targets,
    Array.from({ length: count }, (_, b) => chosen[b % chosen.length]),
  );
  const without = await influencePredictor({ pool, learner, full }).predict(leaveOneOut(pool.size));
  const margins = correctClassMargins({ learner, points: asked, parameters: without });
  return Array.from({ length: count }, (_, b) =>
    Int32Array.from(pool.labels.keys()).sort((i, j) => margins[i * count + b] - margins[j * count + b]),
  );
}

function squaredDistance({ dimension, features }: Dataset, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < dimension; k++) sum += (features[i * dimension + k] - features[j * dimension + k]) ** 2;
  return sum;
}
