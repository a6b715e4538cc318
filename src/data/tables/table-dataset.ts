import { parse } from 'node:path';
import { InputError } from '../../errors.js';
import { refuseUnknownOptions } from '../../unknown-options.js';
import type { Dataset } from '../dataset.js';
import { encodeRecords, type ColumnEncoding } from '../encode.js';
import { listNearest } from '../../nearest-names.js';
import type { RowOrigins } from '../row-origins.js';
import { validateDataset } from '../validate.js';
import { classesOf, distinctTexts, rareClasses } from './classes.js';
import { resolveColumns } from './column-names.js';
import { inferColumns, type InferredColumn } from './infer-columns.js';
import { defaultMissingTexts, handleMissing, type DroppedRow } from './missing.js';
import { describeForm, droppedNotice, spanningNotice, type Reading } from './reading.js';
import { placeOf, readTable, type ReadTableOptions } from './table.js';
import type { Table } from './text-table.js';
import type { TableDatasetOptions } from './table-dataset-options.js';

/** How a file is written and what it means. */
export type ReadDatasetOptions = ReadTableOptions & TableDatasetOptions;
export type ReadCsvOptions = Omit<ReadDatasetOptions, 'format'>;

/** A data set that was read from a table: its points know their rows, and what was inferred is told. */
export interface ReadDataset extends Dataset {
  readonly rows: RowOrigins;
  readonly reading: Reading;
}

const tableOptions: Record<keyof TableDatasetOptions, true> = {
  label: true,
  name: true,
  ignore: true,
  identifier: true,
  categorical: true,
  numeric: true,
  missing: true,
  missingTexts: true,
  decimal: true,
  thousands: true,
  spellings: true,
  maxCategories: true,
  onNotice: true,
};
export const tableOptionNames: readonly string[] = Object.keys(tableOptions);
const fileOptions: Record<keyof ReadTableOptions, true> = {
  format: true,
  header: true,
  delimiter: true,
  quote: true,
  comment: true,
  encoding: true,
  onProgress: true,
  signal: true,
};

/**
 * Reads a table as a data set: CSV and its relatives (any separator, decimal commas, UTF-8, UTF-16 or a named encoding), JSON lines,
 * Parquet; gzipped or not. Columns of numbers become features as they are; columns of text one 0/1 feature per category,
 * categories in alphabetical order; a text that differs in every row, dates, and columns without values are left out. Classes
 * are in alphabetical order, or ascending where all are numbers. What was inferred is in `reading`.
 *
 * @throws InputError, one sentence with line, column, cause and the option that helps, wherever the values could be read as
 *   other data than they are.
 */
export async function readDataset(file: string, options: ReadDatasetOptions): Promise<ReadDataset> {
  refuseUnknownOptions(options, [...tableOptionNames, ...Object.keys(fileOptions)], 'readDataset');
  const table = await readTable(file, options);
  return datasetOfTable(table, options);
}

/** Reads delimited text, whatever its first bytes look like; otherwise as {@link readDataset}. */
export function readCsvDataset(file: string, options: ReadCsvOptions): Promise<ReadDataset> {
  return readDataset(file, { ...options, format: 'csv' });
}

/**
 * The data set that a table in memory means.
 *
 * @throws InputError as {@link readDataset}.
 */
export function datasetOfTable(table: Table, options: TableDatasetOptions): ReadDataset {
  const { missing = 'refuse', onNotice = (notice) => console.warn(`${table.source}: ${notice}`) } = options;
  if (!['refuse', 'drop', 'category'].includes(missing))
    throw new InputError(`There is no missing: "${String(missing)}"; choose one of refuse, drop, category.`);
  const roles = resolveColumns(table, options);
  const isMissing = missingTest(table, options);
  const inferred = inferColumns(table, roles, isMissing, options);
  const used = inferred.columns.filter(({ reading }) => reading.type !== 'left out');
  const { table: complete, dropped } = handleMissing(rewritten(table, used), {
    policy: missing,
    columns: used.filter(({ reading }) => reading.type !== 'identifier').map(({ index }) => index),
    isCategory: (column) => inferred.columns[column].reading.type === 'category',
    isMissing,
  });
  const features = used.filter(({ reading }) => reading.type === 'number' || reading.type === 'category');
  if (features.length === 0) throw noFeatures(table, inferred.columns);
  const classes = classesOf(complete, roles, dropped.length);
  const encoded = encodeRecords(complete.rows, {
    name: options.name ?? nameOf(table.source),
    place: (line) => placeOf(table, line),
    columns: encodingsOf(complete, features, options),
    labelIndex: roles.label,
    classes,
  });
  const notices = [
    ...spanningNotice(table),
    ...inferred.notices,
    ...rareClasses(complete, roles.label),
    ...droppedNotice(table, dropped),
  ];
  notices.forEach((notice) => onNotice(notice));
  const blank = (table.blank ?? []).map((line): DroppedRow => ({ line, reason: 'no values' }));
  return {
    ...validateDataset(encoded),
    rows: originsOf(complete, roles.identifier),
    reading: {
      source: table.source,
      form: describeForm(table),
      rows: table.rows.length + blank.length,
      columns: inferred.columns.map(({ reading }) => reading),
      dropped: [...blank, ...dropped].sort((a, b) => a.line - b.line),
      notices,
    },
  };
}

