import { readFileSync } from 'node:fs';

/** Address of a row-major float32 matrix in the memory of {@link NetworkKernels}, in bytes. */
export type Address = number;

/**
 * Float32 kernels of a dense network in WebAssembly SIMD, on matrices in one memory. They hold no state between calls: a
 * caller lays its matrices out anew each time.
 */
export interface NetworkKernels {
  /** C = A·B for A `m×k`, B `k×n`, C `m×n`; n is a multiple of 8, and `panel` has room for 8·k numbers. */
  multiply(m: number, k: number, n: number, a: Address, b: Address, c: Address, panel: Address): void;
  /** B = Aᵀ for A `m×n`. */
  transpose(m: number, n: number, a: Address, b: Address): void;
  /** y = ELU(y) in place; the length is a multiple of 4. */
  elu(length: number, y: Address): void;
  /** gradient = gradient ∘ ELU′ in place, ELU′ from the output y; the length is a multiple of 4. */
  eluGradient(length: number, y: Address, gradient: Address): void;
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The part of WebAssembly used here, which TypeScript declares for browsers only. */
declare const WebAssembly: {
  readonly Memory: new (options: { initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const pageBytes = 65_536;

let instance: { readonly kernels: NetworkKernels; readonly memory: Memory } | undefined;

/**
 * The kernels, and the numbers of their memory with room for at least `length` of them. The numbers are the caller's until
 * the next call.
 */
export function networkKernels(length: number): { kernels: NetworkKernels; numbers: Float32Array } {
  instance ??= instantiate();
  const { kernels, memory } = instance;
  const missing = 4 * length - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  return { kernels, numbers: new Float32Array(memory.buffer) };
}

function instantiate() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(readFileSync(new URL('network.wasm', import.meta.url)));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return { kernels: exports as NetworkKernels, memory };
}
