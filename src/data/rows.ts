import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { joinOrigins, takeOrigins } from './row-origins.js';
import { listNearest } from '../nearest-names.js';

/**
 * The points at these rows, in the order given; a row may come more than once.
 *
 * @throws InputError if a row is not in 0 … N−1.
 */
export function takeRows(dataset: Dataset, rows: ArrayLike<number>): Dataset {
  const { size, dimension } = dataset;
  const features = new Float64Array(rows.length * dimension);
  const labels = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (!Number.isInteger(row) || row < 0 || row >= size)
      throw new InputError(`Data set ${dataset.name} has no row ${row}; its rows are 0 to ${size - 1}.`);
    features.set(dataset.features.subarray(row * dimension, (row + 1) * dimension), i * dimension);
    labels[i] = dataset.labels[row];
  }
  const origins = dataset.rows && takeOrigins(dataset.rows, rows);
  return { ...dataset, size: rows.length, features, labels, ...(origins && { rows: origins }) };
}

/**
 * The points of these classes, in their order in the data set, with labels 0, 1, … in the order the classes are named.
 *
 * @throws InputError if a class is unknown, named twice, or there are fewer than two.
 */
export function selectClasses(dataset: Dataset, classNames: readonly string[]): Dataset {
  const unknown = classNames.find((name) => !dataset.classes.includes(name));
  if (unknown !== undefined)
    throw new InputError(
      `Data set ${dataset.name} has no class "${unknown}"; ${listNearest(unknown, dataset.classes)}.`,
    );
  if (classNames.length < 2 || new Set(classNames).size < classNames.length)
    throw new InputError(`Cannot select the classes [${classNames.join(', ')}]; name two or more different ones.`);
  const newLabel = dataset.classes.map((name) => classNames.indexOf(name));
  const rows = Array.from(dataset.labels.keys()).filter((row) => newLabel[dataset.labels[row]] >= 0);
  const kept = takeRows(dataset, rows);
  return { ...kept, classes: [...classNames], labels: kept.labels.map((label) => newLabel[label]) };
}

/**
 * The points of the first data set, then those of the second, under the first one's name.
 *
 * @throws InputError if their features, input shapes or classes differ.
 */
export function concatenate(first: Dataset, second: Dataset): Dataset {
  const same = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every((name, i) => name === b[i]);
  if (!same(first.featureNames, second.featureNames))
    throw new InputError(
      `Cannot concatenate ${first.name} and ${second.name}: their features differ; encode both in the same way.`,
    );
  if (JSON.stringify(first.input) !== JSON.stringify(second.input))
    throw new InputError(
      `Cannot concatenate ${first.name} and ${second.name}: their inputs have different shapes or vocabularies; load both in the same way.`,
    );
  if (!same(first.classes, second.classes))
    throw new InputError(
      `Cannot concatenate ${first.name} with classes [${first.classes.join(', ')}] and ${second.name} with ` +
        `[${second.classes.join(', ')}]; select the same classes in the same order.`,
    );
  const features = new Float64Array(first.features.length + second.features.length);
  features.set(first.features);
  features.set(second.features, first.features.length);
  const labels = new Uint8Array(first.size + second.size);
  labels.set(first.labels);
  labels.set(second.labels, first.size);
  const { rows, ...shared } = first;
  const origins = joinOrigins(rows, second.rows);
  return { ...shared, size: first.size + second.size, features, labels, ...(origins && { rows: origins }) };
}
