import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';

/** Points chosen one after the other. */
export interface RankedSelection {
  /** `k` pool indices, first chosen first. */
  readonly order: Int32Array;
  /** `k`: what each added to the objective when it was chosen. */
  readonly gains: Float64Array;
}

/**
 * Facility location f(S) = Σ_i max_{j∈S} s_ij: how well every point is represented by the chosen one most like it. Greedy
 * choices reach at least 1 − 1/e of the best f of any k points, since f is monotone and submodular (Nemhauser, Wolsey &
 * Fisher 1978). Evaluated lazily (Minoux 1978): a gain only shrinks as points are chosen, so an old one that is no longer the
 * largest need not be computed again. Of equal gains the lowest index is chosen.
 *
 * @param similarities `N×N`, not negative: entry i·N + j says how well point j represents point i
 * @param count k, at most N
 * @throws InputError if the similarities are not square, one is negative or NaN, or there are not k points.
 */
export function facilityLocation(similarities: Float64Array, count: number): RankedSelection {
  const n = Math.round(Math.sqrt(similarities.length));
  if (n * n !== similarities.length)
    throw new InputError(`${similarities.length} similarities are no square matrix; give one for each pair of points.`);
  const bad = similarities.find((value) => !(value >= 0));
  if (bad !== undefined) throw new InputError(`A similarity is ${bad}; give numbers of at least 0.`);
  checkSelectionSize(count, n);
  /** Best similarity of every point to a chosen one. */
  const covered = new Float64Array(n);
  const gainOf = (candidate: number): number => {
    let gain = 0;
    for (let i = 0; i < n; i++) gain += Math.max(0, similarities[i * n + candidate] - covered[i]);
    return gain;
  };
  const bounds = new Float64Array(n).fill(Infinity);
  const computedAt = new Int32Array(n).fill(-1);
  const order = new Int32Array(count);
  const gains = new Float64Array(count);
  for (let step = 0; step < count; step++) {
    let best = largestIndex(bounds);
    while (computedAt[best] !== step) {
      bounds[best] = gainOf(best);
      computedAt[best] = step;
      best = largestIndex(bounds);
    }
    order[step] = best;
    gains[step] = bounds[best];
    bounds[best] = -1;
    for (let i = 0; i < n; i++) covered[i] = Math.max(covered[i], similarities[i * n + best]);
  }
  return { order, gains };
}

/**
 * `N×N` similarities within classes: the largest distance between two points of the pool minus their distance, and 0 between
 * points of different classes, so that {@link facilityLocation} represents every class by its own points (Wei, Iyer & Bilmes
 * 2015, §4).
 */
export function classSimilarities({ size, dimension, features, labels }: Dataset): Float64Array {
  const distances = new Float64Array(size * size);
  let largest = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      let squares = 0;
      for (let k = 0; k < dimension; k++) squares += (features[i * dimension + k] - features[j * dimension + k]) ** 2;
      const distance = Math.sqrt(squares);
      distances[i * size + j] = distance;
      distances[j * size + i] = distance;
      largest = Math.max(largest, distance);
    }
  }
  return distances.map((distance, at) =>
    labels[Math.floor(at / size)] === labels[at % size] ? largest - distance : 0,
  );
}

/** @throws InputError unless `count` of `poolSize` points can be chosen, and at least one. */
export function checkSelectionSize(count: number, poolSize: number): void {
  if (!(Number.isInteger(count) && count >= 1 && count <= poolSize))
    throw new InputError(`Cannot choose ${count} of ${poolSize} points; give a whole number from 1 to ${poolSize}.`);
}

/** Index of the largest number, the first of equals. */
function largestIndex(numbers: Float64Array): number {
  let best = 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] > numbers[best]) best = i;
  return best;
}
