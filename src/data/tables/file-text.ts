import { basename } from 'node:path';
import { InputError } from '../../errors.js';
import type { FileBytes } from './file-bytes.js';
import { decodeText, detectEncoding, strictDecoder } from './text-encoding.js';

/** The text of a file, its encoding and its start. */
export interface FileText {
  /** The encoding that was named, or else the one found. */
  readonly encoding: string;
  /** The first characters; all of a short file. */
  readonly head: string;
  /** All of the text, the head included. */
  readonly chunks: AsyncGenerator<string, void, void>;
}

/** Characters of a file that its separator is found in. */
const headLength = 1 << 16;

/**
 * Decodes a file that was opened.
 *
 * @param named the encoding that the caller says it is in.
 * @throws InputError if there is no such encoding, the byte order mark says otherwise, or, from the chunks, at bytes that the
 *   encoding does not allow.
 */
export async function openText(file: string, bytes: FileBytes, named?: string): Promise<FileText> {
  const source = basename(file);
  const wanted = named === undefined ? undefined : strictDecoder(named).encoding;
  const start = await peek(bytes.chunks, (first) => first.length >= 4);
  const first = Buffer.concat(start.seen);
  const marked = hasByteOrderMark(first);
  const found = wanted === undefined || marked ? detectEncoding(first, source) : wanted;
  if (wanted !== undefined && wanted !== found)
    throw new InputError(
      `${source} begins with the byte order mark of ${found}, so it is not in ${wanted}; leave out the option encoding.`,
    );
  let length = 0;
  const { seen, chunks } = await peek(
    decodeText(start.chunks, found, source),
    (text) => (length += text.length) >= headLength,
  );
  return { encoding: found, head: seen.join('').slice(0, headLength), chunks };
}

/** Items of a stream until one is enough, and the stream as if none had been taken. */
async function peek<T>(
  stream: AsyncIterable<T>,
  enough: (item: T) => boolean,
): Promise<{ seen: T[]; chunks: AsyncGenerator<T, void, void> }> {
  const iterator = stream[Symbol.asyncIterator]();
  const seen: T[] = [];
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) break;
    seen.push(next.value);
    if (enough(next.value)) break;
  }
  async function* all(): AsyncGenerator<T, void, void> {
    yield* seen;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  }
  return { seen, chunks: all() };
}

function hasByteOrderMark(head: Uint8Array): boolean {
  const start = Buffer.from(head.subarray(0, 3)).toString('hex');
  return start === 'efbbbf' || start.startsWith('fffe') || start.startsWith('feff');
}
