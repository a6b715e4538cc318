import { InputError } from '../../errors.js';
import { bytesOf } from '../../storage.js';

/** An array of NumPy's. */
export interface NumpyArray {
  readonly shape: readonly number[];
  /** Row by row ("C order"), whatever the file's order was. */
  readonly values: Float64Array | Uint8Array;
}

// The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
const magic = Buffer.from('\x93NUMPY', 'latin1');
const alignment = 64;

type Read = (view: DataView, offset: number) => number;

/** Types that are read, by NumPy's name without the byte order: bytes per number, and how one is read. */
const types: Readonly<Record<string, { readonly bytes: number; readonly read: (little: boolean) => Read }>> = {
  b1: { bytes: 1, read: () => (view, at) => view.getUint8(at) },
  u1: { bytes: 1, read: () => (view, at) => view.getUint8(at) },
  i1: { bytes: 1, read: () => (view, at) => view.getInt8(at) },
  u2: { bytes: 2, read: (little) => (view, at) => view.getUint16(at, little) },
  i2: { bytes: 2, read: (little) => (view, at) => view.getInt16(at, little) },
  u4: { bytes: 4, read: (little) => (view, at) => view.getUint32(at, little) },
  i4: { bytes: 4, read: (little) => (view, at) => view.getInt32(at, little) },
  u8: { bytes: 8, read: (little) => (view, at) => Number(view.getBigUint64(at, little)) },
  i8: { bytes: 8, read: (little) => (view, at) => Number(view.getBigInt64(at, little)) },
  f4: { bytes: 4, read: (little) => (view, at) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (little) => (view, at) => view.getFloat64(at, little) },
};

/** The bytes of a `.npy` file (version 1.0), little-endian, row by row. */
export function encodeNpy({ shape, values }: NumpyArray): Buffer {
  const type = values instanceof Uint8Array ? '|u1' : '<f8';
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const unpadded = magic.length + 4 + text.length + 1;
  const header = `${text}${' '.repeat((alignment - (unpadded % alignment)) % alignment)}\n`;
  const length = Buffer.alloc(2);
  length.writeUInt16LE(header.length);
  return Buffer.concat([magic, Buffer.of(1, 0), length, Buffer.from(header, 'latin1'), bytesOf(values)]);
}

/**
 * The array of a `.npy` file: booleans, integers and floats of any size and byte order, in C or Fortran order. Bytes and booleans come as
 * bytes, all else as float64.
 *
 * @param source the file's name, for messages
 * @throws InputError if it is not such a file, or cut off.
 */
export function decodeNpy(bytes: Uint8Array, source: string): NumpyArray {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { descr, fortranOrder, shape, dataAt } = readHeader(file, source);
  const type = types[descr.slice(1)];
  if (!type)
    throw new InputError(
      `${source} holds numbers of the type "${descr}", which cannot be read; save it with .astype("float64") or .astype("uint8").`,
    );
  const count = shape.reduce((product, length) => product * length, 1);
  if (file.length - dataAt !== count * type.bytes)
    throw new InputError(
      `${source} has ${file.length - dataAt} bytes of numbers, not the ${count * type.bytes} of its shape (${shape.join(', ')}); save it again.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataAt);
  const read = type.read(!descr.startsWith('>'));
  const values = type.bytes === 1 && descr.slice(1) !== 'i1' ? new Uint8Array(count) : new Float64Array(count);
  const place = fortranOrder ? fortranPlaces(shape) : (k: number) => k;
  for (let k = 0; k < count; k++) values[place(k)] = read(view, k * type.bytes);
  return { shape, values };
}

function readHeader(file: Buffer, source: string) {
  const refuse = (): never => {
    throw new InputError(`${source} is not a .npy file; write it with numpy.save.`);
  };
  if (file.length < 12 || !file.subarray(0, magic.length).equals(magic)) refuse();
  const wide = file[6] > 1;
  const textAt = wide ? 12 : 10;
  const dataAt = textAt + (wide ? file.readUInt32LE(8) : file.readUInt16LE(8));
  const text = file.subarray(textAt, dataAt).toString('latin1');
  const descr = /'descr': *'([<>|=][a-zA-Z]\d+)'/.exec(text)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(text)?.[1];
  const tuple = /'shape': *\(([\d, ]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || tuple === undefined || dataAt > file.length) return refuse();
  const shape = tuple
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(Number);
  return { descr, fortranOrder: order === 'True', shape, dataAt };
}

/** Where the k-th number in Fortran order, whose first index runs fastest, belongs row by row. */
function fortranPlaces(shape: readonly number[]): (k: number) => number {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, length) => product * length, 1));
  return (k) => {
    let rest = k;
    return shape.reduce((place, length, axis) => {
      const index = rest % length;
      rest = Math.floor(rest / length);
      return place + index * strides[axis];
    }, 0);
  };
}
