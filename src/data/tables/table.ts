import { extname } from 'node:path';
import { InputError } from '../../errors.js';
import { openRecords, type CsvOptions } from './csv-records.js';
import type { CsvRecord } from './delimited-text.js';
import { firstBytes } from './file-bytes.js';
import type { Table } from './text-table.js';

/** Forms of a file that are read. `csv`: delimited text, by whatever. */
export const tableFormats = ['csv', 'json lines', 'parquet'] as const;
export type TableFormat = (typeof tableFormats)[number];

export interface ReadTableOptions extends CsvOptions {
  /** Default: told by the file's first bytes. */
  readonly format?: TableFormat;
  /** `false`: the first line is data; a list: it is, and these are the names. Default `true`. Of delimited text only. */
  readonly header?: boolean | readonly string[];
}

/**
 * Reads a table: delimited text, JSON lines or Parquet.
 *
 * @throws InputError if the file cannot be read or parsed, has no rows, a repeated column, or a row with more or fewer fields
 *   than the header.
 */
export async function readTable(file: string, options: ReadTableOptions = {}): Promise<Table> {
  const { format = await detectFormat(file) } = options;
  const read = await readerOf(format);
  return checkTable(await read(file, options));
}

/** @throws InputError if a table has no rows, or two columns of one name. */
export function checkTable(table: Table): Table {
  const { source, header } = table;
  const repeated = header.find((name, i) => name !== '' && header.indexOf(name) < i);
  if (repeated !== undefined)
    throw new InputError(
      `${source} has two columns named "${repeated}"; rename one in the header, or say header: false if its first line is data.`,
    );
  if (table.rows.length === 0)
    throw new InputError(
      header.length === 0
        ? `${source} is empty; it needs a header line and rows.`
        : `${source} has a header but no rows; add the data.`,
    );
  return table;
}

async function readerOf(format: TableFormat): Promise<(file: string, options: ReadTableOptions) => Promise<Table>> {
  switch (format) {
    case 'csv':
      return readDelimited;
    case 'json lines':
      return (await import('./json-lines.js')).readJsonLines;
    case 'parquet':
      return (await import('./parquet.js')).readParquet;
    default:
      throw new InputError(`There is no format "${String(format)}"; choose one of ${tableFormats.join(', ')}.`);
  }
}

async function detectFormat(file: string): Promise<TableFormat> {
  const start = (await firstBytes(file, 64)).toString('latin1');
  if (start.startsWith('PAR1')) return 'parquet';
  const ending = extname(file.replace(/\.gz$/i, '')).toLowerCase();
  if (['.jsonl', '.ndjson', '.json'].includes(ending)) return 'json lines';
  return /^(ï»¿)?\s*\{\s*"/.test(start) ? 'json lines' : 'csv';
}

async function readDelimited(file: string, options: ReadTableOptions): Promise<Table> {
  const { header: named = true } = options;
  const { encoding, delimiter, batches } = await openRecords(file, options);
  const read: CsvRecord[] = [];
  for await (const batch of batches) for (const record of batch) read.push(record);
  const source = file.replace(/^.*[\\/]/, '');
  const width = read[0]?.fields.length ?? 0;
  const header = headerOf(named, read, source);
  const rows: CsvRecord[] = [];
  const blank: number[] = [];
  for (const row of read) {
    if (row.fields.every((field) => field === '')) blank.push(row.line);
    else rows.push(row);
  }
  checkWidths(source, rows, header.length, width);
  return { source, format: 'CSV', encoding, delimiter, header, rows, blank };
}

/** The column names: the first record, which is taken away, or the ones that were given. */
function headerOf(named: boolean | readonly string[], read: CsvRecord[], source: string): readonly string[] {
  if (named === true) return (read.shift()?.fields ?? []).map((name) => name.trim().normalize('NFC'));
  if (read.length === 0) return [];
  const { length } = read[0].fields;
  if (named === false) return Array.from({ length }, (_, k) => `column${k + 1}`);
  if (named.length !== length)
    throw new InputError(
      `The option header names ${named.length} columns, but ${source} has ${length}; name them all.`,
    );
  return named;
}

function checkWidths(source: string, rows: readonly CsvRecord[], width: number, headerWidth: number): void {
  const wrong = rows.find(({ fields }) => fields.length !== width);
  if (wrong === undefined) return;
  if (headerWidth === width && rows.every(({ fields }) => fields.length === width + 1))
    throw new InputError(
      `Every row of ${source} has one field more than the header: the first are row names, as R writes them; add a name ` +
        'for them at the start of the header.',
    );
  checkWidth(source, wrong, width);
}

/** @throws InputError unless the record has this many fields. */
export function checkWidth(source: string, { line, lastLine, fields }: CsvRecord, width: number): void {
  if (fields.length === width) return;
  const lines =
    lastLine > line
      ? `Lines ${line}–${lastLine} of ${source}, one record by its quotes, have`
      : `Line ${line} of ${source} has`;
  throw new InputError(
    `${lines} ${fields.length} fields instead of ${width}; complete it, or quote a field that holds the separator.`,
  );
}

/** `Line 4 of loans.csv`, or `Row 4 of loans.parquet`. */
export function placeOf({ source, format }: Pick<Table, 'source' | 'format'>, line: number): string {
  return `${format === 'Parquet' || format === 'data frame' ? 'Row' : 'Line'} ${line} of ${source}`;
}
