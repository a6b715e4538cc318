import { randomStream } from '../numerics/random.js';
import { checkCount, checkPoolSize, checkSize } from './draw.js';
import { addMember, type Subsets } from './subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/**
 * B independent bootstrap samples: `size` points drawn with replacement, so weights are multinomial(size; 1/N, …, 1/N).
 *
 * @throws InputError if a point comes up more than 255 times, the most that a weight can hold.
 */
export function bootstrapSubsets(options: {
  readonly poolSize: number;
  readonly count: number;
  readonly seed: number;
  /** Draws per sample. Default N. */
  readonly size?: number;
}): Subsets {
  refuseUnknownOptions(options, ['poolSize', 'count', 'seed', 'size'], 'bootstrapSubsets');
  const { poolSize, count, seed, size = poolSize } = options;
  checkPoolSize(poolSize);
  checkCount(count);
  checkSize('size', size, poolSize === 0 ? 0 : Number.MAX_SAFE_INTEGER);
  const weights = new Uint8Array(count * poolSize);
  for (let b = 0; b < count; b++) {
    const stream = randomStream(seed, 'bootstrap', b);
    for (let draw = 0; draw < size; draw++) {
      const point = stream.integer(poolSize);
      addMember(weights, b * poolSize + point, b, point);
    }
  }
  return { count, poolSize, weights };
}
