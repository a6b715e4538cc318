import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import { checkTolerance } from '../learners/checks.js';
import type { Learner, Retrained } from '../learners/learner.js';
import { checkSubsets, type Subsets } from '../subsets/subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';
import { retrainInWorkers } from './retrain-in-workers.js';
import { inArithmetic } from './store/arithmetic.js';
import { createBankStore, type BankStore } from './store/bank-store.js';
import { makeManifest, type BankArithmetic, type SamplerDescription } from './store/manifest.js';

export interface RetrainInBlocksOptions extends RunControl {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly subsets: Subsets;
  /** Largest residual of a row. Default 1e-8. */
  readonly tolerance?: number;
  /** Threads to retrain in; the bytes of the result do not depend on it. Default 1: this thread. */
  readonly workers?: number;
  /** Subsets retrained, and stored, together: a bound on memory. Default 1024. */
  readonly blockSubsets?: number;
  /**
   * Folder in which finished blocks are kept. A retraining of the same subsets finds them there and goes on where an earlier
   * one stopped, to the same bytes; several processes may work on it at once.
   */
  readonly store?: string;
  /**
   * Of a store: `canonical` (default) gives the same bytes on every machine, so that anyone can verify them; `fused` is faster where the
   * engine has multiply-add.
   */
  readonly arithmetic?: BankArithmetic;
  /** Of a store: where the subsets come from, for its manifest. */
  readonly sampler?: SamplerDescription;
}

const optionNames =
  'pool learner subsets tolerance workers blockSubsets store arithmetic sampler onProgress signal'.split(' ');

export const defaultTolerance = 1e-8;
const defaultBlockSubsets = 1024;

/**
 * Retrains subsets block by block, in one or several threads, keeping what is finished where a store is given: a run that is
 * killed loses the block in flight and no more.
 *
 * @throws InputError if the block size is not a positive whole number, the store is damaged, full or of another retraining, or as
 * `learner.retrain`.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function retrainInBlocks(options: RetrainInBlocksOptions): Promise<Retrained> {
  refuseUnknownOptions(options, optionNames, 'retrainInBlocks');
  const { pool, learner, subsets, tolerance = defaultTolerance, blockSubsets = defaultBlockSubsets } = options;
  const { store: folder, arithmetic = 'canonical', sampler = {} } = options;
  if (!(Number.isInteger(blockSubsets) && blockSubsets >= 1)) {
    throw new InputError(`blockSubsets is ${blockSubsets}; it must be a whole number of at least 1.`);
  }
  // Before it is written into a store.
  checkTolerance(tolerance);
  checkSubsets(subsets, pool);
  const whole = emptyResult(subsets.count, learner.parameterCount(pool));
  if (folder === undefined) {
    for (let first = 0; first < subsets.count; first += blockSubsets) {
      const block = rowsOf(subsets, first, Math.min(blockSubsets, subsets.count - first));
      place(await retrainRows(options, block, first), whole, first);
    }
    return whole;
  }
  const manifest = makeManifest({ pool, learner, subsets, sampler, tolerance, blockSubsets, arithmetic });
  const store = await createBankStore({ folder, manifest, pool });
  // An object of its own, as what is prepared for a pool is kept with it, in whatever arithmetic it was computed.
  const own = { ...options, pool: { ...pool } };
  await inArithmetic(arithmetic, () => retrainInto(store, own, whole));
  return whole;
}

/** Fills a store's missing blocks: first those that no other process has taken up, then those that are still missing. */
async function retrainInto(store: BankStore, options: RetrainInBlocksOptions, whole: Retrained): Promise<void> {
  const { subsets, onProgress } = options;
  const total = subsets.count;
  const left: number[] = [];
  const finish = async (block: number, mayWait: boolean): Promise<void> => {
    const { first, count } = store.rowsOf(block);
    const stored = await store.read(block);
    if (stored) {
      place(stored.trained, whole, first);
      onProgress?.({ label: labelOf(total), done: first + count, total, detail: 'found in the store' });
    } else if (!(await store.claim(block)) && mayWait) left.push(block);
    else {
      const rows = rowsOf(subsets, first, count);
      const trained = await retrainRows(options, rows, first);
      await store.write(block, { subsets: rows, trained });
      place(trained, whole, first);
    }
  };
  for (let block = 0; block < store.blockCount; block++) await finish(block, true);
  for (const block of left) await finish(block, false);
  await store.tidy();
}

const labelOf = (count: number): string => `retraining ${count.toLocaleString('en')} subsets`;

/** The models of some rows, which begin at row `first` of all. */
async function retrainRows(options: RetrainInBlocksOptions, rows: Subsets, first: number): Promise<Retrained> {
  const { pool, learner, subsets, tolerance = defaultTolerance, workers = 1, onProgress, signal } = options;
  const label = labelOf(subsets.count);
  const control: RunControl = {
    signal,
    onProgress:
      onProgress && (({ done, detail }) => onProgress({ label, done: first + done, total: subsets.count, detail })),
  };
  return workers === 1
    ? await learner.retrain(pool, rows, { tolerance, ...control })
    : await retrainInWorkers({ pool, learner, subsets: rows, tolerance, workers, ...control });
}

/** Rows `first` to `first + count − 1`, sharing memory with all of them. */
function rowsOf({ poolSize, weights }: Subsets, first: number, count: number): Subsets {
  return { count, poolSize, weights: weights.subarray(first * poolSize, (first + count) * poolSize) };
}

/** B rows to be filled. */
export function emptyResult(count: number, parameterCount: number): Retrained {
  return {
    count,
    parameterCount,
    parameters: new Float64Array(count * parameterCount),
    residuals: new Float64Array(count),
    iterations: new Uint16Array(count),
    status: new Uint8Array(count),
  };
}

function place(part: Retrained, whole: Retrained, first: number): void {
  whole.parameters.set(part.parameters, first * whole.parameterCount);
  whole.residuals.set(part.residuals, first);
  whole.iterations.set(part.iterations, first);
  whole.status.set(part.status, first);
}
