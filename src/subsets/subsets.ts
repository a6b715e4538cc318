import { InputError } from '../errors.js';
import { checkPoolSize } from './draw.js';

/**
 * B subsets of one pool of N points, one row each. An entry is how often the point is in the subset: 0 or 1 for sets, any
 * integer up to 255 for multisets (bootstraps). Nothing is ever padded or copied per subset.
 */
export interface Subsets {
  /** Subsets, B. */
  readonly count: number;
  /** Pool size, N. */
  readonly poolSize: number;
  /** `B×N`, row-major. */
  readonly weights: Uint8Array;
}

/** `B` sizes: Σ weights of each row, so a multiset counts its repeats. */
export function subsetSizes({ count, poolSize, weights }: Subsets): Uint32Array {
  const sizes = new Uint32Array(count);
  for (let b = 0; b < count; b++) {
    let size = 0;
    for (let i = b * poolSize; i < (b + 1) * poolSize; i++) size += weights[i];
    sizes[b] = size;
  }
  return sizes;
}

/**
 * The subsets of the given rows, in their order; a row may be taken more than once.
 *
 * @throws InputError if a row is not one of 0 … B−1.
 */
export function takeSubsets({ count, poolSize, weights }: Subsets, rows: ArrayLike<number>): Subsets {
  const taken = new Uint8Array(rows.length * poolSize);
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k];
    if (!(Number.isInteger(row) && row >= 0 && row < count)) {
      throw new InputError(`There is no subset ${row}; rows run from 0 to ${count - 1}.`);
    }
    taken.set(weights.subarray(row * poolSize, (row + 1) * poolSize), k * poolSize);
  }
  return { count: rows.length, poolSize, weights: taken };
}

/**
 * All subsets of the parts, one after the other.
 *
 * @throws InputError if there is no part or the parts are of pools of different sizes.
 */
export function concatenateSubsets(...parts: readonly Subsets[]): Subsets {
  if (parts.length === 0) throw new InputError('There is nothing to concatenate; give at least one set of subsets.');
  const { poolSize } = parts[0];
  const other = parts.find((part) => part.poolSize !== poolSize);
  if (other) {
    throw new InputError(`Subsets of pools of ${poolSize} and ${other.poolSize} points cannot be concatenated.`);
  }
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  const weights = new Uint8Array(count * poolSize);
  let offset = 0;
  for (const part of parts) {
    weights.set(part.weights, offset);
    offset += part.weights.length;
  }
  return { count, poolSize, weights };
}

/** The whole pool of `poolSize` points as the only subset. @throws InputError if that is not a whole number of at least 0. */
export function fullPool(poolSize: number): Subsets {
  checkPoolSize(poolSize);
  return { count: 1, poolSize, weights: new Uint8Array(poolSize).fill(1) };
}

/**
 * One subset per list of point indices; an index that occurs k times gets weight k.
 *
 * @throws InputError if an index is not one of 0 … poolSize−1, or occurs more than 255 times in one list.
 */
export function subsetsFromMembers(poolSize: number, members: readonly ArrayLike<number>[]): Subsets {
  checkPoolSize(poolSize);
  const weights = new Uint8Array(members.length * poolSize);
  members.forEach((list, b) => {
    for (let k = 0; k < list.length; k++) {
      const point = list[k];
      if (!(Number.isInteger(point) && point >= 0 && point < poolSize)) {
        throw new InputError(`Subset ${b} names point ${point}; points run from 0 to ${poolSize - 1}.`);
      }
      addMember(weights, b * poolSize + point, b, point);
    }
  });
  return { count: members.length, poolSize, weights };
}

/**
 * Adds 1 to the weight at `index` (point `point` of subset `row`).
 *
 * @throws InputError if it is 255 already, the most that a weight can hold.
 */
export function addMember(weights: Uint8Array, index: number, row: number, point: number): void {
  if (weights[index] === 255) {
    throw new InputError(`Subset ${row} holds point ${point} more than 255 times; use smaller multisets.`);
  }
  weights[index]++;
}

/**
 * Checks that subsets are well formed and belong to this pool.
 *
 * @throws InputError if the pool sizes differ or the weights are not `B×N`.
 */
export function checkSubsets(subsets: Subsets, pool: { readonly name: string; readonly size: number }): void {
  const { count, poolSize, weights } = subsets;
  if (poolSize !== pool.size) {
    throw new InputError(`The subsets are of a pool of ${poolSize} points, but "${pool.name}" has ${pool.size}.`);
  }
  if (weights.length !== count * poolSize) {
    throw new InputError(
      `${count} subsets of ${poolSize} points need ${count * poolSize} weights, not ${weights.length}.`,
    );
  }
}
