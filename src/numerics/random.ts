import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import { InputError } from '../errors.js';

/** A reproducible source of random draws; advancing one stream never affects another. */
export interface RandomStream {
  /** Uniform on [0, 1), 53 random bits. */
  uniform(): number;
  /** Uniform on {0, …, below−1}. */
  integer(below: number): number;
  /** Standard normal. */
  normal(): number;
  /** Shuffles in place, every order equally likely (Fisher–Yates), and returns its argument. */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T;
  /** A uniformly random order of 0 … length−1. */
  permutation(length: number): Int32Array;
}

/**
 * The stream that belongs to a seed and a path of names or indices, e.g. `randomStream(7, 'bank', 12)`. Equal arguments
 * give equal draws, different ones independent streams, so row b of a batch can own stream (seed, …, b) and come out the
 * same however rows are split among blocks or workers.
 *
 * The 128-bit xoroshiro128+ state is the head of SHA-256 over the arguments.
 *
 * @throws InputError if the seed is not a whole number or a number of the path is not finite.
 */
export function randomStream(seed: number, ...path: readonly (string | number)[]): RandomStream {
  // JSON writes NaN, Infinity and what is missing alike, and they would all share one stream.
  if (!Number.isSafeInteger(seed)) throw new InputError(`The seed is ${seed}; it must be a whole number.`);
  const lost = path.findIndex((part) => typeof part !== 'string' && !Number.isFinite(part));
  if (lost >= 0) throw new InputError(`A random stream belongs to names and finite numbers; ${path[lost]} is neither.`);
  const digest = createHash('sha256')
    .update(JSON.stringify([seed, ...path]))
    .digest();
  const generator = xoroshiro128plusFromState([0, 4, 8, 12].map((offset) => digest.readInt32LE(offset)));
  let spare: number | undefined;

  const uniform = (): number => uniformFloat64(generator);
  const integer = (below: number): number => uniformInt(generator, 0, below - 1);
  // Box–Muller: two independent normals from two uniforms.
  const normal = (): number => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
  const shuffle = <T extends { length: number; [index: number]: number }>(items: T): T => {
    for (let i = items.length - 1; i > 0; i--) {
      const j = integer(i + 1);
      const held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
    return items;
  };
  const permutation = (length: number): Int32Array => shuffle(Int32Array.from({ length }, (_, i) => i));
  return { uniform, integer, normal, shuffle, permutation };
}

/** A seed (32 bits, not negative) that belongs to a seed and a path, for functions that take one; refuses what {@link randomStream} does. */
export function deriveSeed(seed: number, ...path: readonly (string | number)[]): number {
  return randomStream(seed, 'seed', ...path).integer(2 ** 32);
}
