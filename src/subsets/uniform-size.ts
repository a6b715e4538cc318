import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import { checkCount, checkPoolSize, checkSize, drawMembers } from './draw.js';
import type { Subsets } from './subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface UniformSizeOptions {
  /** Pool size, N. */
  readonly poolSize: number;
  /** Subsets to draw, B. */
  readonly count: number;
  /** Smallest size. Default 1. */
  readonly minimumSize?: number;
  /** Largest size. Default N. */
  readonly maximumSize?: number;
  readonly seed: number;
  /** `N` class indices: draws (size and members) that lack a class are drawn again. */
  readonly labels?: Uint8Array;
  /** Classes that must be present, 0 … classCount−1. Default: those that occur in `labels`. */
  readonly classCount?: number;
}

/** Draws per subset before giving up on finding every class. */
const attempts = 1000;

/**
 * B independent subsets whose size is uniform on {minimumSize, …, maximumSize} and whose members are drawn without
 * replacement. With `labels`, the law is this one given that every class is present, so small sizes become rarer.
 *
 * @throws InputError if the sizes do not fit the pool or every one of 1,000 draws of a subset lacked a class.
 */
export function uniformSizeSubsets(options: UniformSizeOptions): Subsets {
  refuseUnknownOptions(
    options,
    ['poolSize', 'count', 'minimumSize', 'maximumSize', 'seed', 'labels', 'classCount'],
    'uniformSizeSubsets',
  );
  const { poolSize, count, minimumSize = 1, maximumSize = poolSize, seed, labels } = options;
  checkPoolSize(poolSize);
  checkCount(count);
  checkSize('maximumSize', maximumSize, poolSize);
  checkSize('minimumSize', minimumSize, maximumSize);
  if (labels && labels.length !== poolSize) {
    throw new InputError(`There are ${labels.length} labels for ${poolSize} points; give one per point.`);
  }
  const required = labels ? requiredClasses(labels, options.classCount) : 0;
  const weights = new Uint8Array(count * poolSize);
  for (let b = 0; b < count; b++) {
    const stream = randomStream(seed, 'uniform-size', b);
    const row = weights.subarray(b * poolSize, (b + 1) * poolSize);
    for (let attempt = 1; ; attempt++) {
      const size = minimumSize + stream.integer(maximumSize - minimumSize + 1);
      drawMembers(stream, size, row);
      if (!labels || classesPresent(row, labels) === required) break;
      if (attempt === attempts) {
        throw new InputError(
          `None of ${attempts} draws of ${minimumSize} to ${maximumSize} points had all ${required} classes; ` +
            'raise minimumSize or drop rare classes.',
        );
      }
    }
  }
  return { count, poolSize, weights };
}

function requiredClasses(labels: Uint8Array, classCount: number | undefined): number {
  const occurring = new Set(labels).size;
  if (classCount !== undefined && classCount !== occurring) {
    throw new InputError(
      `The pool has points of ${occurring} of its ${classCount} classes; no subset can hold every class.`,
    );
  }
  return occurring;
}

function classesPresent(row: Uint8Array, labels: Uint8Array): number {
  const present = new Set<number>();
  for (let i = 0; i < row.length; i++) if (row[i] > 0) present.add(labels[i]);
  return present.size;
}
