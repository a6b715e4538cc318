import { InputError } from '../../errors.js';
import { RetrainStatus } from '../../learners/learner.js';
import { createLearner } from '../../learners/registry.js';
import { concatenateSubsets } from '../../subsets/subsets.js';
import { checkBank, type Bank } from '../bank.js';
import { openBankStore, readStoredPool, type BankBlock, type BankStore } from './bank-store.js';
import { sha256 } from './framed-file.js';

/** What is in a bank's folder. */
export interface BankContents {
  readonly store: BankStore;
  /** Blocks that are stored, ascending. */
  readonly stored: readonly number[];
  /** Blocks whose file is damaged, with the sentence that says so. */
  readonly damaged: readonly { readonly block: number; readonly message: string }[];
}

/**
 * Looks through all blocks of a stored bank.
 *
 * @throws InputError if there is no bank in the folder, or its manifest is damaged.
 */
export async function inspectBank(folder: string): Promise<BankContents> {
  const store = await openBankStore(folder);
  const stored: number[] = [];
  const damaged: { block: number; message: string }[] = [];
  for (let block = 0; block < store.blockCount; block++) {
    try {
      if (await store.read(block)) stored.push(block);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      damaged.push({ block, message: error.message });
    }
  }
  return { store, stored, damaged };
}

/**
 * A stored bank: its pool, the learner by its description, and every row that has trained parameters, in order.
 *
 * @param options.partial whether a bank of which blocks are missing is taken as far as it goes; default false
 * @throws InputError if there is no bank, it is damaged or not complete, or its subsets are not those of the manifest.
 */
export async function readBank(
  folder: string,
  { partial = false }: { readonly partial?: boolean } = {},
): Promise<Bank> {
  const store = await openBankStore(folder);
  const pool = await readStoredPool(store);
  const blocks: BankBlock[] = [];
  for (let block = 0; block < store.blockCount; block++) {
    const rows = await store.read(block);
    if (rows) blocks.push(rows);
  }
  const missing = store.blockCount - blocks.length;
  if (blocks.length === 0 || (missing > 0 && !partial))
    throw new InputError(
      `${missing} of ${store.blockCount} blocks of the bank in ${folder} are missing; go on with it, or read it with { partial: true }.`,
    );
  const all = concatenateSubsets(...blocks.map(({ subsets }) => subsets));
  if (missing === 0 && sha256(all.weights).toString('hex') !== store.manifest.subsets.hash)
    throw new InputError(
      `The subsets of the bank in ${folder} are not those that its manifest names; delete the folder.`,
    );
  const bank = bankOf(blocks, { pool, learner: createLearner(store.manifest.learner) });
  checkBank(bank);
  return bank;
}

/** The rows that have trained parameters. */
function bankOf(blocks: readonly BankBlock[], { pool, learner }: Pick<Bank, 'pool' | 'learner'>): Bank {
  const usable: number[] = [RetrainStatus.converged, RetrainStatus.scheduleEnded];
  const rows = blocks.flatMap(({ trained, subsets }) =>
    Array.from(trained.status.keys())
      .filter((b) => usable.includes(trained.status[b]))
      .map((b) => ({ trained, subsets, b })),
  );
  const p = blocks[0].trained.parameterCount;
  const weights = new Uint8Array(rows.length * pool.size);
  const parameters = new Float64Array(rows.length * p);
  rows.forEach(({ trained, subsets, b }, k) => {
    weights.set(subsets.weights.subarray(b * pool.size, (b + 1) * pool.size), k * pool.size);
    parameters.set(trained.parameters.subarray(b * p, (b + 1) * p), k * p);
  });
  return {
    pool,
    learner,
    subsets: { count: rows.length, poolSize: pool.size, weights },
    parameters,
    residuals: Float64Array.from(rows, ({ trained, b }) => trained.residuals[b]),
  };
}
