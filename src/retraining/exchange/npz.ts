import { unzipSync, zipSync } from 'fflate';
import { InputError } from '../../errors.js';
import { decodeNpy, encodeNpy, type NumpyArray } from './npy.js';

const ending = '.npy';

/** The bytes of a `.npz` file: a ZIP archive of `.npy` files, not compressed, as `numpy.savez` writes it. */
export function encodeNpz(arrays: Readonly<Record<string, NumpyArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, array]) => [name + ending, encodeNpy(array)]);
  // The same arrays have the same bytes at any time.
  return zipSync(Object.fromEntries(files) as Record<string, Uint8Array>, { level: 0, mtime: '1980-01-01' });
}

/** The arrays of a `.npz` file, by name. @throws InputError if it is not one, or holds a file that is not an array. */
export function decodeNpz(bytes: Uint8Array, source: string): Record<string, NumpyArray> {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes);
  } catch {
    throw new InputError(`${source} is not a .npz file, or damaged; write it with numpy.savez.`);
  }
  return Object.fromEntries(
    Object.entries(files).map(([name, contents]) => [
      name.endsWith(ending) ? name.slice(0, -ending.length) : name,
      decodeNpy(contents, `${name} in ${source}`),
    ]),
  );
}
