import { TextDecoder } from 'node:util';
import { InputError } from '../../errors.js';

/** Where text stopped being in its encoding. */
export interface UndecodablePlace {
  readonly source: string;
  readonly encoding: string;
  /** Line of the file, from 1. */
  readonly line: number;
  /** The line up to and with the first bad byte, which is shown as in Windows-1252. */
  readonly shown: string;
  /** First line of the file. */
  readonly firstLine: string;
  /** Column the byte is in, where that is known. */
  readonly column?: string;
}

/** A byte that the encoding does not allow, found while text is decoded. */
export class UndecodableError extends InputError {
  readonly encoding: string;
  readonly line: number;
  readonly shown: string;
  readonly firstLine: string;

  constructor({ source, encoding, line, shown, firstLine, column = '' }: UndecodablePlace) {
    super(
      `Line ${line} of ${source} is not ${encoding.toUpperCase()}${column === '' ? '' : ` in column ${column}`} ` +
        `("${shown.slice(-12)}", if it is Windows-1252); ` +
        "name the encoding it is in, e.g. encoding: 'windows-1252', or save the file as UTF-8.",
    );
    this.encoding = encoding;
    this.line = line;
    this.shown = shown;
    this.firstLine = firstLine;
  }
}

/**
 * The encoding of text that starts so: by its byte order mark; UTF-16 without one by the zero bytes of separators and line
 * ends; otherwise UTF-8.
 *
 * @throws InputError for UTF-32 and for bytes that are no text.
 */
export function detectEncoding(head: Uint8Array, source: string): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const starts = (...bytes: number[]): boolean => bytes.every((byte, i) => head[i] === byte);
  if (starts(0xff, 0xfe, 0, 0) || starts(0, 0, 0xfe, 0xff))
    throw new InputError(`${source} is in UTF-32, which is not read; save it as UTF-8.`);
  if (starts(0xff, 0xfe)) return 'utf-16le';
  if (starts(0xfe, 0xff)) return 'utf-16be';
  const zeros = [0, 0];
  for (let i = 0; i < head.length; i++) if (head[i] === 0) zeros[i % 2]++;
  if (zeros[0] + zeros[1] === 0) return 'utf-8';
  if (zeros[1] > 10 * zeros[0]) return 'utf-16le';
  if (zeros[0] > 10 * zeros[1]) return 'utf-16be';
  throw new InputError(`${source} holds zero bytes, so it is not a text file; export the table as CSV UTF-8.`);
}

/**
 * A decoder of this encoding that throws at bytes it does not allow.
 *
 * @throws InputError if there is no such encoding.
 */
export function strictDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    throw new InputError(
      `There is no encoding "${encoding}"; name one such as utf-8, utf-16le, windows-1252, windows-1250 or shift_jis.`,
    );
  }
}

/**
 * Decodes chunks of bytes as text, without its byte order mark.
 *
 * @throws UndecodableError at the first bytes that the encoding does not allow.
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  encoding: string,
  source: string,
): AsyncGenerator<string, void, void> {
  const decoder = strictDecoder(encoding);
  const blocks = decoder.encoding === 'utf-8' ? wholeLines(chunks) : chunks;
  let line = 1;
  let tail = '';
  let firstLine = '';
  const decode = (bytes: Uint8Array, stream: boolean): string => {
    try {
      const text = decoder.encoding === 'windows-1252' ? windows1252(bytes) : decoder.decode(bytes, { stream });
      if (decoder.encoding === 'windows-1252' && text.includes('\ufffd')) throw new RangeError('an unused byte');
      return text;
    } catch {
      throw undecodable(bytes, { source, encoding: decoder.encoding, line, tail, firstLine });
    }
  };
  for await (const bytes of blocks) {
    const text = decode(bytes, true);
    if (line === 1) firstLine = (firstLine + text).split(/[\r\n]/, 1)[0];
    line += countLineEnds(text);
    tail = text.slice(text.lastIndexOf('\n') + 1);
    yield text;
  }
  yield decode(new Uint8Array(0), false);
}

/** Line ends in a text: `\n`, `\r\n` or `\r`, each counted once. */
export function countLineEnds(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || (code === 13 && text.charCodeAt(i + 1) !== 10)) count++;
  }
  return count;
}

/** Chunks cut after line ends, so that no character is cut in two and a bad one is found by its line. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      pending.push(chunk);
      continue;
    }
    yield Buffer.concat([...pending, chunk.subarray(0, end)]);
    pending = [chunk.subarray(end)];
  }
  const rest = Buffer.concat(pending);
  if (rest.length > 0) yield rest;
}

interface Place {
  readonly source: string;
  readonly encoding: string;
  readonly line: number;
  readonly tail: string;
  readonly firstLine: string;
}

function undecodable(bytes: Uint8Array, { source, encoding, line, tail, firstLine }: Place): UndecodableError {
  const lenient =
    encoding === 'windows-1252' ? windows1252(bytes) : new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
  const at = encoding === 'utf-8' ? firstReplaced(bytes, lenient) : Math.max(lenient.indexOf('\ufffd'), 0);
  const before = tail + lenient.slice(0, at);
  const lineStart = Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1;
  const offset = encoding === 'utf-8' ? Buffer.byteLength(lenient.slice(0, at)) : -1;
  const culprit = offset < 0 ? '\ufffd' : windows1252(bytes.subarray(offset, offset + 1));
  return new UndecodableError({
    source,
    encoding,
    line: line + countLineEnds(lenient.slice(0, at)),
    shown: before.slice(lineStart) + culprit,
    firstLine: line === 1 ? (firstLine + lenient).split(/[\r\n]/, 1)[0] : firstLine,
  });
}

/** Where a lenient decoder put U+FFFD for bytes it could not read (the bytes EF BF BD are that character themselves). */
function firstReplaced(bytes: Uint8Array, lenient: string): number {
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = lenient.indexOf('\ufffd', from);
    if (at < 0) return lenient.length;
    offset += Buffer.byteLength(lenient.slice(from, at));
    if (bytes[offset] !== 0xef || bytes[offset + 1] !== 0xbf || bytes[offset + 2] !== 0xbd) return at;
    offset += 3;
    from = at + 1;
  }
}

/** Bytes 0x80 to 0x9F of Windows-1252, which Node.js decodes as the control characters of ISO 8859-1; five are not used. */
const upperControls = '€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ';

function windows1252(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return latin1.replace(/[\x80-\x9f]/g, (character) => upperControls[character.charCodeAt(0) - 0x80]);
}
