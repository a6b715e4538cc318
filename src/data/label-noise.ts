import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import type { Dataset } from './dataset.js';

/** A data set with wrong labels, and the record of them. */
export interface FlippedLabels {
  readonly dataset: Dataset;
  /** Rows whose label was changed, ascending. */
  readonly flipped: Int32Array;
  /** The true label of each flipped row. */
  readonly originalLabels: Uint8Array;
}

/** How many labels to flip: a count, or a fraction (0 to 1) of all points, rounded. */
export type FlipOptions = { readonly seed: number } & (
  { readonly fraction: number; readonly count?: never } | { readonly count: number; readonly fraction?: never }
);

/**
 * Label noise: gives points drawn uniformly without replacement a wrong label, drawn uniformly from the other classes.
 *
 * @throws InputError if the count is not in 0 … N or the fraction not in 0 … 1.
 */
export function flipLabels(dataset: Dataset, { seed, fraction, count }: FlipOptions): FlippedLabels {
  const { name, size, classes } = dataset;
  if (fraction !== undefined && !(fraction >= 0 && fraction <= 1))
    throw new InputError(`Cannot flip a fraction of ${fraction} of the labels of ${name}; give a number from 0 to 1.`);
  const flips = fraction === undefined ? count : Math.round(fraction * size);
  if (!Number.isInteger(flips) || flips < 0 || flips > size)
    throw new InputError(`Cannot flip ${flips} labels of ${name}; give a whole number from 0 to ${size}.`);

  const stream = randomStream(seed, 'flip-labels');
  const flipped = stream.permutation(size).slice(0, flips).sort();
  const labels = dataset.labels.slice();
  // Adding 1 … K−1 modulo K reaches every other class with equal probability.
  for (const row of flipped) labels[row] = (labels[row] + 1 + stream.integer(classes.length - 1)) % classes.length;
  return {
    dataset: { ...dataset, labels },
    flipped,
    originalLabels: Uint8Array.from(flipped, (row) => dataset.labels[row]),
  };
}
