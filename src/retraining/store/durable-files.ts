import { readFile } from 'node:fs/promises';
import { InputError } from '../../errors.js';
import { writeFileOnce } from '../../storage.js';

/**
 * {@link writeFileOnce} for a bank's files.
 *
 * @returns whether it was written, rather than there already.
 * @throws InputError where the disk is full, or the folder may not be written.
 */
export async function writeOnce(file: string, contents: Uint8Array): Promise<boolean> {
  try {
    return await writeFileOnce(file, contents);
  } catch (error) {
    throw explained(error, file);
  }
}

/** The bytes of a file; undefined if there is none. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw explained(error, file);
  }
}

const causes: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; make room, and the same call goes on where it stopped',
  EDQUOT: 'the disk quota is used up; make room, and the same call goes on where it stopped',
  EACCES: 'that is not allowed; change the permissions or name another folder',
  EPERM: 'that is not allowed; change the permissions or name another folder',
  EROFS: 'the file system is read-only; name another folder',
  ENOTDIR: 'a part of its path is a file; name another folder',
  EISDIR: 'it is a folder; name another one',
};

function explained(error: unknown, file: string): unknown {
  const cause = causes[(error as NodeJS.ErrnoException).code ?? ''];
  return cause === undefined ? error : new InputError(`Cannot use ${file}: ${cause}.`);
}
