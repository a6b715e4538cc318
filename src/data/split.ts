import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import type { Dataset } from './dataset.js';
import { takeRows } from './rows.js';

/** Two disjoint parts of a data set, and which of its rows they are. */
export interface Split {
  readonly train: Dataset;
  readonly test: Dataset;
  /** Row of the data set that each training point came from. */
  readonly trainRows: Int32Array;
  /** Row of the data set that each test point came from. */
  readonly testRows: Int32Array;
}

export interface SplitOptions {
  /** Training points: a count (1 or more) or a fraction of all points (between 0 and 1). */
  readonly train: number;
  /** Test points, likewise. Default: all that are left. */
  readonly test?: number;
  readonly seed: number;
}

/**
 * A uniformly random split; both parts are in random order.
 *
 * @throws InputError if a size is not a count or a fraction, is zero, or both together exceed the data set.
 */
export function randomSplit(dataset: Dataset, options: SplitOptions): Split {
  const { trainSize, testSize } = splitSizes(dataset, options);
  const order = randomStream(options.seed, 'random-split').permutation(dataset.size);
  return partsOf(dataset, order.slice(0, trainSize), order.slice(trainSize, trainSize + testSize));
}

/**
 * A random split that keeps the proportions of the classes: each part holds floor or ceil of its exact share of every
 * class, by the largest-remainder rule. Within these counts all choices are equally likely; both parts are in random order.
 *
 * @throws InputError as {@link randomSplit}, or if a class that has points would have none in the training part.
 */
export function stratifiedSplit(dataset: Dataset, options: SplitOptions): Split {
  const { trainSize, testSize } = splitSizes(dataset, options);
  const stream = randomStream(options.seed, 'stratified-split');
  const rowsOfClass = dataset.classes.map((): number[] => []);
  dataset.labels.forEach((label, row) => rowsOfClass[label].push(row));
  rowsOfClass.forEach((rows) => stream.shuffle(rows));
  const counts = rowsOfClass.map((rows) => rows.length);
  const trainCounts = proportionalCounts(counts, trainSize);
  const lost = counts.findIndex((count, label) => count > 0 && trainCounts[label] === 0);
  if (lost >= 0)
    throw new InputError(
      `A stratified training part of ${trainSize} from ${dataset.name} would hold none of the ${counts[lost]} points of ` +
        `class ${dataset.classes[lost]}; make it larger, or leave that class out with selectClasses.`,
    );
  const testCounts = proportionalCounts(
    counts.map((count, label) => count - trainCounts[label]),
    testSize,
  );
  const trainRows = rowsOfClass.flatMap((rows, label) => rows.slice(0, trainCounts[label]));
  const testRows = rowsOfClass.flatMap((rows, label) =>
    rows.slice(trainCounts[label], trainCounts[label] + testCounts[label]),
  );
  return partsOf(dataset, stream.shuffle(Int32Array.from(trainRows)), stream.shuffle(Int32Array.from(testRows)));
}

/** The split of a data set into these rows. */
export function partsOf(dataset: Dataset, trainRows: Int32Array, testRows: Int32Array): Split {
  return { train: takeRows(dataset, trainRows), test: takeRows(dataset, testRows), trainRows, testRows };
}

function splitSizes({ name, size }: Dataset, { train, test }: SplitOptions): { trainSize: number; testSize: number } {
  const resolve = (part: string, amount: number): number => {
    const count = amount > 0 && amount < 1 ? Math.round(amount * size) : amount;
    if (!Number.isInteger(count) || count < 1)
      throw new InputError(
        `Cannot split ${name} (${size} points) with ${part} = ${amount}; give a count of at least 1, or a fraction ` +
          'between 0 and 1 that comes to at least one point.',
      );
    return count;
  };
  const trainSize = resolve('train', train);
  const testSize = test === undefined ? size - trainSize : resolve('test', test);
  if (testSize < 1 || trainSize + testSize > size)
    throw new InputError(
      `Cannot split ${name} (${size} points) into ${trainSize} training and ${Math.max(testSize, 1)} test points; ` +
        'ask for fewer.',
    );
  return { trainSize, testSize };
}

/**
 * Shares a total out in proportion to counts, whole numbers only: floors first, then one more for each of the largest
 * fractional parts (Hamilton's method; ties to the lower index). No share exceeds its count while the total does not exceed
 * their sum.
 */
function proportionalCounts(counts: readonly number[], total: number): number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  const shares = counts.map((count) => Math.floor((count * total) / sum));
  // Remainders as integers: a comparison of quotients could go wrong by rounding.
  const byRemainder = counts
    .map((count, index) => ({ index, remainder: (count * total) % sum }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  const left = total - shares.reduce((a, b) => a + b, 0);
  for (const { index } of byRemainder.slice(0, left)) shares[index] += 1;
  return shares;
}
