import { InputError } from '../errors.js';
import type { RandomStream } from '../numerics/random.js';

/** Overwrites a row of weights with a uniformly random subset of `size` points. */
export function drawMembers(stream: RandomStream, size: number, row: Uint8Array): void {
  // Drawing the smaller side is cheaper, and the complement of a uniform subset is uniform.
  const drawOut = size > row.length / 2;
  row.fill(drawOut ? 1 : 0);
  const draws = drawOut ? row.length - size : size;
  // Floyd's algorithm (Bentley & Floyd 1987): one draw per member, no order to keep.
  const chosen = drawOut ? 0 : 1;
  for (let last = row.length - draws; last < row.length; last++) {
    const candidate = stream.integer(last + 1);
    row[row[candidate] === chosen ? last : candidate] = chosen;
  }
}

/** @throws InputError if a number of subsets is not a whole number of at least 0. */
export function checkCount(count: number): void {
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new InputError(`count is ${count}; the number of subsets must be a whole number of at least 0.`);
  }
}

/** @throws InputError if a pool size is not a whole number of at least 0. */
export function checkPoolSize(poolSize: number): void {
  checkSize('poolSize', poolSize, Number.MAX_SAFE_INTEGER);
}

/** @throws InputError if a size is not a whole number from 0 to `largest`. */
export function checkSize(name: string, size: number, largest: number): void {
  if (!(Number.isInteger(size) && size >= 0 && size <= largest)) {
    const upTo = largest === Number.MAX_SAFE_INTEGER ? 'of at least 0' : `from 0 to ${largest}`;
    throw new InputError(`${name} is ${size}; it must be a whole number ${upTo}.`);
  }
}

/** @throws InputError if an order of points repeats one or names one that is not one of 0 … poolSize−1. */
export function checkOrder(order: ArrayLike<number>, poolSize: number): void {
  const seen = new Uint8Array(poolSize);
  for (let k = 0; k < order.length; k++) {
    const point = order[k];
    if (!(Number.isInteger(point) && point >= 0 && point < poolSize))
      throw new InputError(`The order names point ${point}; points run from 0 to ${poolSize - 1}.`);
    if (seen[point] === 1) throw new InputError(`The order names point ${point} twice; give every point once.`);
    seen[point] = 1;
  }
}
