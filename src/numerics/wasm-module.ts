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

const compiled = new Map<string, object | undefined>();

/**
 * A kernel module with a new memory of at least so many bytes, or undefined if this engine cannot run it; see
 * {@link compileModule}.
 */
export function loadWasmModule<Exports>(name: string, bytes = pageBytes): WasmModule<Exports> | undefined {
  if (!compiled.has(name)) compiled.set(name, compileModule(name));
  const module = compiled.get(name);
  if (!module) return undefined;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { exports: exports as Exports, memory };
}

/**
 * A compiled kernel module beside this file, or undefined if this engine cannot run it: all need WebAssembly SIMD, those
 * that end in `-fused` relaxed SIMD too, whose multiply-add rounds once and takes half the
 * time. V8 has had relaxed SIMD behind a flag before it became a default (Node.js 22), so where it is missing the flag is
 * set and it is tried again.
 */
function compileModule(name: string): object | undefined {
  const bytes = readFileSync(new URL(`./${name}.wasm`, import.meta.url));
  if (!WebAssembly.validate(bytes)) {
    if (!name.endsWith('-fused')) return undefined;
    setFlagsFromString('--experimental-wasm-relaxed-simd');
    if (!WebAssembly.validate(bytes)) return undefined;
  }
  return new WebAssembly.Module(bytes);
}
