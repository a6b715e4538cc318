import { InputError } from '../errors.js';
import { ensureBytes, loadWasmModule, type WasmModule } from './wasm-module.js';

/** Losses of linear models, and their slopes in place of logits, as of `binaryCrossEntropy` in `assembly/kernels/linear-loss.ts`. */
type LinearLoss = (
  logits: number,
  labels: number,
  costs: number,
  losses: number,
  models: number,
  logitsPerPoint: number,
  points: number,
) => void;

/** Products of a sparse matrix with eight rows, as in `assembly/kernels/sparse-product.ts`. */
type SparseProduct = (
  starts: number,
  columns: number,
  values: number,
  points: number,
  from: number,
  to: number,
) => void;

/** What the module exports; pointers are byte addresses of float64 numbers in its memory. */
interface KernelExports {
  readonly multiplyTransposed: (a: number, b: number, rows: number, columns: number, inner: number, c: number) => void;
  readonly choleskyFactor: (a: number, n: number) => number;
  readonly choleskyInverse: (factor: number, transposed: number, n: number, inverse: number) => void;
  readonly exponentials: (x: number, pairs: number) => void;
  readonly log1ps: (x: number, pairs: number) => void;
  readonly binaryCrossEntropy: LinearLoss;
  readonly softmaxCrossEntropy: LinearLoss;
  readonly squaredHinge: LinearLoss;
  readonly squaredError: LinearLoss;
  readonly sparseTimesEight: SparseProduct;
  readonly addTransposedTimesEight: SparseProduct;
  readonly peak: (rounds: number, a: number, b: number) => number;
}

export interface WasmKernels extends KernelExports {
  /**
   * Arrays of the given lengths in the module's memory, uninitialised; their `byteOffset` is the pointer to hand to a kernel.
   * The memory is scratch: it grows to the largest request so far, and every call hands out the same memory again. So a
   * caller reserves, fills, computes and copies its results out without waiting for anything in between, and keeps no array
   * (growing detaches the old ones).
   */
  reserve(...lengths: readonly number[]): Float64Array[];
}

/**
 * `fused`: WebAssembly with SIMD and fused multiply-add; `wasm`: WebAssembly with SIMD; `plain`: the TypeScript twins. Products
 * and factors have the same bytes with `wasm` and `plain`; `fused` rounds less often, so its last digits differ.
 */
export const kernelChoices = ['fused', 'wasm', 'plain'] as const;
export type KernelChoice = (typeof kernelChoices)[number];

/** Below it the module may keep data of its own. */
const firstByte = 1024;

const loaded = new Map<KernelChoice, WasmKernels | undefined>();
let chosen: KernelChoice | undefined;

/**
 * The kernels of this process: the one that the environment variable `MODELPRED_KERNELS` names, else the fastest that this
 * engine can run.
 *
 * @throws InputError if the variable names none of them.
 */
export function kernelChoice(): KernelChoice {
  chosen ??= requestedKernels() ?? kernelChoices.find(canRun) ?? 'plain';
  return chosen;
}

/** Whether this engine can run these kernels. */
export function canRun(choice: KernelChoice): boolean {
  return choice === 'plain' || load(choice) !== undefined;
}

/** The WebAssembly kernels, compiled at first use, or undefined where the plain twins are chosen or must do. */
export function wasmKernels(): WasmKernels | undefined {
  return load(kernelChoice());
}

/**
 * Chooses the kernels of this process from now on, so that tests and benchmarks can compare them; `undefined` goes back to
 * the choice of {@link kernelChoice}.
 */
export function chooseKernels(kernels: KernelChoice | undefined): void {
  chosen = kernels;
}

function requestedKernels(): KernelChoice | undefined {
  const name = process.env.MODELPRED_KERNELS;
  if (!name) return undefined;
  const choice = kernelChoices.find((known) => known === name);
  if (!choice) throw new InputError(`MODELPRED_KERNELS is "${name}"; set it to one of ${kernelChoices.join(', ')}.`);
  return choice;
}

function load(choice: KernelChoice): WasmKernels | undefined {
  if (choice === 'plain') return undefined;
  if (!loaded.has(choice)) {
    const module = loadWasmModule<KernelExports>(choice === 'fused' ? 'kernels-fused' : 'kernels');
    loaded.set(choice, module && withScratch(module));
  }
  return loaded.get(choice);
}

function withScratch({ exports, memory }: WasmModule<KernelExports>): WasmKernels {
  return {
    ...exports,
    reserve(...lengths) {
      // Every array starts at a multiple of 16 bytes, as two-number loads prefer.
      const starts: number[] = [];
      let end = firstByte;
      for (const length of lengths) {
        starts.push(end);
        end += 16 * Math.ceil(length / 2);
      }
      ensureBytes(memory, end);
      return lengths.map((length, k) => new Float64Array(memory.buffer, starts[k], length));
    },
  };
}
