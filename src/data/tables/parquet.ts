import { basename } from 'node:path';
import { safePoint, type RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import type { CsvRecord } from './delimited-text.js';
import { checkPages } from './parquet-pages.js';
import type { Table } from './text-table.js';

/**
 * Reads a Parquet file (by hyparquet, with all its codecs). Missing values are empty fields, whole numbers of 64 bits and
 * decimals keep all their digits, dates are ISO 8601, nested values JSON.
 *
 * @throws InputError if the file is damaged or holds something that is not supported.
 */
export async function readParquet(file: string, control: RunControl = {}): Promise<Table> {
  const source = basename(file);
  const label = `reading ${source}`;
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  try {
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    const { children } = parquetSchema(metadata);
    const total = Number(metadata.num_rows);
    await checkPages(buffer, metadata);
    const rows: CsvRecord[] = [];
    let start = 0;
    for (const group of metadata.row_groups) {
      control.onProgress?.({ label, done: start, total });
      await safePoint(control, label);
      const end = start + Number(group.num_rows);
      let records: unknown[][] = [];
      await parquetRead({
        file: buffer,
        metadata,
        compressors,
        rowStart: start,
        rowEnd: end,
        onComplete: (read: unknown[][]) => (records = read),
      });
      if (records.length !== end - start)
        throw new RangeError(`rows ${start + 1} to ${end} are ${records.length} instead of ${end - start}`);
      for (const record of records) {
        const line = rows.length + 1;
        rows.push({
          line,
          lastLine: line,
          fields: record.map((value, c) => cellText(value, children[c].element.scale)),
        });
      }
      start = end;
    }
    control.onProgress?.({ label, done: total, total });
    return { source, format: 'Parquet', header: children.map(({ element }) => element.name), rows };
  } catch (error) {
    if (error instanceof Error && error.name === 'InterruptedError') throw error;
    const reason = error instanceof Error ? error.message.replace(/\s+/g, ' ') : String(error);
    throw new InputError(`${source} cannot be read as Parquet (${reason}); write it again, or as CSV.`);
  }
}

/**
 * A value of a typed column as the text of a field.
 *
 * @param scale digits after the point, where the column holds decimals, which arrive as doubles with rounding errors.
 */
export function cellText(value: unknown, scale?: number): string {
  switch (typeof value) {
    case 'string':
      return value.trim();
    case 'number':
      return scale !== undefined && Number.isFinite(value) ? value.toFixed(scale) : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return '';
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
      return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
    default:
      return '';
  }
}
