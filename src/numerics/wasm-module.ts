import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

/** The part of Node's WebAssembly that is used here; TypeScript declares it for browsers only. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  readonly Memory: new (size: { initial: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: WasmMemory } }) => { readonly exports: unknown };
};

/** Memory of a module: pages of {@link pageBytes} bytes. Growing it detaches arrays that were made over it. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** A module's functions and the memory that their addresses refer to. */
export interface WasmModule<Exports> {
  readonly exports: Exports;
  readonly memory: WasmMemory;
}

const pageBytes = 2 ** 16;

/** Makes a memory hold at least this many bytes. */
export function ensureBytes(memory: WasmMemory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}

/**
 * A compiled kernel module beside this file, or undefined if this engine cannot run it: `kernels` and `network` need
 * WebAssembly SIMD, `kernels-fused` and `network-fused` relaxed SIMD too, whose multiply-add rounds once and takes half the
 * time. V8 has had relaxed SIMD behind a flag before it became a default (Node.js 22), so where it is missing the flag is
 * set and it is tried again.
 */
export function loadWasmModule<Exports>(name: string): WasmModule<Exports> | undefined {
  const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url));
  if (!WebAssembly.validate(bytes)) {
    if (!name.endsWith('-fused')) return undefined;
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    if (!WebAssembly.validate(bytes)) return undefined;
  }
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { exports: exports as Exports, memory };
}
