import { InputError } from '../../errors.js';
import { refuseUnknownOptions } from '../../unknown-options.js';
import type { Dataset } from '../dataset.js';
import { cellText } from './parquet.js';
import { checkTable } from './table.js';
import type { Table } from './text-table.js';
import { datasetOfTable, tableOptionNames, type ReadDataset } from './table-dataset.js';
import type { TableDatasetOptions } from './table-dataset-options.js';

/** What of a data frame is read; a `DataFrame` of danfojs has it. */
export interface DataFrameLike {
  readonly columns: readonly string[];
  /** One array for each row. */
  readonly values: readonly unknown[];
}

/**
 * The data set that a data frame means, e.g. one of danfojs. Columns are understood as those of a file are (`readDataset`), its rows
 * are the lines of `rows`, from 1; `NaN`, `null` and `undefined` are missing.
 *
 * @throws InputError as `readDataset`.
 */
export function fromDataFrame(frame: DataFrameLike, options: TableDatasetOptions): ReadDataset {
  refuseUnknownOptions(options, tableOptionNames, 'fromDataFrame');
  const { columns, values } = frame;
  const source = options.name ?? 'data frame';
  const rows = values.map((row, i) => {
    if (!Array.isArray(row) || row.length !== columns.length)
      throw new InputError(
        `Row ${i + 1} of ${source} is not a list of ${columns.length} values; give a data frame with columns.`,
      );
    return { line: i + 1, lastLine: i + 1, fields: row.map((value) => cellText(value)) };
  });
  const table: Table = { source, format: 'data frame', header: columns.map((name) => name.trim()), rows };
  return datasetOfTable(checkTable(table), options);
}

export interface ToDataFrameOptions<Frame> {
  /** Makes the data frame, e.g. danfojs' `DataFrame`. */
  readonly DataFrame: new (rows: unknown[][], options: { columns: string[] }) => Frame;
  /** Results to join to the points: `N` values by column name. */
  readonly columns?: Readonly<Record<string, ArrayLike<unknown>>>;
}

/**
 * A data frame with a row for every point: its line and identifier where they are known, its features, its label, and the columns
 * that are joined to them.
 *
 * @throws InputError if a column to join has not one value for every point, or the name of another column.
 */
export function toDataFrame<Frame>(dataset: Dataset, options: ToDataFrameOptions<Frame>): Frame {
  refuseUnknownOptions(options, ['DataFrame', 'columns'], 'toDataFrame');
  const { size, dimension, features, featureNames, labels, classes, rows: origins } = dataset;
  const results = Object.entries(options.columns ?? {});
  const named: [string, (row: number) => unknown][] = [
    ...(origins === undefined ? [] : [['line', (row) => origins.lines[row]] as [string, (row: number) => unknown]]),
    ...(origins?.identifiers === undefined
      ? []
      : [['identifier', (row) => origins.identifiers?.[row]] as [string, (row: number) => unknown]]),
    ...featureNames.map((name, k): [string, (row: number) => unknown] => [
      name,
      (row) => features[row * dimension + k],
    ]),
    ['label', (row) => classes[labels[row]]],
    ...results.map(([name, values]): [string, (row: number) => unknown] => [name, (row) => values[row]]),
  ];
  const wrong = results.find(([, values]) => values.length !== size);
  if (wrong !== undefined)
    throw new InputError(
      `Column ${wrong[0]} has ${wrong[1].length} values for the ${size} points of ${dataset.name}; give one for each.`,
    );
  const columns = named.map(([name]) => name);
  const twice = columns.find((name, i) => columns.indexOf(name) < i);
  if (twice !== undefined) throw new InputError(`The data frame would have two columns named "${twice}"; rename one.`);
  const rows = Array.from({ length: size }, (_, row) => named.map(([, value]) => value(row)));
  return new options.DataFrame(rows, { columns });
}
