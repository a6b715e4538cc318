import { InputError } from '../errors.js';
import { checkPoolSize } from './draw.js';
import type { Subsets } from './subsets.js';

/** N subsets: row i is the pool without point i. @throws InputError if N is not a whole number of at least 0. */
export function leaveOneOut(poolSize: number): Subsets {
  checkPoolSize(poolSize);
  return leaveSinglesOut(poolSize, 0, poolSize);
}

/** The rows of {@link leaveOneOut} from `first` on: the pool without point `first`, without the next one, …, `count` of them. */
export function leaveSinglesOut(poolSize: number, first: number, count: number): Subsets {
  return leaveGroupOut(
    poolSize,
    Array.from({ length: count }, (_, k) => [first + k]),
  );
}

/**
 * One subset per group: the pool without the group's points. Groups may overlap and need not cover the pool.
 *
 * @throws InputError if a group names a point that is not one of 0 … poolSize−1.
 */
export function leaveGroupOut(poolSize: number, groups: readonly ArrayLike<number>[]): Subsets {
  checkPoolSize(poolSize);
  const weights = new Uint8Array(groups.length * poolSize).fill(1);
  groups.forEach((group, b) => {
    for (let k = 0; k < group.length; k++) {
      const point = group[k];
      if (!(Number.isInteger(point) && point >= 0 && point < poolSize)) {
        throw new InputError(`Group ${b} names point ${point}; points run from 0 to ${poolSize - 1}.`);
      }
      weights[b * poolSize + point] = 0;
    }
  });
  return { count: groups.length, poolSize, weights };
}
