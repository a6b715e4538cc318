import { basename } from 'node:path';
import { InputError } from '../errors.js';
import { csvRecords, type CsvOptions, type CsvRecord } from './csv.js';

/** A CSV file in memory: as many fields in every row as in the header. */
export interface CsvTable {
  /** File name, for messages. */
  readonly source: string;
  readonly header: readonly string[];
  readonly rows: readonly CsvRecord[];
}

/**
 * Reads a CSV file whose first line is a header.
 *
 * @throws InputError if the file cannot be read or parsed, has no rows, an unnamed or repeated column, or a row with more or
 *   fewer fields than the header.
 */
export async function readCsvTable(file: string, options: CsvOptions = {}): Promise<CsvTable> {
  const source = basename(file);
  const rows: CsvRecord[] = [];
  for await (const record of csvRecords(file, options)) rows.push(record);
  const header = rows.shift()?.fields;
  if (header === undefined) throw new InputError(`${source} is empty; it needs a header line and rows.`);
  checkHeader(source, header);
  if (rows.length === 0) throw new InputError(`${source} has a header but no rows; add the data.`);
  for (const row of rows) checkWidth(source, row, header.length);
  return { source, header, rows };
}

/**
 * @throws InputError unless the record has this many fields.
 */
export function checkWidth(source: string, { line, fields }: CsvRecord, width: number): void {
  if (fields.length !== width)
    throw new InputError(
      `Line ${line} of ${source} has ${fields.length} fields instead of ${width}; ` +
        'complete it, or quote a field that holds the separator.',
    );
}

function checkHeader(source: string, header: readonly string[]): void {
  const unnamed = header.indexOf('');
  if (unnamed >= 0) throw new InputError(`Column ${unnamed + 1} of ${source} has no name; give it one in the header.`);
  const repeated = header.find((name, i) => header.indexOf(name) < i);
  if (repeated !== undefined)
    throw new InputError(`${source} has two columns named "${repeated}"; rename one in the header.`);
}
