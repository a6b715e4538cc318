import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import type { CsvRecord } from './tables/delimited-text.js';
import { parseNumber } from './tables/numbers.js';

/** How one column of text becomes features: a number as it is, or one 0/1 feature per category. */
export type ColumnEncoding =
  | { readonly name: string; readonly index: number; readonly type: 'number' }
  | {
      readonly name: string;
      readonly index: number;
      readonly type: 'category';
      /** In the order of their features. */
      readonly categories: readonly string[];
    };

/** What a missing value of a categorical column counts as under the policy `category`. */
export const missingCategory = '(missing)';

/** Where records came from and how they are to be read. */
export interface Encoding {
  /** Name of the data set. */
  readonly name: string;
  /** Names a line in messages, e.g. `Line 4 of loans.csv`. */
  readonly place: (line: number) => string;
  readonly columns: readonly ColumnEncoding[];
  /** Position of the label among the fields. */
  readonly labelIndex: number;
  readonly classes: readonly string[];
}

/**
 * Encodes records as a data set: numbers as they are, categories one-hot (features named `column=category`).
 *
 * @throws InputError for a text that is not a number, an infinite number, or an unknown category or class, with line and
 *   column.
 */
export function encodeRecords(records: readonly CsvRecord[], encoding: Encoding): Dataset {
  const { name, place, columns, labelIndex, classes } = encoding;
  const featureNames = columns.flatMap((column) =>
    column.type === 'number' ? [column.name] : column.categories.map((category) => `${column.name}=${category}`),
  );
  const dimension = featureNames.length;
  const features = new Float64Array(records.length * dimension);
  const labels = new Uint8Array(records.length);
  const categoryOffsets = columns.map((column) =>
    column.type === 'number' ? undefined : new Map(column.categories.map((category, k) => [category, k])),
  );
  const classIndex = new Map(classes.map((className, k) => [className, k]));

  records.forEach(({ line, fields }, row) => {
    let offset = row * dimension;
    columns.forEach((column, c) => {
      const text = fields[column.index];
      if (column.type === 'number') {
        features[offset++] = finiteNumber(text, column.name, place(line));
      } else {
        const position = categoryOffsets[c]?.get(text);
        if (position === undefined)
          throw new InputError(
            `${place(line)} has "${text}" in column ${column.name}, which is none of its categories ` +
              `(${column.categories.join(', ')}); correct it.`,
          );
        features[offset + position] = 1;
        offset += column.categories.length;
      }
    });
    const label = classIndex.get(fields[labelIndex]);
    if (label === undefined)
      throw new InputError(
        `${place(line)} has the label "${fields[labelIndex]}", which is none of its classes ` +
          `(${classes.join(', ')}); correct it.`,
      );
    labels[row] = label;
  });
  return { name, size: records.length, dimension, features, labels, classes, featureNames };
}

/**
 * @param place of the text, e.g. `Line 4 of loans.csv`.
 * @throws InputError unless the text is a decimal number that a double can hold.
 */
export function finiteNumber(text: string, column: string, place: string): number {
  const value = parseNumber(text);
  if (value === undefined || !Number.isFinite(value))
    throw new InputError(`${place} has "${text}" in column ${column}, which is not a finite number; correct it.`);
  if (value === 0 && /[1-9]/.test(text.replace(/e.*/i, '')))
    throw new InputError(`${place} has "${text}" in column ${column}, which is too small for a double; write 0.`);
  return value;
}
