import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Ending of names that files have while they are written. */
export const temporaryEnding = '.tmp';

/**
 * Writes a file under a temporary name beside its own, flushes it to the disk and renames it, so that neither a reader nor a loss of
 * power meets a half-written one. Missing folders are made.
 */
export async function writeFileAtomically(file: string, contents: string | Uint8Array): Promise<void> {
  const folder = dirname(resolve(file));
  await makeFolder(folder);
  const temporary = `${file}.${randomUUID()}${temporaryEnding}`;
  try {
    await writeFlushed(temporary, contents);
    await rename(temporary, file);
    await flushFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a file that is to stay as it is, flushed and in one step as {@link writeFileAtomically} does; one that is there already is left
 * alone, also if it came meanwhile.
 *
 * @returns whether it was written, rather than there already.
 */
export async function writeFileOnce(file: string, contents: Uint8Array): Promise<boolean> {
  const folder = dirname(resolve(file));
  const temporary = `${file}.${randomUUID()}${temporaryEnding}`;
  try {
    await makeFolder(folder);
    await writeFlushed(temporary, contents);
    await giveName(temporary, file);
    await flushFolder(folder);
    return true;
  } catch (error) {
    if (await isThere(file)) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Gives a file another name that is not taken. */
async function giveName(temporary: string, file: string): Promise<void> {
  try {
    await link(temporary, file);
  } catch (error) {
    // On a file system without links, what came meanwhile is replaced.
    const hasNoLinks = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM'].includes(
      (error as NodeJS.ErrnoException).code ?? '',
    );
    if (!hasNoLinks || (await isThere(file))) throw error;
    await rename(temporary, file);
  }
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** A folder whose index file names the subfolder that holds all other files, and is replaced last. */
export interface IndexedFolder {
  readonly folder: string;
  /** Name of the index file. */
  readonly index: string;
  /** Paths within the subfolder, and their contents. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The index's contents. @param contents the subfolder's name */
  readonly describe: (contents: string) => string;
}

/**
 * Replaces what an indexed folder holds without a moment in which there is nothing, or a mixture, to read: files go to a fresh
 * subfolder, then the index is replaced in one step, then subfolders of earlier contents are removed.
 */
export async function replaceContents({ folder, index, files, describe }: IndexedFolder): Promise<void> {
  // The same contents have the same name, so a folder has the same bytes whenever it is written.
  const hash = createHash('sha256');
  for (const [name, bytes] of files) hash.update(`${name} ${bytes.length}\n`).update(bytes);
  const contents = `contents-${hash.digest('hex').slice(0, 16)}`;
  const target = join(resolve(folder), contents);
  const isNew = (await stat(target).catch(() => undefined)) === undefined;
  try {
    for (const [name, bytes] of files) await writeFileAtomically(join(target, name), bytes);
    await writeFileAtomically(join(folder, index), describe(contents));
  } catch (error) {
    if (isNew) await rm(target, { recursive: true, force: true });
    throw error;
  }
  const earlier = (await readdir(folder)).filter((name) => name.startsWith('contents-') && name !== contents);
  await Promise.all(earlier.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function writeFlushed(file: string, contents: string | Uint8Array): Promise<void> {
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(contents);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a folder and those it lies in, and flushes the names of the new ones. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = resolve(folder); ; made = dirname(made)) {
    await flushFolder(dirname(made));
    if (made === resolve(first) || made === dirname(made)) return;
  }
}

/** Flushes the names in a folder; Windows has no such thing and does so by itself. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The bytes of a typed array, shared, not copied. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** JSON with sorted keys: equal exactly for equal plain data. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