/** Where the points of a table come from. */
function originsOf({ source, rows }: Table, identifier: number | undefined): RowOrigins {
  return {
    files: [source],
    fileIndex: new Uint16Array(rows.length),
    lines: Int32Array.from(rows, ({ line }) => line),
    ...(identifier === undefined ? {} : { identifiers: rows.map(({ fields }) => fields[identifier]) }),
  };
}

/** File name without `.csv`, `.csv.gz` or another ending. */
function nameOf(source: string): string {
  return parse(source.replace(/\.gz$/i, '')).name;
}

/** @throws InputError if `missingTexts` names a column that does not exist. */
function missingTest(
  { source, header, rows }: Table,
  { missingTexts }: TableDatasetOptions,
): (column: number, text: string) => boolean {
  const listed = Array.isArray(missingTexts)
    ? {}
    : ((missingTexts ?? {}) as Readonly<Record<string, readonly string[]>>);
  const everywhere: readonly string[] = Array.isArray(missingTexts) ? missingTexts : defaultMissingTexts;
  const unknown = Object.keys(listed).find((name) => !header.includes(name));
  if (unknown !== undefined)
    throw new InputError(`${source} has no column "${unknown}"; ${listNearest(unknown, header)}.`);
  const sets = header.map((name, column) => {
    if (Object.hasOwn(listed, name)) return new Set(['', ...listed[name]]);
    // Where + is a value, - is its opposite.
    const signs = everywhere === defaultMissingTexts && rows.some(({ fields }) => fields[column] === '+');
    return new Set(['', ...everywhere.filter((text) => !(signs && text === '-'))]);
  });
  return (column, text) => sets[column].has(text);
}

function rewritten(table: Table, columns: readonly InferredColumn[]): Table {
  const rows = table.rows.map((row) => {
    const fields = [...row.fields];
    for (const { index, rewrite } of columns) fields[index] = rewrite(fields[index]);
    return { ...row, fields };
  });
  return { ...table, rows };
}

/** @throws InputError naming all columns with too many categories. */
function encodingsOf(
  table: Table,
  columns: readonly InferredColumn[],
  { maxCategories = 50 }: TableDatasetOptions,
): ColumnEncoding[] {
  const encodings = columns.map(({ index, reading }): ColumnEncoding => {
    const name = reading.column === '' ? `column${index + 1}` : reading.column;
    return reading.type === 'number'
      ? { name, index, type: 'number' }
      : { name, index, type: 'category', categories: distinctTexts(table, index) };
  });
  const tooMany = encodings.flatMap((encoding) =>
    encoding.type === 'category' && encoding.categories.length > maxCategories ? [encoding] : [],
  );
  if (tooMany.length === 0) return encodings;
  const [{ name, categories }] = tooMany;
  const others = tooMany.slice(1).map((column) => `${column.name} ${column.categories.length}`);
  throw new InputError(
    `Column ${name} of ${table.source} has ${categories.length} different texts, more than ${maxCategories}` +
      `${others.length === 0 ? '' : ` (likewise ${others.join(', ')})`}; ignore it, group its values, or raise maxCategories.`,
  );
}

function noFeatures({ source, header }: Table, columns: readonly InferredColumn[]): InputError {
  const label = columns.find(({ reading }) => reading.type === 'label')?.reading.column ?? '';
  if (header.length === 1) return new InputError(`${source} has no column beside the label ${label}; add features.`);
  const reasons = columns.flatMap(({ reading }) =>
    reading.type === 'left out' ? [`${reading.column}: ${reading.why}`] : [],
  );
  return new InputError(
    `${source} has no column left as a feature (${reasons.slice(0, 4).join('; ')}); name the columns to keep in numeric or categorical.`,
  );
}
