import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/**
 * What happens in the n-th operation that changes a folder: the process is killed; or, in this process, nothing more can be done from
 * then on, which leaves the folder as a kill does; or the disk is full.
 */
export type Failure = 'kill' | 'death' | 'full disk';

/**
 * From now on counts the operations of this process that change files or force them to the disk, and lets the n-th one (from 1) go
 * wrong, after half of what was to be written.
 *
 * @returns how many there were, and how to go back.
 */
export function failAt(n: number, failure: Failure): { readonly count: () => number; readonly restore: () => void } {
  let count = 0;
  const original = { ...fs.promises };
  const strike = (): void => {
    count++;
    if (failure === 'kill' && count === n) process.kill(process.pid, 'SIGKILL');
    if (failure === 'death' && n > 0 && count >= n) throw new Error('dead');
    if (failure === 'full disk' && count === n)
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  };
  const guarded =
    <Arguments extends unknown[], Result>(operation: (...values: Arguments) => Promise<Result>) =>
    async (...values: Arguments): Promise<Result> => {
      strike();
      return operation(...values);
    };
  const open = async (...values: Parameters<typeof original.open>) => {
    if (values[1] !== 'r') strike();
    const handle = await original.open(...values);
    const [writeFile, sync] = [handle.writeFile.bind(handle), handle.sync.bind(handle)];
    handle.writeFile = async (contents) => {
      if (count + 1 === n && ArrayBuffer.isView(contents)) {
        const bytes = Buffer.from(contents.buffer, contents.byteOffset, contents.byteLength);
        await writeFile(bytes.subarray(0, bytes.length / 2));
      }
      strike();
      await writeFile(contents);
    };
    handle.sync = guarded(sync);
    return handle;
  };
  const { link, unlink, mkdir, rm, rename } = original;
  Object.assign(fs.promises, {
    open,
    link: guarded(link),
    unlink: guarded(unlink),
    mkdir: guarded(mkdir),
    rm: guarded(rm),
    rename: guarded(rename),
  });
  syncBuiltinESMExports();
  return {
    count: () => count,
    restore: () => {
      Object.assign(fs.promises, original);
      syncBuiltinESMExports();
    },
  };
}
