import { InputError } from '../errors.js';
import { kernelChoice } from './wasm-kernels.js';
import { ensureBytes, loadWasmModule, type WasmModule } from './wasm-module.js';

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

let module: WasmModule<NetworkKernels> | undefined;

/**
 * The kernels, and the numbers of their memory with room for at least `length` of them. The numbers are the caller's until
 * the next call.
 *
 * @throws InputError if this engine has no WebAssembly SIMD.
 */
export function networkKernels(length: number): { kernels: NetworkKernels; numbers: Float32Array } {
  module ??= load();
  const { exports, memory } = module;
  ensureBytes(memory, 4 * length);
  return { kernels: exports, numbers: new Float32Array(memory.buffer) };
}

function load(): WasmModule<NetworkKernels> {
  const fused = kernelChoice() === 'fused' ? loadWasmModule<NetworkKernels>('network-fused') : undefined;
  const loaded = fused ?? loadWasmModule<NetworkKernels>('network');
  if (!loaded) throw new InputError('This Node.js has no WebAssembly SIMD; set MODELPRED_BACKEND=cpu.');
  return loaded;
}
