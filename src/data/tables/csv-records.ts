import { basename } from 'node:path';
import { safePoint, type RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { delimitedRecords, type CsvRecord } from './delimited-text.js';
import { failedReading, openBytes, type FileBytes } from './file-bytes.js';
import { openText } from './file-text.js';
import { betterSeparator, detectSeparator, nameSeparator } from './separator.js';
import { UndecodableError } from './text-encoding.js';

export interface CsvOptions extends RunControl {
  /** What separates the fields of a line. Default: found in the file, one of `,` `;` tab `|`. */
  readonly delimiter?: string;
  /** What fields that hold separators are quoted with; empty: nothing, quotes are ordinary characters. Default `"`. */
  readonly quote?: string;
  /** Lines that start with this are skipped. Default: none. */
  readonly comment?: string;
  /** Encoding of the file, e.g. `windows-1252`. Default: UTF-8, or UTF-16 where the file is. */
  readonly encoding?: string;
}

/** The records of a file, and how it turned out to be written. */
export interface OpenedRecords {
  readonly encoding: string;
  readonly delimiter: string;
  /** In batches. */
  readonly batches: AsyncGenerator<CsvRecord[], void, void>;
}

/** The records of a file of delimited text (see {@link openRecords}), where nothing but its records matters. */
export async function* csvRecords(file: string, options: CsvOptions = {}): AsyncGenerator<CsvRecord, void, void> {
  for await (const batch of (await openRecords(file, options)).batches) yield* batch;
}

/**
 * Opens a file of delimited text, gzipped or not, as a stream of records. Progress is in bytes of the file.
 *
 * @throws InputError, from here or from the records, if the file cannot be read, is damaged or not in its encoding, its
 *   separator cannot be told, or a quote is out of place.
 */
export async function openRecords(file: string, options: CsvOptions = {}): Promise<OpenedRecords> {
  const source = basename(file);
  const bytes = await openBytes(file);
  try {
    const { encoding, head, chunks } = await openText(file, bytes, options.encoding);
    const excel = /^sep=(.)\r?\n/.exec(head)?.[1];
    const delimiter = separatorOf(
      excel === undefined ? head : head.slice(head.indexOf('\n') + 1),
      excel,
      source,
      options,
    );
    const parsed = delimitedRecords(chunks, { ...options, source, delimiter });
    const batches = watched(file, bytes, excel === undefined ? parsed : withoutFirst(parsed), {
      ...options,
      delimiter,
    });
    return { encoding, delimiter, batches };
  } catch (error) {
    bytes.close();
    throw located(failedReading(file, error), source, options.delimiter);
  }
}

/** The separator that was named, by the options or in Excel's first line `sep=;`, or else the one found. */
function separatorOf(text: string, excel: string | undefined, source: string, options: CsvOptions): string {
  const { delimiter, quote, comment = '' } = options;
  const lines = text.split(/\r\n|\n|\r/).filter((line) => comment === '' || !line.startsWith(comment));
  const head = lines.join('\n');
  if (delimiter === undefined) return excel ?? detectSeparator(head, source, quote);
  if (delimiter === '') throw new InputError(`The delimiter of ${source} is empty; name one such as ',' or ';'.`);
  const better = betterSeparator(head, delimiter, quote);
  if (
    better !== undefined &&
    !head
      .trimStart()
      .split(/[\r\n]/, 1)[0]
      .includes(delimiter)
  )
    throw new InputError(
      `The first line of ${source} has no ${nameSeparator(delimiter)}, but ${nameSeparator(better.separator)} splits it into ` +
        `${better.width} fields; say delimiter: ${nameSeparator(better.separator)}.`,
    );
  return delimiter;
}

/** The records with progress and safe points, and with sentences for what goes wrong with the file. */
async function* watched(
  file: string,
  bytes: FileBytes,
  batches: AsyncIterable<CsvRecord[]>,
  options: CsvOptions & { readonly delimiter: string },
): AsyncGenerator<CsvRecord[], void, void> {
  const label = `reading ${basename(file)}`;
  const { onProgress } = options;
  try {
    for await (const batch of batches) {
      onProgress?.({ label, done: bytes.done(), total: bytes.total });
      await safePoint(options, label);
      yield batch;
    }
  } catch (error) {
    throw located(failedReading(file, error), basename(file), options.delimiter);
  } finally {
    bytes.close();
  }
  onProgress?.({ label, done: bytes.total, total: bytes.total });
}

/** The batches without their first record. */
async function* withoutFirst(batches: AsyncIterable<CsvRecord[]>): AsyncGenerator<CsvRecord[], void, void> {
  let first = true;
  for await (const batch of batches) {
    yield first ? batch.slice(1) : batch;
    first &&= batch.length === 0;
  }
}

/** An undecodable byte with the name of the column it is in. */
function located(error: unknown, source: string, named: string | undefined): unknown {
  if (!(error instanceof UndecodableError) || error.line === 1) return error;
  const { encoding, line, shown, firstLine } = error;
  const delimiter = named ?? detectSeparator(firstLine, source);
  const column = firstLine.split(delimiter)[shown.split(delimiter).length - 1];
  return new UndecodableError({ source, encoding, line, shown, firstLine, column });
}
