import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../src/errors.js';
import { writeFileAtomically } from '../../src/storage.js';

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space',
  EACCES: 'writing there is not permitted; choose another folder with --out',
  EPERM: 'writing there is not permitted; choose another folder with --out',
  EROFS: 'the file system is read-only; choose another folder with --out',
  ENOTDIR: 'a part of this path is a file; choose another folder with --out',
  EEXIST: 'a file is in the place of a folder; choose another folder with --out',
  EISDIR: 'a folder is in its place; remove it or choose another folder with --out',
};

/**
 * Writes a file whole or not at all: to a temporary name beside it, then renamed. Creates the folders it needs.
 *
 * @throws InputError with the path, the reason and the remedy where the place cannot be written.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFileAtomically(path, content);
  } catch (error) {
    throw explain(path, error);
  }
}

/** Finds out before long work, not after it, whether a folder can be written; creates it where it is missing. */
export async function requireWritable(folder: string): Promise<void> {
  const probe = join(folder, '.writable');
  await writeWhole(probe, '');
  await rm(probe);
}

/** A failed write as a sentence for people; errors that nobody can mend stay as they are. */
export function explain(path: string, error: unknown): unknown {
  const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
  return reason === undefined ? error : new InputError(`Cannot write ${path}: ${reason}.`);
}
