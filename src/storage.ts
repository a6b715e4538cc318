import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Writes a file under a temporary name beside its own and renames it, so that a reader never meets a half-written one,
 * however the process ends. Missing folders are made.
 */
export async function writeFileAtomically(file: string, contents: string | Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, contents);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Fills a temporary folder beside a folder and renames it to it, in place of what was there. */
export async function replaceFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  await mkdir(dirname(target), { recursive: true });
  // Both names lie in one fresh folder beside the target: renaming is atomic only within one file system.
  const scratch = await mkdtemp(join(dirname(target), `.${basename(target)}-`));
  try {
    const filled = join(scratch, 'new');
    await mkdir(filled);
    await fill(filled);
    const old = join(scratch, 'old');
    const moved = await rename(target, old).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        return false;
      },
    );
    try {
      await rename(filled, target);
    } catch (error) {
      // Another one put its folder there meanwhile, or the disk failed: what was there goes back where that is possible.
      if (moved) await rename(old, target).catch(() => undefined);
      throw error;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
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
