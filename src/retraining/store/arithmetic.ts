import { InputError } from '../../errors.js';
import { canRun, chooseKernels, kernelChoice, type KernelChoice } from '../../numerics/wasm-kernels.js';
import type { BankArithmetic } from './manifest.js';

const kernelsOf: Readonly<Record<BankArithmetic, KernelChoice>> = { canonical: 'wasm', fused: 'fused', plain: 'plain' };

/**
 * Does work in an arithmetic, which is the whole process's until the work has ended.
 *
 * @throws InputError if this engine cannot compute in it.
 */
export async function inArithmetic<T>(arithmetic: BankArithmetic, work: () => Promise<T>): Promise<T> {
  const kernels = kernelsOf[arithmetic];
  if (!canRun(kernels))
    throw new InputError(`This version of Node.js cannot compute in ${arithmetic} arithmetic; use a newer one.`);
  const before = kernelChoice();
  chooseKernels(kernels);
  try {
    return await work();
  } finally {
    chooseKernels(before);
  }
}
