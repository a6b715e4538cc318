import { InputError } from '../../errors.js';
import { missingCategory } from '../encode.js';
import { placeOf } from './table.js';
import type { Table } from './text-table.js';

/**
 * What to do with missing values. `refuse`: an error that names the first. `drop`: leave out rows that have one.
 * `category`: in a categorical column, missing becomes a category of its own; a missing number or label is refused.
 * Nothing is ever imputed, which would let test rows leak into training rows.
 */
export type MissingPolicy = 'refuse' | 'drop' | 'category';

/** Texts that mean "missing" by default, compared after white space is trimmed. An empty field always does. */
export const defaultMissingTexts: readonly string[] = [
  ...['', '?', 'NA', 'N/A', 'n/a', 'na', 'n.a.', 'N.A.', '<NA>', 'NaN', 'nan', 'NAN', '-nan', '-NaN', 'NaT'],
  ...['null', 'NULL', 'Null', '\\N', '.', '..', '...', '-', '--', '---', '–', '—'],
  ...[
    '#N/A',
    '#NA',
    '#N/A N/A',
    '#NULL!',
    '#VALUE!',
    '#REF!',
    '#DIV/0!',
    '#NAME?',
    '#NUM!',
    '#NV',
    '1.#QNAN',
    '1.#IND',
    '-1.#IND',
  ],
];

/** Words that may mean "missing" or be a value; read as values of text, which is said. */
export const ambiguousMissingTexts: ReadonlySet<string> = new Set(
  ['none', 'unknown', 'missing', 'not available', 'nil', 'undefined', 'k.a.', 'tbd', '*', '**', '#'].flatMap((word) => [
    word,
    word.toUpperCase(),
    word[0].toUpperCase() + word.slice(1),
  ]),
);

/** A row that was left out. */
export interface DroppedRow {
  /** Line (of Parquet and data frames: row), from 1. */
  readonly line: number;
  readonly reason: string;
}

/** Which columns are looked at, and how. */
export interface MissingOptions {
  readonly policy: MissingPolicy;
  /** Positions of the columns used; a missing value elsewhere does not count. */
  readonly columns: readonly number[];
  readonly isCategory: (column: number) => boolean;
  readonly isMissing: (column: number, text: string) => boolean;
}

/**
 * Applies the policy to some columns of a table.
 *
 * @throws InputError naming line and column of a missing value that the policy refuses, or if no row is left.
 */
export function handleMissing(table: Table, options: MissingOptions): { table: Table; dropped: DroppedRow[] } {
  const { policy, columns, isCategory, isMissing } = options;
  const { source, header } = table;
  const dropped: DroppedRow[] = [];
  const rows = table.rows.flatMap((row) => {
    const absent = columns.filter((column) => isMissing(column, row.fields[column]));
    if (absent.length === 0) return [row];
    const [first] = absent;
    if (policy === 'drop') {
      dropped.push({ line: row.line, reason: `no value in column ${header[first]}${shown(row.fields[first])}` });
      return [];
    }
    const refused = absent.find((column) => policy === 'refuse' || !isCategory(column));
    if (refused !== undefined) throw refusal(table, row.line, refused, row.fields[refused]);
    return [{ ...row, fields: row.fields.map((text, c) => (absent.includes(c) ? missingCategory : text)) }];
  });
  if (rows.length === 0)
    throw new InputError(`Every row of ${source} has a missing value; ignore the columns that are mostly missing.`);
  return { table: { ...table, rows }, dropped };
}

function shown(text: string): string {
  return text === '' ? '' : ` ("${text}")`;
}

function refusal(table: Table, line: number, column: number, text: string): InputError {
  const value = text === '' ? '' : `; if "${text}" is a value, list what means missing in missingTexts`;
  return new InputError(
    `${placeOf(table, line)} has no value in column ${table.header[column]}${shown(text)}; fill it in, or leave out rows with ` +
      `missing values with missing: 'drop'${value}.`,
  );
}
