import { randomStream } from '../numerics/random.js';
import { checkCount, checkPoolSize, checkSize, drawMembers } from './draw.js';
import type { Subsets } from './subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/**
 * B independent subsets of exactly `size` of the `poolSize` points, drawn without replacement: every point is in one with
 * probability n/N, every pair with n(n−1)/(N(N−1)).
 *
 * @throws InputError if `size` is not a whole number from 0 to `poolSize`.
 */
export function fixedSizeSubsets(options: {
  readonly poolSize: number;
  readonly count: number;
  readonly size: number;
  readonly seed: number;
}): Subsets {
  refuseUnknownOptions(options, ['poolSize', 'count', 'size', 'seed'], 'fixedSizeSubsets');
  const { poolSize, count, size, seed } = options;
  checkPoolSize(poolSize);
  checkCount(count);
  checkSize('size', size, poolSize);
  const weights = new Uint8Array(count * poolSize);
  for (let b = 0; b < count; b++) {
    drawMembers(randomStream(seed, 'fixed-size', b), size, weights.subarray(b * poolSize, (b + 1) * poolSize));
  }
  return { count, poolSize, weights };
}
