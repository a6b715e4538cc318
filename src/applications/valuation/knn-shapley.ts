import { safePoint, type RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import { memberGame, type Game, type Valuation } from '../../games/game.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface KnnOptions {
  readonly pool: Dataset;
  /** Points whose labels the nearest neighbours should have. */
  readonly points: Dataset;
  /** Neighbours that vote, K. */
  readonly neighbours: number;
}

/**
 * Exact Shapley values for the K-nearest-neighbours classifier in O(T·N·(d + log N)), without training or sampling (Jia et al.
 * 2019, theorem 1): the Shapley values of {@link knnGame}. Distances are Euclidean in the given features, so scale them first;
 * of equally near points the one that comes first in the pool counts as nearer.
 *
 * @throws InputError if pool and points do not fit each other, one of them is empty or has features that are NaN, or K is no
 * whole number of at least 1.
 */
export async function knnShapley(options: KnnOptions & RunControl): Promise<Valuation> {
  refuseUnknownOptions(options, ['pool', 'points', 'neighbours', 'onProgress', 'signal'], 'knnShapley');
  checkOptions(options);
  const { pool, points, neighbours } = options;
  const n = pool.size;
  const label = 'KNN-Shapley values';
  const values = new Float64Array(n);
  for (let t = 0; t < points.size; t++) {
    const order = byDistance(pool, points, t);
    const matches = (rank: number): number => Number(pool.labels[order[rank]] === points.labels[t]);
    // The farthest point votes only where fewer than K others are there; the others follow from their farther neighbour.
    let value = matches(n - 1) / Math.max(n, neighbours);
    values[order[n - 1]] += value / points.size;
    for (let rank = n - 2; rank >= 0; rank--) {
      const nearer = rank + 1;
      value += ((matches(rank) - matches(rank + 1)) / neighbours) * (Math.min(neighbours, nearer) / nearer);
      values[order[rank]] += value / points.size;
    }
    if ((t + 1) % 64 === 0 || t + 1 === points.size) {
      options.onProgress?.({ label, done: t + 1, total: points.size });
      await safePoint(options, label);
    }
  }
  return { values, standardErrors: new Float64Array(n) };
}

/**
 * The game whose Shapley values {@link knnShapley} gives: the mean over the points of the share of K votes that their nearest
 * neighbours in the subset give their label; a subset of fewer than K points has that many votes (Jia et al. 2019).
 *
 * @throws InputError as {@link knnShapley}.
 */
export function knnGame(options: KnnOptions): Game {
  refuseUnknownOptions(options, ['pool', 'points', 'neighbours'], 'knnGame');
  checkOptions(options);
  const { pool, points, neighbours } = options;
  const orders = Array.from({ length: points.size }, (_, t) => byDistance(pool, points, t));
  return memberGame(pool.size, (members) => {
    const present = new Set(members);
    let votes = 0;
    orders.forEach((order, t) => {
      const nearest = order.filter((i) => present.has(i)).slice(0, neighbours);
      for (const i of nearest) votes += Number(pool.labels[i] === points.labels[t]);
    });
    return votes / neighbours / points.size;
  });
}

/** The pool's points in order of their distance from point t. */
function byDistance(pool: Dataset, points: Dataset, t: number): number[] {
  const d = pool.dimension;
  const squared = Float64Array.from(pool.labels, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += (pool.features[i * d + j] - points.features[t * d + j]) ** 2;
    return sum;
  });
  const unknown = squared.findIndex(Number.isNaN);
  if (unknown >= 0)
    throw new InputError(
      `Point ${t} of "${points.name}" has no distance from point ${unknown} of "${pool.name}": give finite features.`,
    );
  return [...squared.keys()].sort((a, b) => squared[a] - squared[b]);
}

function checkOptions({ pool, points, neighbours }: KnnOptions): void {
  if (pool.size === 0 || points.size === 0)
    throw new InputError(`"${pool.size === 0 ? pool.name : points.name}" is empty; give at least one point.`);
  if (pool.dimension !== points.dimension)
    throw new InputError(
      `"${points.name}" has ${points.dimension} features but the pool has ${pool.dimension}; prepare both in the same way.`,
    );
  if (pool.classes.join('\n') !== points.classes.join('\n'))
    throw new InputError(
      `"${points.name}" has the classes ${points.classes.join(', ')} but the pool has ${pool.classes.join(', ')}; prepare both in the same way.`,
    );
  if (!(Number.isInteger(neighbours) && neighbours >= 1))
    throw new InputError(`The number of neighbours is ${neighbours}; give a whole number of at least 1.`);
}
