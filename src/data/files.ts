import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../errors.js';

/** Path of a file in the package's `data` folder; the same from the repository and from an installed package. */
export function dataPath(name: string): string {
  return fileURLToPath(new URL(`../../../data/${name}`, import.meta.url));
}

/**
 * Bytes of a file.
 *
 * @throws InputError if there is no such file, it is a folder, or it may not be read.
 */
export async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** One sentence for why a file could not be read; other errors are returned as they are. */
export function unreadable(file: string, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new InputError(`There is no file ${file}; check the path (it is relative to ${process.cwd()}).`);
    case 'EISDIR':
      return new InputError(`${file} is a folder; name a file in it.`);
    case 'EACCES':
    case 'EPERM':
      return new InputError(`${file} may not be read; check its permissions.`);
    case 'ERR_FS_FILE_TOO_LARGE':
      return new InputError(`${file} is too large to read at once; split it.`);
    default:
      return error;
  }
}

/** Lower-case hexadecimal SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const verified = new Set<string>();

/**
 * Checks a file against its recorded SHA-256, once per process.
 *
 * @throws InputError if the bytes differ: the file is damaged, cut short or edited.
 */
export async function verifyFile(file: string, expected: string): Promise<void> {
  const key = `${expected} ${file}`;
  if (verified.has(key)) return;
  const actual = sha256(await readBytes(file));
  if (actual !== expected)
    throw new InputError(
      `${basename(file)} is damaged or was changed (SHA-256 ${actual.slice(0, 12)}… instead of ${expected.slice(0, 12)}…); ` +
        `restore ${file} by installing the package again.`,
    );
  verified.add(key);
}
