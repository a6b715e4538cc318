import { open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import type { Retrained } from '../../learners/learner.js';
import { temporaryEnding } from '../../storage.js';
import type { Subsets } from '../../subsets/subsets.js';
import { readIfThere, writeOnce } from './durable-files.js';
import { frame, unframe } from './framed-file.js';
import { checkSameBank, manifestHash, readManifest, writeManifest, type BankManifest } from './manifest.js';

/** The rows of one block: subsets and what they trained to. */
export interface BankBlock {
  readonly subsets: Subsets;
  readonly trained: Retrained;
}

/** A bank in a folder, to which blocks are added and of which none is ever changed. */
export interface BankStore {
  readonly folder: string;
  readonly manifest: BankManifest;
  /** Blocks of the whole bank, stored or not. */
  readonly blockCount: number;
  /** First row and number of rows of a block. */
  rowsOf(block: number): { readonly first: number; readonly count: number };
  /**
   * The rows of a block, or undefined if it has not been stored.
   *
   * @throws InputError if its file is damaged or of another bank.
   */
  read(block: number): Promise<BankBlock | undefined>;
  /**
   * Stores a block whole, forced to the disk, unless it is there already: several processes may add blocks, and the first one's stays.
   *
   * @throws InputError if the disk is full or the folder may not be written.
   */
  write(block: number, rows: BankBlock): Promise<void>;
  /** Whether this process is the first to take up a block: so that several processes share the blocks. It ends with the block. */
  claim(block: number): Promise<boolean>;
  /** Removes what processes that were killed left behind, once all blocks are there. */
  tidy(): Promise<void>;
}

const manifestFile = 'manifest.json';
const claimEnding = '.claim';
const poolHeader = z.strictObject({ pool: z.string(), featureNames: z.array(z.string()) });
const blockHeader = z.strictObject({ bank: z.string(), block: z.int(), first: z.int(), count: z.int() });

/**
 * Begins a bank in a folder, or opens the one that is there.
 *
 * @throws InputError if the folder holds another bank, a damaged one, or may not be written.
 */
export async function createBankStore(options: {
  readonly folder: string;
  readonly manifest: BankManifest;
  readonly pool: Dataset;
}): Promise<BankStore> {
  const { folder, manifest, pool } = options;
  const file = join(folder, manifestFile);
  const stored = await readIfThere(file);
  if (stored) checkSameBank(folder, readManifest(stored, file), manifest);
  // The pool first: where there is a manifest, the bank can be read.
  await writeOnce(
    poolFileOf(folder, manifest),
    frame({ pool: manifest.pool.hash, featureNames: pool.featureNames }, [pool.features, pool.labels]),
  );
  if (!stored && !(await writeOnce(file, writeManifest(manifest)))) return createBankStore(options);
  return openBankStore(folder);
}

/** @throws InputError if there is no bank in the folder, or its manifest is damaged. */
export async function openBankStore(folder: string): Promise<BankStore> {
  const file = join(folder, manifestFile);
  const bytes = await readIfThere(file);
  if (!bytes) throw new InputError(`There is no bank in ${folder}: it has no ${manifestFile}.`);
  const manifest = readManifest(bytes, file);
  return storeOf(folder, manifest);
}

/** Named by its hash: one that was begun with another pool, and has no manifest yet, is not in the way. */
function poolFileOf(folder: string, { pool }: BankManifest): string {
  return join(folder, `pool-${pool.hash.slice(0, 16)}.bin`);
}

function storeOf(folder: string, manifest: BankManifest): BankStore {
  const { count: total } = manifest.subsets;
  const { blockSubsets } = manifest;
  const bank = manifestHash(manifest);
  const fileOf = (block: number): string => join(folder, `block-${String(block).padStart(6, '0')}.bin`);
  const rowsOf = (block: number) => {
    const first = block * blockSubsets;
    return { first, count: Math.min(blockSubsets, total - first) };
  };
  return {
    folder,
    manifest,
    blockCount: Math.ceil(total / blockSubsets),
    rowsOf,
    async read(block) {
      const bytes = await readIfThere(fileOf(block));
      if (!bytes) return undefined;
      const { header, arrays } = unframe(bytes, fileOf(block), 'delete this file, and its subsets are retrained');
      const rows = blockHeader.parse(header);
      const { first, count } = rowsOf(block);
      if (rows.bank !== bank || rows.block !== block || rows.first !== first || rows.count !== count)
        throw new InputError(
          `${fileOf(block)} belongs to another bank; delete this file, and its subsets are retrained.`,
        );
      return splitBlock(arrays, count, manifest);
    },
    async write(block, { subsets, trained }) {
      const { parameters, residuals, iterations, status } = trained;
      const arrays = [parameters, residuals, iterations, status, subsets.weights];
      await writeOnce(fileOf(block), frame({ bank, block, ...rowsOf(block) }, arrays));
      await unlink(fileOf(block) + claimEnding).catch(() => undefined);
    },
    claim: (block) => createEmpty(fileOf(block) + claimEnding),
    async tidy() {
      const left = (await readdir(folder)).filter(
        (name) => name.endsWith(temporaryEnding) || name.endsWith(claimEnding),
      );
      await Promise.all(left.map((name) => unlink(join(folder, name)).catch(() => undefined)));
    },
  };
}

async function createEmpty(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    // Where it cannot be claimed for another reason, writing the block will say so.
    return (error as NodeJS.ErrnoException).code !== 'EEXIST';
  }
}

function splitBlock(arrays: ArrayBuffer, count: number, { parameterCount: p, pool }: BankManifest): BankBlock {
  const residualsAt = 8 * count * p;
  const weightsAt = residualsAt + 11 * count;
  return {
    trained: {
      count,
      parameterCount: p,
      parameters: new Float64Array(arrays, 0, count * p),
      residuals: new Float64Array(arrays, residualsAt, count),
      iterations: new Uint16Array(arrays, residualsAt + 8 * count, count),
      status: new Uint8Array(arrays, residualsAt + 10 * count, count),
    },
    subsets: { count, poolSize: pool.size, weights: new Uint8Array(arrays, weightsAt, count * pool.size) },
  };
}

/** The pool of a stored bank. @throws InputError if its file is missing, damaged, or of another bank. */
export async function readStoredPool({ folder, manifest }: BankStore): Promise<Dataset> {
  const file = poolFileOf(folder, manifest);
  const bytes = await readIfThere(file);
  const remedy = 'go on with the bank from its data, which writes it anew once this file is deleted';
  if (!bytes) throw new InputError(`${file} is missing; ${remedy}.`);
  const { header, arrays } = unframe(bytes, file, remedy);
  const { pool, featureNames } = poolHeader.parse(header);
  if (pool !== manifest.pool.hash) throw new InputError(`${file} belongs to another bank; ${remedy}.`);
  const { name, size, dimension, classes } = manifest.pool;
  return {
    name,
    size,
    dimension,
    classes,
    featureNames,
    features: new Float64Array(arrays, 0, size * dimension),
    labels: new Uint8Array(arrays, 8 * size * dimension, size),
  };
}
