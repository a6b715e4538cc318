import { plainPerceptronKernels } from './perceptron-plain.js';
import { kernelChoice, type KernelChoice } from './wasm-kernels.js';
import { ensureBytes, loadWasmModule, type WasmModule } from './wasm-module.js';
import type { PerceptronKernels } from './perceptron-operations.js';

/** Kernels and the memory that their addresses refer to. */
export interface PerceptronMemory {
  readonly kernels: PerceptronKernels;
  readonly numbers: Float64Array;
}

const loaded = new Map<KernelChoice, WasmModule<PerceptronKernels> | undefined>();
let plainNumbers = new Float64Array(0);

/**
 * The kernels of this process' choice ({@link kernelChoice}) and their memory with room for at least `length` numbers, which
 * are the caller's until the next call; a caller that waits for anything must call again.
 */
export function perceptronKernels(length: number): PerceptronMemory {
  const module = load(kernelChoice());
  if (module) {
    ensureBytes(module.memory, 8 * length);
    return { kernels: module.exports, numbers: new Float64Array(module.memory.buffer) };
  }
  if (plainNumbers.length < length) plainNumbers = new Float64Array(length);
  return { kernels: plainPerceptronKernels(plainNumbers), numbers: plainNumbers };
}

function load(choice: KernelChoice): WasmModule<PerceptronKernels> | undefined {
  if (choice === 'plain') return undefined;
  if (!loaded.has(choice)) loaded.set(choice, loadWasmModule(choice === 'fused' ? 'perceptron-fused' : 'perceptron'));
  return loaded.get(choice);
}
