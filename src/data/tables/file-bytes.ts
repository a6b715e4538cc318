import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { createGunzip } from 'node:zlib';
import { InputError } from '../../errors.js';
import { unreadable } from '../files.js';

/** A file being read: its chunks, unpacked where it is gzipped, and how far reading has come in bytes of the file. */
export interface FileBytes {
  readonly chunks: AsyncIterable<Buffer>;
  /** Size of the file. */
  readonly total: number;
  /** Bytes of the file read so far. */
  readonly done: () => number;
  /** Gives the file back; may be called more than once. */
  readonly close: () => void;
}

/** First bytes of files that are no text, and what to do with them. */
const otherFiles: readonly (readonly [magic: string, what: string, remedy: string])[] = [
  ['504b0304', 'a zip archive or an Excel workbook', 'unpack it, or save the sheet as CSV UTF-8'],
  ['d0cf11e0', 'an old Excel workbook', 'save the sheet as CSV UTF-8'],
  ['425a68', 'a bzip2 archive', 'unpack it'],
  ['fd377a585a', 'an xz archive', 'unpack it'],
  ['28b52ffd', 'a Zstandard archive', 'unpack it'],
  ['4152524f5731', 'an Arrow file', 'write it as Parquet or CSV'],
  ['89484446', 'an HDF5 file', 'write it as Parquet or CSV'],
  ['25504446', 'a PDF document', 'export the table as CSV'],
];

/**
 * Opens a file for reading in chunks; gzip is recognised by its first two bytes, whatever the file is called.
 *
 * @throws InputError if there is no such file, it may not be read, or it is an archive or a workbook.
 */
export async function openBytes(file: string): Promise<FileBytes> {
  const total = await fileSize(file);
  const start = (await firstBytes(file, 8)).toString('hex');
  const other = otherFiles.find(([magic]) => start.startsWith(magic));
  if (other !== undefined) throw new InputError(`${basename(file)} is ${other[1]}, not a table in text; ${other[2]}.`);
  const stream = createReadStream(file, { highWaterMark: 1 << 18 });
  return {
    chunks: start.startsWith('1f8b') ? stream.pipe(unzipping(stream)) : stream,
    total,
    done: () => stream.bytesRead,
    close: () => stream.destroy(),
  };
}

/** The first bytes of a file, fewer where it is shorter. */
export async function firstBytes(file: string, count: number): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** One sentence for a failure while a file is read; other errors are returned as they are. */
export function failedReading(file: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (typeof code === 'string' && code.startsWith('Z_'))
    return new InputError(`${basename(file)} is a damaged or incomplete gzip file; download it again.`);
  return unreadable(file, error);
}

/** Passes on what goes wrong with the file below it, which `pipe` does not. */
function unzipping(stream: NodeJS.ReadableStream): ReturnType<typeof createGunzip> {
  const gunzip = createGunzip();
  stream.once('error', (error: Error) => gunzip.destroy(error));
  return gunzip;
}

async function fileSize(file: string): Promise<number> {
  try {
    const status = await stat(file);
    if (status.isDirectory()) throw new InputError(`${file} is a folder; name a file in it.`);
    return status.size;
  } catch (error) {
    throw unreadable(file, error);
  }
}
