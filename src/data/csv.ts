import { open, stat } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import { safePoint, type RunControl } from '../control.js';
import { InputError } from '../errors.js';
import { unreadable } from './files.js';

/** One record of a CSV file. */
export interface CsvRecord {
  /** Line of the file, from 1, that the record ends on: what an editor shows. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface CsvOptions extends RunControl {
  /** What separates the fields of a line. Default `,`. */
  readonly delimiter?: string;
  /** Lines that start with this are skipped. Default: none. */
  readonly comment?: string;
}

/** How often a reader looks up, in records. */
const recordsPerSafePoint = 20_000;

/**
 * The records of a CSV file (RFC 4180 quoting, UTF-8, any line ends; gzipped or not), read as a stream. White space around
 * fields, empty lines and a byte order mark are dropped. Progress is in bytes of the file.
 *
 * @throws InputError if the file cannot be read, is damaged, or a quote is out of place.
 */
export async function* csvRecords(file: string, options: CsvOptions = {}): AsyncGenerator<CsvRecord, void, void> {
  const { delimiter = ',', comment, onProgress } = options;
  const label = `reading ${basename(file)}`;
  const total = await fileSize(file);
  const gzipped = await isGzip(file);
  const bytes = createReadStream(file);
  const parser = parse({
    delimiter,
    ...(comment === undefined ? {} : { comment, comment_no_infix: true }),
    bom: true,
    trim: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // A failure of any stage destroys the parser, so the loop below throws it; the callback has nothing to add.
  const done = (): void => undefined;
  if (gzipped) pipeline(bytes, createGunzip(), parser, done);
  else pipeline(bytes, parser, done);

  let count = 0;
  try {
    for await (const item of parser) {
      const { info, record } = item as { info: { lines: number }; record: string[] };
      if (++count % recordsPerSafePoint === 0) {
        onProgress?.({ label, done: bytes.bytesRead, total });
        await safePoint(options, label);
      }
      yield { line: info.lines, fields: record };
    }
  } catch (error) {
    throw malformed(file, error);
  } finally {
    bytes.destroy();
  }
  onProgress?.({ label, done: total, total });
}

async function fileSize(file: string): Promise<number> {
  try {
    const status = await stat(file);
    if (status.isDirectory()) throw new InputError(`${file} is a folder; name a CSV file in it.`);
    return status.size;
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Gzip is recognised by its first two bytes, whatever the file is called. */
async function isGzip(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
      return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

function malformed(file: string, error: unknown): unknown {
  const name = basename(file);
  if (error instanceof CsvError) {
    const line = typeof error.lines === 'number' ? ` at line ${error.lines}` : '';
    return new InputError(
      error.code === 'CSV_QUOTE_NOT_CLOSED'
        ? `${name} ends within a quoted field; close its quote.`
        : `${name} is not a well-formed CSV file${line} (${error.code}); a field with quotes in it must be quoted, and the quotes doubled.`,
    );
  }
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'Z_BUF_ERROR' || code === 'Z_DATA_ERROR')
    return new InputError(`${name} is a damaged or incomplete gzip file; download it again.`);
  return unreadable(file, error);
}
