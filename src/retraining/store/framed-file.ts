import { createHash } from 'node:crypto';
import { InputError } from '../../errors.js';
import { bytesOf } from '../../storage.js';

// A file of the store: 8 bytes that say what it is, the length of its header (uint32), the header (JSON), the arrays one after the
// other (little-endian), and the SHA-256 of all that. Cut off anywhere, or with any byte changed, it does not fit its checksum.
const signature = Buffer.from('MDLPRED1', 'latin1');
const checksumBytes = 32;
const headerAt = signature.length + 4;

/** A file's bytes. */
export function frame(header: object, arrays: readonly ArrayBufferView[]): Buffer {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const contents = Buffer.concat([signature, length, text, ...arrays.map(bytesOf)]);
  return Buffer.concat([contents, sha256(contents)]);
}

/**
 * Header and bytes of the arrays, in memory of their own.
 *
 * @param remedy what to do about a damaged file, as the end of a sentence
 * @throws InputError if the file is not what was written.
 */
export function unframe(bytes: Buffer, file: string, remedy: string): { header: unknown; arrays: ArrayBuffer } {
  const contents = bytes.subarray(0, -checksumBytes);
  const whole = bytes.length >= headerAt + checksumBytes && sha256(contents).equals(bytes.subarray(-checksumBytes));
  if (!whole || !contents.subarray(0, signature.length).equals(signature))
    throw new InputError(`${file} is damaged; ${remedy}.`);
  const arraysAt = headerAt + contents.readUInt32LE(signature.length);
  const header: unknown = JSON.parse(contents.subarray(headerAt, arraysAt).toString('utf8'));
  // A copy of its own, as numbers must begin at multiples of their length.
  return { header, arrays: new Uint8Array(contents.subarray(arraysAt)).buffer };
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
