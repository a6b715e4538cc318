import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import type { Retrained } from '../../learners/learner.js';
import { createLearner } from '../../learners/registry.js';
import { randomStream } from '../../numerics/random.js';
import { datasetHash } from '../../data/hash.js';
import { bytesOf } from '../../storage.js';
import { refuseUnknownOptions } from '../../unknown-options.js';
import { packageVersion } from '../../version.js';
import { inArithmetic } from './arithmetic.js';
import { readStoredPool } from './bank-store.js';
import type { BankArithmetic } from './manifest.js';
import { inspectBank } from './read-bank.js';

/** What a check of a stored bank came to. */
export interface BankReceipt {
  /** Whether everything that was looked at is as it should be. */
  readonly verified: boolean;
  /** Blocks that were retrained and compared. */
  readonly checked: readonly number[];
  /** Rows of them that came out otherwise: which, and in what. */
  readonly differing: readonly { readonly block: number; readonly row: number; readonly what: string }[];
  readonly damaged: readonly { readonly block: number; readonly message: string }[];
  readonly blockCount: number;
  readonly missing: number;
  readonly arithmetic: BankArithmetic;
  /** Version of the package that made the bank, and that of the one that checked it. */
  readonly versions: { readonly made: string; readonly checked: string };
}

const optionNames = 'folder blocks seed onProgress signal'.split(' ');

/**
 * Checks a stored bank: the checksums of all blocks, the hash of its pool and, by retraining them in the bank's arithmetic, every byte of
 * some of its blocks, drawn at random. In canonical arithmetic these bytes are the same on every machine.
 *
 * @param options.blocks how many blocks to retrain, or `all`; default 3
 * @throws InputError if there is no bank, or it cannot be retrained here.
 */
export async function verifyBank(
  options: { readonly folder: string; readonly blocks?: number | 'all'; readonly seed?: number } & RunControl,
): Promise<BankReceipt> {
  refuseUnknownOptions(options, optionNames, 'verifyBank');
  const { folder, blocks = 3, seed = 1, onProgress, signal } = options;
  if (blocks !== 'all' && !(Number.isInteger(blocks) && blocks >= 1))
    throw new InputError(`blocks is ${blocks}; it must be a whole number of at least 1, or 'all'.`);
  const { store, stored, damaged } = await inspectBank(folder);
  const { manifest } = store;
  const pool = await readStoredPool(store);
  if (datasetHash(pool) !== manifest.pool.hash)
    throw new InputError(`The pool stored in ${folder} is not the one that its manifest names; delete the folder.`);
  const learner = createLearner(manifest.learner);
  const order = randomStream(seed, 'verify').permutation(stored.length);
  const checked = Array.from(order.subarray(0, blocks === 'all' ? undefined : blocks), (k) => stored[k]).sort(
    (a, b) => a - b,
  );
  const differing: { block: number; row: number; what: string }[] = [];
  for (const [k, block] of checked.entries()) {
    const rows = await store.read(block);
    if (!rows) continue;
    const again = await inArithmetic(manifest.arithmetic, () =>
      learner.retrain(pool, rows.subsets, { tolerance: manifest.tolerance, signal }),
    );
    const { first } = store.rowsOf(block);
    for (const { row, what } of differences(rows.trained, again)) differing.push({ block, row: first + row, what });
    onProgress?.({ label: 'retraining blocks', done: k + 1, total: checked.length });
  }
  const missing = store.blockCount - stored.length - damaged.length;
  return {
    verified: differing.length === 0 && damaged.length === 0 && checked.length > 0,
    checked,
    differing,
    damaged,
    blockCount: store.blockCount,
    missing,
    arithmetic: manifest.arithmetic,
    versions: { made: manifest.packageVersion, checked: packageVersion },
  };
}

/** Rows that differ in a byte. */
function differences(stored: Retrained, again: Retrained): { row: number; what: string }[] {
  const kinds = ['parameters', 'residuals', 'iterations', 'status'] as const;
  return kinds.flatMap((what) => {
    const [a, b] = [bytesOf(stored[what]), bytesOf(again[what])];
    const width = a.length / stored.count;
    return Array.from({ length: stored.count }, (_, row) => row)
      .filter((row) => a.subarray(row * width, (row + 1) * width).some((byte, k) => byte !== b[row * width + k]))
      .map((row) => ({ row, what }));
  });
}
