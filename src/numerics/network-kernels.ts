import { InputError } from '../errors.js';
import { kernelChoice } from './wasm-kernels.js';
import { ensureBytes, loadWasmModule, type WasmModule } from './wasm-module.js';

/** Address of a row-major float32 matrix in the memory of {@link NetworkKernels}, in bytes. */
export type Address = number;

/** C (`m×n`, n a multiple of 8) is a product of A and B over k; `scratch` has room for {@link productScratch} numbers. */
type Product = (m: number, k: number, n: number, a: Address, b: Address, c: Address, scratch: Address) => void;

/** Float32 kernels of a dense network in WebAssembly SIMD, on matrices in one memory. They hold no state between calls. */
export interface NetworkKernels {
  /** C = A·B for A `m×k`, B `k×n`. */
  readonly multiply: Product;
  /** C = Aᵀ·B for A `k×m`, B `k×n`. */
  readonly multiplyFirstTransposed: Product;
  /** C = A·Bᵀ for A `m×k`, B `n×k`. */
  readonly multiplySecondTransposed: Product;
  /** Which of each four points subsets have, and their sizes (−1: a weight is above 1), see `assembly/network/pooling.ts`. */
  maskCodes(rows: number, points: number, weights: Address, codes: Address, sizes: Address): void;
  /** Sums or means of the rows of `described` (`points×columns`) over subsets, see `assembly/network/pooling.ts`. */
  poolMasks(
    rows: number,
    points: number,
    columns: number,
    codes: Address,
    sizes: Address,
    described: Address,
    pooled: Address,
    stride: number,
    mean: number,
    tables: Address,
  ): void;
  /** y = y + bias row by row, then ELU where `activated` is 1, in place; columns are a multiple of 8. */
  addBias(rows: number, columns: number, y: Address, bias: Address, activated: 0 | 1): void;
  /** Copies `rows` rows of `width` numbers between places where rows are so many numbers apart. */
  copyRows(rows: number, width: number, from: Address, fromStride: number, to: Address, toStride: number): void;
  /** y = ELU(y) in place; the length is a multiple of 4. */
  elu(length: number, y: Address): void;
  /** gradient = gradient ∘ ELU′ in place, ELU′ from the output y; the length is a multiple of 4. */
  eluGradient(length: number, y: Address, gradient: Address): void;
  /** One step of Adam in place, see `assembly/network/update.ts`; the length is a multiple of 4. */
  adam(
    length: number,
    weights: Address,
    gradient: Address,
    first: Address,
    second: Address,
    firstDecay: number,
    secondDecay: number,
    epsilon: number,
    keep: number,
    stepSize: number,
    correction: number,
  ): void;
  /** Σ|x| in float64. */
  absoluteSum(length: number, x: Address): number;
  /** Σx² in float64. */
  squareSum(length: number, x: Address): number;
  /** gradient += absolute·sign(x) + linear·x. */
  addWeightPenalties(length: number, x: Address, gradient: Address, absolute: number, linear: number): void;
  /** The elementwise parts of the penalties of logistic regression, see `assembly/network/logistic.ts`. */
  binaryExcess(
    models: number,
    points: number,
    logits: Address,
    labels: Address,
    weights: Address,
    excess: Address,
    losses: Address,
  ): void;
  binaryPullback(
    models: number,
    points: number,
    changes: Address,
    probabilities: Address,
    weights: Address,
    excess: Address,
    scales: Address,
    strength: number,
  ): void;
  softmaxExcess(
    models: number,
    classes: number,
    points: number,
    logits: Address,
    labels: Address,
    weights: Address,
    excess: Address,
    losses: Address,
  ): void;
  softmaxPullback(
    models: number,
    classes: number,
    points: number,
    changes: Address,
    probabilities: Address,
    weights: Address,
    excess: Address,
    scales: Address,
    strength: number,
  ): void;
}

/** Numbers of scratch that a product over k needs: a tile of C, a panel of B, and the part of A that is copied at a time. */
export function productScratch(k: number): number {
  return 32 + 8 * k + Math.max(32_768, 16 * k);
}

/** Numbers that the tables of {@link NetworkKernels.poolMasks} take. */
export const poolingTables = 4096;

/** Numbers (of four bytes) that the codes of so many subsets of a pool take. */
export function maskCodeNumbers(rows: number, points: number): number {
  return 2 * rows * Math.ceil(points / 32);
}

/** Where matrices lie in a memory: one after the other, each at a whole vector of four numbers. */
export interface MemoryPlan {
  /** Room for so many numbers. */
  readonly take: (length: number) => Address;
  /** Numbers taken in all. */
  readonly length: number;
}

export function memoryPlan(): MemoryPlan {
  let length = 0;
  return {
    take(size) {
      const address = 4 * length;
      length += 4 * Math.ceil(size / 4);
      return address;
    },
    get length() {
      return length;
    },
  };
}

/** Kernels with a memory of their own, which stays the owner's from call to call. */
export interface NetworkMemory {
  readonly kernels: NetworkKernels;
  /** The memory, with room for at least so many numbers. Growing detaches arrays that were made over it before. */
  readonly numbers: (length: number) => Float32Array;
}

/**
 * Kernels over a new memory.
 *
 * @throws InputError if this engine has no WebAssembly SIMD.
 */
export function networkMemory(): NetworkMemory {
  const { exports: kernels, memory } = load();
  return {
    kernels,
    numbers(length) {
      ensureBytes(memory, 4 * length);
      return new Float32Array(memory.buffer);
    },
  };
}

let shared: NetworkMemory | undefined;

/**
 * The kernels over the one memory that all callers share, and its numbers with room for at least `length` of them. They are
 * the caller's until the next call.
 *
 * @throws InputError if this engine has no WebAssembly SIMD.
 */
export function networkKernels(length: number): { kernels: NetworkKernels; numbers: Float32Array } {
  shared ??= networkMemory();
  return { kernels: shared.kernels, numbers: shared.numbers(length) };
}

function load(): WasmModule<NetworkKernels> {
  const fused = kernelChoice() === 'fused' ? loadWasmModule<NetworkKernels>('network-fused') : undefined;
  const loaded = fused ?? loadWasmModule<NetworkKernels>('network');
  if (!loaded) throw new InputError('This Node.js has no WebAssembly SIMD; set MODELPRED_BACKEND=cpu.');
  return loaded;
}
