import { z } from 'zod';
import type { Dataset } from '../../data/dataset.js';
import { datasetHash } from '../../data/hash.js';
import { InputError } from '../../errors.js';
import { learnerDescriptionSchema } from '../../learners/description-schema.js';
import type { Learner } from '../../learners/learner.js';
import { canonicalJson } from '../../storage.js';
import type { Subsets } from '../../subsets/subsets.js';
import { packageVersion } from '../../version.js';
import { sha256 } from './framed-file.js';

/**
 * How stored rows were computed. `canonical`: each product and sum rounded, the same bytes on every machine. `fused`: with multiply-add
 * where the engine has it, which is faster; `plain`: the TypeScript twins.
 */
export const arithmetics = ['canonical', 'fused', 'plain'] as const;
export type BankArithmetic = (typeof arithmetics)[number];

/** Where the subsets come from, for people to read: e.g. `{ name: 'uniform size', seed: 1, minimumSize: 10 }`. */
export type SamplerDescription = Readonly<Record<string, string | number | boolean | null>>;

const plainValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);
const manifestSchema = z.strictObject({
  format: z.literal(2),
  packageVersion: z.string(),
  arithmetic: z.enum(arithmetics),
  pool: z.strictObject({
    hash: z.string(),
    name: z.string(),
    size: z.int(),
    dimension: z.int(),
    classes: z.array(z.string()),
  }),
  learner: learnerDescriptionSchema,
  parameterCount: z.int(),
  subsets: z.strictObject({ hash: z.string(), count: z.int() }),
  sampler: z.record(z.string(), plainValue),
  tolerance: z.number(),
  blockSubsets: z.int(),
});

/** All that the rows of a stored bank follow from. */
export type BankManifest = z.infer<typeof manifestSchema>;

export function makeManifest(options: {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly subsets: Subsets;
  readonly sampler: SamplerDescription;
  readonly tolerance: number;
  readonly blockSubsets: number;
  readonly arithmetic: BankArithmetic;
}): BankManifest {
  const { pool, learner, subsets, sampler, tolerance, blockSubsets, arithmetic } = options;
  const { name, size, dimension, classes } = pool;
  return {
    format: 2,
    packageVersion,
    arithmetic,
    pool: { hash: datasetHash(pool), name, size, dimension, classes: [...classes] },
    learner: learnerDescriptionSchema.parse({ name: learner.name, hyperparameters: learner.hyperparameters }),
    parameterCount: learner.parameterCount(pool),
    subsets: { hash: sha256(subsets.weights).toString('hex'), count: subsets.count },
    sampler: { ...sampler },
    tolerance,
    blockSubsets,
  };
}

/** What blocks name the manifest by that they belong to. */
export function manifestHash(manifest: BankManifest): string {
  return sha256(Buffer.from(canonicalJson(manifest), 'utf8')).toString('hex');
}

/** A manifest's file: readable, with its hash, so that a changed character is found. */
export function writeManifest(manifest: BankManifest): Buffer {
  return Buffer.from(`${JSON.stringify({ sha256: manifestHash(manifest), ...manifest }, null, 2)}\n`, 'utf8');
}

/** @throws InputError if it is not a manifest as it was written. */
export function readManifest(bytes: Buffer, file: string): BankManifest {
  try {
    const { sha256: hash, ...rest } = JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;
    const manifest = manifestSchema.parse(rest);
    if (hash === manifestHash(manifest) && writeManifest(manifest).equals(bytes)) return manifest;
  } catch {
    // Whatever is wrong with it, the remedy is the same.
  }
  throw new InputError(
    `${file} is damaged, or of another version of this package; delete the folder or name another one.`,
  );
}

const names: Readonly<Record<string, string>> = {
  packageVersion: 'version of this package',
  pool: 'pool (by its hash)',
  parameterCount: 'number of parameters',
  subsets: 'set of subsets (by their hash)',
  blockSubsets: 'size of blocks',
};
/** Said about the bank, without being what its rows follow from. */
const remarks = ['sampler'];

/** @throws InputError naming what differs if a stored bank is not the one that is wanted. */
export function checkSameBank(folder: string, stored: BankManifest, wanted: BankManifest): void {
  const differs = (key: string): boolean =>
    canonicalJson(stored[key as keyof BankManifest]) !== canonicalJson(wanted[key as keyof BankManifest]);
  const field = Object.keys(wanted).find((key) => !remarks.includes(key) && differs(key));
  if (field === undefined) return;
  const [was, is] = [stored, wanted].map((manifest) => canonicalJson(manifest[field as keyof BankManifest]));
  throw new InputError(
    `${folder} holds a bank with another ${names[field] ?? field}: ${was}, not ${is}; name another folder or delete this one.`,
  );
}
