import { InputError } from '../../errors.js';

/** One record of a file. */
export interface CsvRecord {
  /** Line of the file, from 1, that the record begins on (in a Parquet file: its row). */
  readonly line: number;
  /** Line it ends on: a later one where a quoted field holds line ends. */
  readonly lastLine: number;
  readonly fields: readonly string[];
}

export interface DelimitedOptions {
  /** File name, for messages. */
  readonly source: string;
  readonly delimiter: string;
  /** What fields that hold separators are quoted with; empty: nothing, quotes are ordinary characters. Default `"`. */
  readonly quote?: string;
  /** Lines that start with this are skipped. Default: none. */
  readonly comment?: string;
}

/** Text that holds no complete record may be this long; beyond it a quote was never closed. */
const longestRecord = 1 << 24;

/**
 * The records of delimited text (RFC 4180 quoting, any line ends), in batches as the text arrives. White space around fields is dropped,
 * but not within quotes, and so are empty lines.
 *
 * @throws InputError, with line and column, if a quote is out of place or never closed.
 */
export async function* delimitedRecords(
  chunks: AsyncIterable<string> | Iterable<string>,
  options: DelimitedOptions,
): AsyncGenerator<CsvRecord[], void, void> {
  let text = '';
  let line = 1;
  let header: readonly string[] | undefined;
  const take = (final: boolean): CsvRecord[] => {
    const records: CsvRecord[] = [];
    let position = 0;
    while (position < text.length) {
      const result = recordAt(text, position, final, options);
      if (result === undefined) break;
      if ('fault' in result) throw refusal(result, line, header, options.source);
      position = result.next;
      const lastLine = line + result.lineEnds;
      if (result.fields !== undefined) {
        header ??= result.fields;
        records.push({ line, lastLine, fields: result.fields });
      }
      line = lastLine + 1;
    }
    text = text.slice(position);
    return records;
  };
  for await (const chunk of chunks) {
    text += chunk;
    yield take(false);
    if (text.length > longestRecord) break;
  }
  yield take(true);
}

/** A record, or a skipped line (no fields): how many line ends its fields hold, and where the next one begins. */
interface Found {
  readonly fields?: readonly string[];
  readonly lineEnds: number;
  readonly next: number;
}

/** A quote that is never closed, stands within an unquoted field, or is followed by more of the field. */
interface Fault {
  readonly fault: 'open' | 'within' | 'after';
  /** Line ends in the record before it. */
  readonly lineEnds: number;
  /** Position of the field in its record. */
  readonly field: number;
}

/** The record that begins at a position; undefined if its end has not arrived. */
function recordAt(text: string, start: number, final: boolean, options: DelimitedOptions): Found | Fault | undefined {
  const { delimiter, quote = '"', comment = '' } = options;
  const lineEnd = nextLineEnd(text, start, final);
  if (lineEnd === undefined) return undefined;
  const whole = text.slice(start, lineEnd.at);
  const empty = whole.trim() === '' && !whole.includes(delimiter);
  if (empty || (comment !== '' && whole.startsWith(comment))) return { lineEnds: 0, next: lineEnd.next };
  if (quote === '' || !whole.includes(quote))
    return { fields: whole.split(delimiter).map((field) => field.trim()), lineEnds: 0, next: lineEnd.next };
  return quotedRecordAt(text, start, final, delimiter, quote);
}

/** As {@link recordAt}, field by field, for a line with quotes. */
function quotedRecordAt(
  text: string,
  start: number,
  final: boolean,
  delimiter: string,
  quote: string,
): Found | Fault | undefined {
  const fields: string[] = [];
  let lineEnds = 0;
  let position = start;
  for (;;) {
    const field = fields.length;
    const opening = skipBlanks(text, position, delimiter);
    if (text.startsWith(quote, opening)) {
      const closed = closingQuote(text, opening + quote.length, quote);
      if (closed === undefined) return final ? { fault: 'open', lineEnds, field } : undefined;
      // At the end of a chunk the quote may turn out to be the first of a doubled one.
      if (!final && closed.next >= text.length) return undefined;
      fields.push(closed.value);
      position = skipBlanks(text, closed.next, delimiter);
      const ended = position >= text.length || /[\r\n]/.test(text[position]) || text.startsWith(delimiter, position);
      if (!ended) return { fault: 'after', lineEnds, field };
      lineEnds += closed.value.match(/\r\n|\n|\r/g)?.length ?? 0;
    } else {
      const end = fieldEnd(text, position, delimiter);
      const value = text.slice(position, end);
      if (value.includes(quote)) return { fault: 'within', lineEnds, field };
      fields.push(value.trim());
      position = end;
    }
    if (!text.startsWith(delimiter, position)) break;
    position += delimiter.length;
  }
  const lineEnd = nextLineEnd(text, position, final);
  return lineEnd && { fields, lineEnds, next: lineEnd.next };
}

/** The next line end from a position, and where the line after it begins; at the end of the text only if that is final. */
function nextLineEnd(text: string, from: number, final: boolean): { at: number; next: number } | undefined {
  const newline = text.indexOf('\n', from);
  const at = from + text.slice(from, newline < 0 ? text.length : newline).indexOf('\r');
  if (at >= from) {
    if (at + 1 === text.length && !final) return undefined;
    return { at, next: at + (text[at + 1] === '\n' ? 2 : 1) };
  }
  if (newline >= 0) return { at: newline, next: newline + 1 };
  return final ? { at: text.length, next: text.length } : undefined;
}

function fieldEnd(text: string, from: number, delimiter: string): number {
  let position = from;
  while (position < text.length && text[position] !== '\n' && text[position] !== '\r') {
    if (text.startsWith(delimiter, position)) break;
    position++;
  }
  return position;
}

/** Where a quoted field ends, and its text with doubled quotes made single; undefined if its quote is not closed here. */
function closingQuote(text: string, from: number, quote: string): { value: string; next: number } | undefined {
  let position = from;
  for (;;) {
    const at = text.indexOf(quote, position);
    if (at < 0) return undefined;
    if (!text.startsWith(quote, at + quote.length))
      return { value: text.slice(from, at).replaceAll(quote + quote, quote), next: at + quote.length };
    position = at + 2 * quote.length;
  }
}

function skipBlanks(text: string, from: number, delimiter: string): number {
  let position = from;
  while (' \t\ufeff\u00a0'.includes(text[position] ?? '\n') && !text.startsWith(delimiter, position)) position++;
  return position;
}

function refusal(
  { fault, lineEnds, field }: Fault,
  line: number,
  header: readonly string[] | undefined,
  source: string,
): InputError {
  const name = header?.[field] ?? '';
  const column = name === '' ? `field ${field + 1}` : `column ${name}`;
  const place = `Line ${line + lineEnds} of ${source}`;
  const literally = "or say quote: '' to read quotes as ordinary characters";
  switch (fault) {
    case 'open':
      return new InputError(
        `${place} opens a quote in ${column} that is never closed; close or remove it, ${literally}.`,
      );
    case 'within':
      return new InputError(
        `${place} has a quote within ${column}; quote the whole field and double the quotes in it, ${literally}.`,
      );
    case 'after':
      return new InputError(
        `${place} goes on after the closing quote of ${column}; double the quotes within a quoted field, ${literally}.`,
      );
  }
}
