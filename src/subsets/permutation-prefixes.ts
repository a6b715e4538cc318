import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import { checkCount, checkPoolSize, checkSize } from './draw.js';
import type { Subsets } from './subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface PermutationPrefixes {
  /** `T·L` rows: for each permutation in turn, its first `sizes[0]`, `sizes[1]`, … points. */
  readonly subsets: Subsets;
  /** T random orders of the points 0 … N−1. */
  readonly permutations: readonly Int32Array[];
  /** L prefix sizes, ascending. */
  readonly sizes: readonly number[];
}

export interface DrawPermutationsOptions {
  readonly poolSize: number;
  readonly count: number;
  readonly seed: number;
  /** Number of the first order. Default 0. */
  readonly first?: number;
}

/**
 * T independent uniformly random orders of the points 0 … N−1; order t depends only on (seed, t), so a longer run continues
 * a shorter one.
 *
 * @throws InputError if the numbers are not whole numbers of at least 0.
 */
export function drawPermutations(options: DrawPermutationsOptions): Int32Array[] {
  refuseUnknownOptions(options, ['poolSize', 'count', 'seed', 'first'], 'drawPermutations');
  const { poolSize, count, seed, first = 0 } = options;
  checkPoolSize(poolSize);
  checkCount(count);
  checkSize('first', first, Number.MAX_SAFE_INTEGER);
  return Array.from({ length: count }, (_, t) => randomStream(seed, 'permutation', first + t).permutation(poolSize));
}

/**
 * The prefixes of T independent uniformly random permutations: nested subsets in which each next one adds the points that
 * follow in the order. A prefix of size n alone is a uniform subset of n points; prefixes of one permutation are strongly
 * dependent.
 *
 * @throws InputError if the sizes are not ascending whole numbers from 0 to `poolSize`.
 */
export function permutationPrefixes(options: {
  readonly poolSize: number;
  /** Permutations, T. */
  readonly count: number;
  readonly seed: number;
  /** Prefix sizes, ascending. Default 1 … N. */
  readonly sizes?: readonly number[];
}): PermutationPrefixes {
  refuseUnknownOptions(options, ['poolSize', 'count', 'seed', 'sizes'], 'permutationPrefixes');
  const { poolSize, count, seed } = options;
  checkPoolSize(poolSize);
  checkCount(count);
  const sizes = options.sizes ?? Array.from({ length: poolSize }, (_, i) => i + 1);
  sizes.forEach((size, k) => {
    checkSize(`sizes[${k}]`, size, poolSize);
    if (k > 0 && size <= sizes[k - 1]) {
      throw new InputError(`sizes[${k}] is ${size} after ${sizes[k - 1]}; give the prefix sizes in ascending order.`);
    }
  });
  const permutations = drawPermutations({ poolSize, count, seed });
  const weights = new Uint8Array(count * sizes.length * poolSize);
  permutations.forEach((permutation, t) => {
    sizes.forEach((size, k) => {
      const row = (t * sizes.length + k) * poolSize;
      for (let i = 0; i < size; i++) weights[row + permutation[i]] = 1;
    });
  });
  return { subsets: { count: count * sizes.length, poolSize, weights }, permutations, sizes };
}
