import { readFile } from 'node:fs/promises';
import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import type { Learner } from '../../learners/learner.js';
import { subsetSizes } from '../../subsets/subsets.js';
import { refuseUnknownOptions } from '../../unknown-options.js';
import { checkBank, type Bank } from '../bank.js';
import { decodeNpy, type NumpyArray } from './npy.js';
import { decodeNpz } from './npz.js';

/** The array in a `.npy` file. @throws InputError if the file cannot be read, or is not one. */
export async function readNpy(file: string): Promise<NumpyArray> {
  return decodeNpy(await bytesOfFile(file), file);
}

/** The arrays in a `.npz` file, by name. @throws InputError if the file cannot be read, or is not one. */
export async function readNpz(file: string): Promise<Record<string, NumpyArray>> {
  return decodeNpz(await bytesOfFile(file), file);
}

async function bytesOfFile(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new InputError(`Cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? String(error)}.`);
  }
}

/**
 * A bank from masks and parameters that were computed elsewhere, e.g. by NumPy and scikit-learn. Residuals are computed here, at the given
 * parameters: they tell how near to the learner's optimum these are.
 *
 * @param options.masks `B×N` weights of the points, whole numbers from 0 to 255, or booleans
 * @param options.parameters `B×p` parameters, ordered as the learner orders its own
 * @throws InputError if shapes or values do not fit the pool and the learner.
 */
export function importBank(options: {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly masks: NumpyArray;
  readonly parameters: NumpyArray;
}): Bank {
  refuseUnknownOptions(options, ['pool', 'learner', 'masks', 'parameters'], 'importBank');
  const { pool, learner, masks, parameters } = options;
  const p = learner.parameterCount(pool);
  const [count, points] = masks.shape;
  if (masks.shape.length !== 2 || points !== pool.size)
    throw new InputError(
      `The masks have the shape (${masks.shape.join(', ')}); they need one row per model and ${pool.size} columns, one per point.`,
    );
  const [rows, width] = parameters.shape;
  if (parameters.shape.length !== 2 || rows !== count || width !== p)
    throw new InputError(
      `The parameters have the shape (${parameters.shape.join(', ')}); ${count} masks of "${learner.name}" on this pool need (${count}, ${p}).`,
    );
  const bad = masks.values.findIndex((weight) => !(Number.isInteger(weight) && weight >= 0 && weight <= 255));
  if (bad >= 0)
    throw new InputError(
      `The masks hold ${masks.values[bad]} in row ${Math.floor(bad / points)}; weights are whole numbers from 0 to 255.`,
    );
  const subsets = { count, poolSize: pool.size, weights: Uint8Array.from(masks.values) };
  const bank = {
    pool,
    learner,
    subsets,
    parameters: Float64Array.from(parameters.values),
    residuals: new Float64Array(),
  };
  checkBank({ ...bank });
  return { ...bank, residuals: residualsOf(bank) };
}

/** `B`: max|∇F_S(θ)| / (loss factor · n), as the learner measures its own. */
function residualsOf({ pool, learner, subsets, parameters }: Bank): Float64Array {
  const p = learner.parameterCount(pool);
  const gradients = learner.gradient(pool, subsets, parameters);
  return Float64Array.from(subsetSizes(subsets), (size, b) => {
    const row = gradients.subarray(b * p, (b + 1) * p);
    return row.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / (learner.lossFactor(pool) * size);
  });
}
