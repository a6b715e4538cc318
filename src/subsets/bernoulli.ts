import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import { checkCount, checkPoolSize, checkSize } from './draw.js';
import type { Subsets } from './subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/**
 * B independent subsets that hold each point with `probability`, independently of the others; sizes are binomial, and an
 * empty subset is possible.
 *
 * @throws InputError if `probability` is not between 0 and 1.
 */
export function bernoulliSubsets(options: {
  readonly poolSize: number;
  readonly count: number;
  readonly probability: number;
  readonly seed: number;
  /** Number of the first row, so that a draw can be continued. Default 0. */
  readonly first?: number;
}): Subsets {
  refuseUnknownOptions(options, ['poolSize', 'count', 'probability', 'seed', 'first'], 'bernoulliSubsets');
  const { poolSize, count, probability, seed, first = 0 } = options;
  checkPoolSize(poolSize);
  checkCount(count);
  checkSize('first', first, Number.MAX_SAFE_INTEGER);
  if (!(probability >= 0 && probability <= 1)) {
    throw new InputError(`probability is ${probability}; it must be between 0 and 1.`);
  }
  const weights = new Uint8Array(count * poolSize);
  for (let b = 0; b < count; b++) {
    const stream = randomStream(seed, 'bernoulli', first + b);
    for (let i = 0; i < poolSize; i++) if (stream.uniform() < probability) weights[b * poolSize + i] = 1;
  }
  return { count, poolSize, weights };
}
