import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Dataset } from '../data/dataset.js';
import { datasetHash } from '../data/hash.js';
import { InputError } from '../errors.js';
import { learnerDescriptionSchema } from '../learners/description-schema.js';
import type { Learner, Retrained } from '../learners/learner.js';
import { kernelChoice } from '../numerics/wasm-kernels.js';
import { bytesOf, canonicalJson, writeFileAtomically } from '../storage.js';
import type { Subsets } from '../subsets/subsets.js';
import { packageVersion } from '../version.js';

/** Retrained blocks in a folder. */
export interface BlockStore {
  /**
   * The rows of a block of `count` subsets, or undefined if it has not been stored.
   *
   * @throws InputError if its file is damaged.
   */
  read(block: number, count: number): Promise<Retrained | undefined>;
  /** Stores a block; a reader sees it whole or not at all. */
  write(block: number, trained: Retrained): Promise<void>;
}

/** All that stored rows follow from. */
const manifestSchema = z.strictObject({
  format: z.literal(1),
  packageVersion: z.string(),
  kernels: z.string(),
  pool: z.string(),
  learner: learnerDescriptionSchema,
  subsets: z.string(),
  count: z.int(),
  tolerance: z.number(),
  blockSubsets: z.int(),
});

const names: Readonly<Record<string, string>> = {
  packageVersion: 'version of this package',
  pool: 'pool (by its hash)',
  subsets: 'subsets (by their hash)',
  count: 'number of subsets',
  blockSubsets: 'size of blocks',
};
const checksumBytes = 32;

/**
 * Opens the store of one retraining, or begins it. Every block is a file: parameters, residuals, iterations and statuses as
 * little-endian arrays one after the other, then their SHA-256.
 *
 * @throws InputError if the folder holds the blocks of another retraining, or its manifest is damaged.
 */
export async function openBlockStore(
  folder: string,
  options: {
    readonly pool: Dataset;
    readonly learner: Learner;
    readonly subsets: Subsets;
    readonly tolerance: number;
    readonly blockSubsets: number;
  },
): Promise<BlockStore> {
  const { pool, learner, subsets, tolerance, blockSubsets } = options;
  const p = learner.parameterCount(pool);
  const manifest = {
    format: 1,
    packageVersion,
    kernels: kernelChoice(),
    pool: datasetHash(pool),
    learner: { name: learner.name, hyperparameters: learner.hyperparameters },
    subsets: createHash('sha256').update(subsets.weights).digest('hex'),
    count: subsets.count,
    tolerance,
    blockSubsets,
  };
  const manifestFile = join(folder, 'manifest.json');
  const stored = await readIfThere(manifestFile);
  if (stored) checkManifest(folder, stored, manifest);
  else await writeFileAtomically(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);

  const fileOf = (block: number): string => join(folder, `block-${String(block).padStart(6, '0')}.bin`);
  return {
    async read(block, count) {
      const bytes = await readIfThere(fileOf(block));
      if (!bytes) return undefined;
      const contents = bytes.subarray(0, -checksumBytes);
      const expected = count * (8 * p + 8 + 2 + 1);
      if (contents.length !== expected || !sha256(contents).equals(bytes.subarray(-checksumBytes))) {
        throw new InputError(`${fileOf(block)} is damaged; delete this file, and its subsets are retrained.`);
      }
      return split(contents, count, p);
    },
    async write(block, { parameters, residuals, iterations, status }) {
      const contents = Buffer.concat([parameters, residuals, iterations, status].map(bytesOf));
      await writeFileAtomically(fileOf(block), Buffer.concat([contents, sha256(contents)]));
    },
  };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function checkManifest(folder: string, bytes: Buffer, wanted: Readonly<Record<string, unknown>>): void {
  let stored: Readonly<Record<string, unknown>>;
  try {
    stored = manifestSchema.parse(JSON.parse(bytes.toString('utf8')));
  } catch {
    throw new InputError(`${join(folder, 'manifest.json')} cannot be read; delete the folder or name another one.`);
  }
  const field = Object.keys(wanted).find((key) => canonicalJson(stored[key]) !== canonicalJson(wanted[key]));
  if (field === undefined) return;
  throw new InputError(
    `${folder} holds a retraining with another ${names[field] ?? field}: ${canonicalJson(stored[field])}, ` +
      `not ${canonicalJson(wanted[field])}; name another folder or delete this one.`,
  );
}

function split(contents: Buffer, count: number, parameterCount: number): Retrained {
  // A copy of its own, as numbers must begin at multiples of their length.
  const { buffer } = new Uint8Array(contents);
  const residualsAt = 8 * count * parameterCount;
  return {
    count,
    parameterCount,
    parameters: new Float64Array(buffer, 0, count * parameterCount),
    residuals: new Float64Array(buffer, residualsAt, count),
    iterations: new Uint16Array(buffer, residualsAt + 8 * count, count),
    status: new Uint8Array(buffer, residualsAt + 10 * count, count),
  };
}
