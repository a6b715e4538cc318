import type { Row, Table } from '../evaluation/tidy-table.js';
import { displayBundle, type MimeBundle } from './cell.js';
import { alignColumns, formatCount, headAndTail, htmlTable, textColumn, type TextColumn } from './format.js';
import { toJson } from './json.js';

/** MIME type of the machine-readable half of a shown table: `{ name, caption?, timing, rows }`, all rows. */
export const TABLE_MIME = 'application/vnd.modelpred.table+json';

/** How a table is presented. */
export interface TableOptions {
  /** Stable name, unique within a notebook, e.g. `iris-errors`. */
  readonly name: string;
  readonly caption?: string;
  /** True where its numbers are times: left out of byte-for-byte comparisons. */
  readonly timing?: boolean;
}

const HEAD = 70;
const TAIL = 10;

/** Columns of a tidy table for reading, and how many rows between head and tail are left out. */
export function tableColumns(table: Table): { columns: TextColumn[]; omitted: number } {
  const { indices, omitted } = headAndTail(table.length, HEAD, TAIL);
  const titles = [...new Set(table.flatMap((row) => Object.keys(row)))];
  return {
    columns: titles.map((title) =>
      textColumn(
        title,
        indices.map((i) => table[i][title]),
      ),
    ),
    omitted,
  };
}

/** Columns as HTML and plain text, with a line on what was left out. */
export function columnsBundle(columns: readonly TextColumn[], caption = '', note = ''): MimeBundle {
  return {
    'text/html': htmlTable(columns, caption) + (note ? `\n<p>${note}</p>` : ''),
    'text/plain': [caption, alignColumns(columns), note].filter(Boolean).join('\n'),
  };
}

const note = (table: Table, omitted: number): string =>
  omitted ? `${formatCount(table.length)} rows, of which the first ${HEAD} and the last ${TAIL} are shown.` : '';

/** A tidy table as HTML and plain text for people, and as rows for the report when it has a name. */
export function tableBundle(table: Table, options?: TableOptions): MimeBundle {
  const { columns, omitted } = tableColumns(table);
  const readable = columnsBundle(columns, options?.caption, note(table, omitted));
  if (!options) return readable;
  const { name, caption, timing = false } = options;
  return { ...readable, [TABLE_MIME]: toJson({ name, caption, timing, rows: table }) };
}

/** Shows a tidy table: numbers to 4 significant digits and right-aligned, long ones by head and tail. */
export function showTable(table: readonly Row[], options: TableOptions): void {
  displayBundle(tableBundle(table, options));
}
