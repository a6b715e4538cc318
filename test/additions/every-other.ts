import { InputError, type Subsets } from '../../src/index.js';
import { refuseUnknownOptions } from '../../src/unknown-options.js';

export interface EveryOtherOptions {
  readonly poolSize: number;
  /** Subsets, B. */
  readonly count: number;
}

/**
 * `B` systematic samples: subset b has the points i with i ≡ b modulo 2. A sampler returns weights `B×N`; a random one takes a
 * `seed` and gives row b a stream of its own (`randomStream(seed, 'its name', b)`).
 *
 * @throws InputError unless the pool has two points.
 */
export function everyOtherSubsets(options: EveryOtherOptions): Subsets {
  refuseUnknownOptions(options, ['poolSize', 'count'], 'everyOtherSubsets');
  const { poolSize, count } = options;
  if (!(poolSize >= 2)) throw new InputError(`The pool has ${poolSize} points; give at least 2.`);
  const weights = Uint8Array.from({ length: count * poolSize }, (_, at) =>
    Number(((at % poolSize) - Math.floor(at / poolSize)) % 2 === 0),
  );
  return { count, poolSize, weights };
}
