import { parse } from 'node:path';
import { InputError } from '../errors.js';
import type { CsvOptions } from './csv.js';
import { readCsvTable, type CsvTable } from './csv-table.js';
import type { Dataset } from './dataset.js';
import { encodeRecords, parseNumber, type ColumnEncoding } from './encode.js';
import { defaultMissingTexts, handleMissing, type MissingPolicy } from './missing.js';
import { listNearest } from '../nearest-names.js';
import { maxClasses, validateDataset } from './validate.js';

export interface ReadCsvOptions extends CsvOptions {
  /** Column that holds the class of each point. */
  readonly label: string;
  /** Name of the data set. Default: the file's name without its ending. */
  readonly name?: string;
  /** Columns to leave out, e.g. identifiers. */
  readonly ignore?: readonly string[];
  /** Columns of numbers that are codes of categories, to be one-hot encoded as text is. */
  readonly categorical?: readonly string[];
  /** What to do with missing values. Default `refuse`. */
  readonly missing?: MissingPolicy;
  /** Texts that mean "missing". Default: empty, ?, NA, N/A, NaN, nan, null, NULL. */
  readonly missingTexts?: readonly string[];
  /** Most categories of a column that are one-hot encoded. Default 50. */
  readonly maxCategories?: number;
}

/**
 * Reads a CSV file with a header line (gzipped or not) as a data set. Columns of numbers become features as they are;
 * columns of text become one 0/1 feature per category, categories in alphabetical order. Classes are in alphabetical order,
 * or ascending where all are numbers.
 *
 * @throws InputError, one sentence with line and column where there is one: the file cannot be read or parsed, a named column
 *   does not exist, a value is missing or not finite, a column mixes numbers and text or has too many categories, there is
 *   only one class or more than 256.
 */
export async function readCsvDataset(file: string, options: ReadCsvOptions): Promise<Dataset> {
  const { label, ignore = [], categorical = [], missing = 'refuse', maxCategories = 50 } = options;
  const missingTexts = options.missingTexts ?? defaultMissingTexts;
  const table = await readCsvTable(file, options);
  const { source, header } = table;
  for (const column of [label, ...ignore, ...categorical]) requireColumn(table, column);

  const labelIndex = header.indexOf(label);
  const featureIndices = Array.from(header.keys()).filter((c) => c !== labelIndex && !ignore.includes(header[c]));
  if (featureIndices.length === 0)
    throw new InputError(`${source} has no column beside the label ${label}; add features.`);
  const categoryIndices = new Set(
    featureIndices.filter((c) => categorical.includes(header[c]) || holdsText(table, c, missingTexts)),
  );
  const complete = handleMissing(
    table,
    missing,
    [...featureIndices, labelIndex],
    (column) => categoryIndices.has(column),
    missingTexts,
  );
  const columns = featureIndices.map((index): ColumnEncoding => {
    const name = header[index];
    if (!categoryIndices.has(index)) return { name, index, type: 'number' };
    const categories = distinctValues(complete, index);
    if (categories.length > maxCategories)
      throw new InputError(
        `Column ${name} of ${source} has ${categories.length} different texts, more than ${maxCategories}; ` +
          'ignore it, group its values, or raise maxCategories.',
      );
    return { name, index, type: 'category', categories };
  });
  const name = options.name ?? nameOf(source);
  const classes = classesOf(complete, labelIndex);
  return validateDataset(encodeRecords(complete.rows, { name, source, columns, labelIndex, classes }));
}

/** File name without `.csv`, `.csv.gz` or another ending. */
function nameOf(source: string): string {
  return parse(source.replace(/\.gz$/i, '')).name;
}

function requireColumn({ source, header }: CsvTable, name: string): void {
  if (!header.includes(name)) throw new InputError(`${source} has no column "${name}"; ${listNearest(name, header)}.`);
}

/**
 * Whether a column's values are text. A column of numbers with a few other texts in it is neither: it has typing errors
 * more often than categories, so the caller must decide.
 */
function holdsText({ source, header, rows }: CsvTable, column: number, missingTexts: readonly string[]): boolean {
  const present = rows.filter(({ fields }) => !missingTexts.includes(fields[column]));
  const texts = present.filter(({ fields }) => parseNumber(fields[column]) === undefined);
  if (texts.length > 0 && texts.length * 2 < present.length)
    throw new InputError(
      `Line ${texts[0].line} of ${source} has "${texts[0].fields[column]}" in column ${header[column]}, whose values are ` +
        'mostly numbers; correct it, or name the column in categorical or ignore.',
    );
  return texts.length > 0;
}

/** Alphabetical by code unit, so the order is the same in every locale. */
function distinctValues({ rows }: CsvTable, column: number): string[] {
  return [...new Set(rows.map(({ fields }) => fields[column]))].sort();
}

function classesOf(table: CsvTable, labelIndex: number): string[] {
  const values = distinctValues(table, labelIndex);
  const column = table.header[labelIndex];
  if (values.length < 2)
    throw new InputError(
      `Column ${column} of ${table.source} has only the class "${values[0]}"; a classification needs two or more.`,
    );
  if (values.length > maxClasses)
    throw new InputError(
      `Column ${column} of ${table.source} has ${values.length} different values, more than ${maxClasses} classes; ` +
        'is it a number to predict, or an identifier? Name the column that holds the class.',
    );
  const numbers = values.map(parseNumber);
  return numbers.every((value) => value !== undefined) ? values.sort((a, b) => Number(a) - Number(b)) : values;
}
