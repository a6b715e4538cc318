import type { DroppedRow } from './missing.js';
import { nameSeparator } from './separator.js';
import { placeOf } from './table.js';
import type { Table } from './text-table.js';

/** What a column was read as, and why. */
export interface ColumnReading {
  /** Empty where the column has no name. */
  readonly column: string;
  /** From 1. */
  readonly position: number;
  readonly type: 'number' | 'category' | 'label' | 'identifier' | 'left out';
  /** Rows without a value. */
  readonly missing: number;
  /** One clause: what the type was inferred from, or that an option said so. */
  readonly why: string;
}

/** How a file was read: everything that was inferred from it. Plain data. */
export interface Reading {
  /** File name. */
  readonly source: string;
  /** How the file is written, e.g. `CSV, UTF-8, separated by ';', decimal comma`. */
  readonly form: string;
  /** Rows of the file. */
  readonly rows: number;
  readonly columns: readonly ColumnReading[];
  /** Rows that were left out, in the order of the file. */
  readonly dropped: readonly DroppedRow[];
  /** Sentences on what a reader should know: what was merged, left out or may be wrong. */
  readonly notices: readonly string[];
}

/** The reading as text: a line on the file, a table of its columns, and the notices. */
export function describeReading({ source, form, rows, columns, dropped, notices }: Reading): string {
  const cells = columns.map(({ column, position, type, missing, why }) => [
    String(position),
    column === '' ? '(no name)' : column,
    type,
    String(missing),
    why,
  ]);
  const table = [['', 'column', 'type', 'missing', 'why'], ...cells];
  const widths = table[0].map((_, c) => Math.max(...table.map((row) => [...row[c]].length)));
  const lines = table.map((row) =>
    row
      .map((cell, c) => (c === row.length - 1 ? cell : cell + ' '.repeat(widths[c] - [...cell].length)))
      .join('  ')
      .trimEnd(),
  );
  const kept = dropped.length === 0 ? `${rows} rows` : `${rows - dropped.length} of ${rows} rows`;
  return [`${source}: ${kept}; ${form}`, ...lines, ...notices.map((notice) => `Note: ${notice}`)].join('\n');
}

/** How the file of a table is written. */
export function describeForm({ format, encoding, delimiter }: Table): string {
  return [
    format,
    ...(encoding === undefined ? [] : [encoding.toUpperCase()]),
    ...(delimiter === undefined ? [] : [`separated by ${nameSeparator(delimiter)}`]),
  ].join(', ');
}

/** A sentence on records that go over several lines, which a stray quote makes of separate rows. */
export function spanningNotice({ rows }: Table): string[] {
  const spanning = rows.filter(({ line, lastLine }) => lastLine > line);
  if (spanning.length === 0) return [];
  const shown = spanning.slice(0, 5).map(({ line, lastLine }) => `${line}–${lastLine}`);
  const which = `Lines ${shown.join(', ')}${spanning.length > 5 ? ' and others' : ''}`;
  return [
    `${which} ${spanning.length === 1 ? 'are one record' : 'are one record each'}, because a quoted field holds their line ends; if a quote is ` +
      "stray, remove it, or say quote: '' to read quotes as ordinary characters.",
  ];
}

/** A sentence on rows that were left out. */
export function droppedNotice(table: Table, dropped: readonly DroppedRow[]): string[] {
  if (dropped.length === 0) return [];
  const lines = dropped.slice(0, 10).map(({ line }) => line);
  const unit = placeOf(table, 1).startsWith('Row') ? 'rows' : 'lines';
  return [
    `${dropped.length} of ${table.rows.length} rows were left out for missing values (${unit} ${lines.join(', ')}` +
      `${dropped.length > lines.length ? ', …' : ''}; first: ${dropped[0].reason}).`,
  ];
}
