import { basename } from 'node:path';
import { safePoint, type RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import type { CsvRecord } from './delimited-text.js';
import { failedReading, openBytes } from './file-bytes.js';
import { openText } from './file-text.js';
import type { Table } from './text-table.js';

export interface JsonLinesOptions extends RunControl {
  /** Encoding of the file. Default: UTF-8, or UTF-16 where the file is. */
  readonly encoding?: string;
}

/** How often a reader looks up, in lines. */
const linesPerSafePoint = 20_000;

/**
 * Reads a file with one flat JSON object a line. Columns are the keys, in the order in which they first appear; a key that an
 * object lacks, and `null`, are empty fields. Numbers keep the digits they are written with.
 *
 * @throws InputError with line and key: a line is not an object, a key comes twice, a value is an object or a list.
 */
export async function readJsonLines(file: string, options: JsonLinesOptions = {}): Promise<Table> {
  const source = basename(file);
  const label = `reading ${source}`;
  const bytes = await openBytes(file);
  const records: { line: number; values: ReadonlyMap<string, string> }[] = [];
  const header = new Set<string>();
  try {
    const { encoding, chunks } = await openText(file, bytes, options.encoding);
    let line = 0;
    for await (const text of linesOf(chunks)) {
      line++;
      if (line % linesPerSafePoint === 0) {
        options.onProgress?.({ label, done: bytes.done(), total: bytes.total });
        await safePoint(options, label);
      }
      if (text.trim() === '') continue;
      const values = flatObject(text, line, source);
      for (const key of values.keys()) header.add(key);
      records.push({ line, values });
    }
    options.onProgress?.({ label, done: bytes.total, total: bytes.total });
    const names = [...header];
    const rows = records.map(({ line, values }): CsvRecord => ({
      line,
      lastLine: line,
      fields: names.map((name) => values.get(name) ?? ''),
    }));
    return { source, format: 'JSON lines', encoding, header: names, rows };
  } catch (error) {
    throw failedReading(file, error);
  } finally {
    bytes.close();
  }
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string, void, void> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Strings, numbers (and Python's NaN and Infinity), words, and marks of JSON. */
const token = /\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|-?Infinity|NaN|true|false|null|[{}[\]:,])/y;

/** The values of a JSON object as text, by key; `null` is empty. */
function flatObject(text: string, line: number, source: string): Map<string, string> {
  const values = new Map<string, string>();
  const place = `Line ${line} of ${source}`;
  token.lastIndex = 0;
  const next = (): string => token.exec(text)?.[1] ?? '';
  const malformed = new InputError(
    `${place} is not a JSON object on a line of its own, such as {"x": 1, "y": "a"}; correct it.`,
  );
  if (next() !== '{') throw malformed;
  for (let first = true; ; first = false) {
    const key = next();
    if (first && key === '}') break;
    if (!key.startsWith('"') || next() !== ':') throw malformed;
    const name = unquoted(key, malformed);
    const value = next();
    if (value === '{' || value === '[')
      throw new InputError(
        `${place} has ${value === '{' ? 'an object' : 'a list'} under "${name}"; flatten it into columns of its own, or leave it out of the file.`,
      );
    if (value === '' || /^[}\]:,]$/.test(value)) throw malformed;
    if (values.has(name)) throw new InputError(`${place} has the key "${name}" twice; remove one.`);
    values.set(name, value === 'null' ? '' : value.startsWith('"') ? unquoted(value, malformed).trim() : value);
    const mark = next();
    if (mark === '}') break;
    if (mark !== ',') throw malformed;
  }
  if (text.slice(token.lastIndex).trim() !== '') throw malformed;
  return values;
}

function unquoted(quoted: string, malformed: InputError): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw malformed;
  }
}
