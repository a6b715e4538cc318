import { readFileSync } from 'node:fs';

/** Computes the loss and gradient of linear models; arguments as in `assembly/kernels/linear-loss.ts`. */
type LinearLoss = (
  parameters: number,
  design: number,
  transposed: number,
  labels: number,
  costs: number,
  scratch: number,
  losses: number,
  gradients: number,
  models: number,
  logitsPerPoint: number,
  points: number,
  width: number,
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

/** The part of Node's WebAssembly that is used here; TypeScript declares it for browsers only. */
declare const WebAssembly: {
  validate(bytes: Uint8Array): boolean;
  readonly Memory: new (size: { initial: number }) => Memory;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: Memory } }) => { readonly exports: unknown };
};
interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** `wasm`: WebAssembly with SIMD; `plain`: the TypeScript twins. */
export type KernelChoice = 'wasm' | 'plain';

const pageBytes = 2 ** 16;
/** Below it the module may keep data of its own. */
const firstByte = 1024;

let loaded: WasmKernels | undefined;
let choice: KernelChoice | undefined;

/**
 * The WebAssembly kernels, compiled at first use, or undefined where the plain twins must do: where WebAssembly has no SIMD,
 * or where the environment variable `MODELPRED_KERNELS` is `plain`.
 */
export function wasmKernels(): WasmKernels | undefined {
  choice ??= process.env.MODELPRED_KERNELS === 'plain' ? 'plain' : 'wasm';
  if (choice === 'plain') return undefined;
  if (!loaded) {
    const bytes = readFileSync(new URL('./kernels.wasm', import.meta.url));
    if (WebAssembly.validate(bytes)) loaded = instantiate(bytes);
    else choice = 'plain';
  }
  return loaded;
}

/** Chooses the kernels of this process from now on, so that tests and benchmarks can compare them. */
export function chooseKernels(kernels: KernelChoice): void {
  choice = kernels;
}

function instantiate(bytes: Uint8Array): WasmKernels {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return {
    ...(exports as KernelExports),
    reserve(...lengths) {
      // Every array starts at a multiple of 16 bytes, as two-number loads prefer.
      const starts: number[] = [];
      let end = firstByte;
      for (const length of lengths) {
        starts.push(end);
        end += 16 * Math.ceil(length / 2);
      }
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
      return lengths.map((length, k) => new Float64Array(memory.buffer, starts[k], length));
    },
  };
}
