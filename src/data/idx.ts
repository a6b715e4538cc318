import { gunzipSync } from 'node:zlib';
import { InputError } from '../errors.js';

/** An array of bytes of any shape, as in the files of MNIST. */
export interface IdxArray {
  /** Length of each axis. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly values: Uint8Array;
}

const gzipMagic = 0x1f8b;
const unsignedByte = 0x08;

/**
 * Parses an IDX file of unsigned bytes, gzipped or not: two zero bytes, the type (0x08), the number of axes, the length of
 * each axis as a big-endian uint32, the values (https://yann.lecun.com/exdb/mnist/, "the IDX file format").
 *
 * @param name names the file in errors.
 * @throws InputError if it is no such file or it is cut short.
 */
export function parseIdx(bytes: Uint8Array, name: string): IdxArray {
  const raw = unzipped(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  if (raw.length < 4 || raw.readUInt16BE(0) !== 0 || raw[2] !== unsignedByte)
    throw new InputError(`${name} is not an IDX file of bytes; download it again.`);
  const axes = raw[3];
  const headerLength = 4 + 4 * axes;
  if (raw.length < headerLength) throw new InputError(`${name} ends within its header; download it again.`);
  const shape = Array.from({ length: axes }, (_, axis) => raw.readUInt32BE(4 + 4 * axis));
  const expected = shape.reduce((product, length) => product * length, 1);
  const values = raw.subarray(headerLength);
  if (values.length !== expected)
    throw new InputError(
      `${name} has ${values.length} values instead of ${shape.join('×')} = ${expected}; download it again.`,
    );
  return { shape, values };
}

function unzipped(bytes: Buffer, name: string): Buffer {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== gzipMagic) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    throw new InputError(`${name} is a damaged or incomplete gzip file; download it again.`);
  }
}
