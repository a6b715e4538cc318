import { createHash } from 'node:crypto';
import { z } from 'zod';
import { datasetHash } from '../../data/hash.js';
import { learnerDescriptionSchema } from '../../learners/description-schema.js';
import type { LearnerDescription } from '../../learners/learner.js';
import type { Bank } from '../../retraining/bank.js';
import { bytesOf } from '../../storage.js';
import { packageVersion } from '../../version.js';
import type { ModelPredSettings } from './settings.js';

const number = z.number();
const count = z.int().positive();
const layers = z.array(count.multipleOf(8)).min(1).readonly();

/** {@link ModelPredSettings} as stored and as checked before a training. */
export const settingsSchema = z.strictObject({
  name: z.string(),
  base: z.strictObject({ method: z.enum(['chord', 'Newton']), steps: count }).nullable(),
  architecture: z.strictObject({
    points: z.enum(['labelled points', 'model features']),
    pooling: z.enum(['sum', 'mean']),
    sizeInputs: z.boolean(),
    biases: z.boolean(),
    skip: z.boolean(),
    standardise: z.boolean(),
    pointLayers: layers,
    subsetLayers: layers,
  }),
  loss: z.strictObject({
    parameterError: number.nonnegative(),
    huber: number.positive().nullable(),
    stationarity: number.nonnegative(),
    utility: number.nonnegative(),
    decrement: number.nonnegative(),
    l1: number.nonnegative(),
    l2: number.nonnegative(),
    penalties: z.enum(['norm', 'mean-square']),
  }),
  optimisation: z.strictObject({
    steps: count,
    batchSize: count,
    learningRate: number.positive(),
    schedule: z.enum(['constant', 'one-cycle']),
    weightDecay: number.nonnegative(),
    validateEvery: count,
    patience: count.nullable(),
  }),
}) satisfies z.ZodType<ModelPredSettings>;

/** {@link Provenance} as stored. */
export const provenanceSchema = z.strictObject({
  packageVersion: z.string(),
  backend: z.string(),
  data: z.strictObject({ name: z.string(), hash: z.string() }),
  learner: learnerDescriptionSchema,
  parameterCount: count,
  bankHash: z.string(),
  seed: number,
  validationFraction: number,
  settings: settingsSchema,
});

/** Everything that a training's result follows from: equal provenance, equal bytes. */
export interface Provenance {
  readonly packageVersion: string;
  /** Tensor backend; backends round differently. */
  readonly backend: string;
  /** The pool and its {@link datasetHash}. */
  readonly data: { readonly name: string; readonly hash: string };
  readonly learner: LearnerDescription;
  /** p. */
  readonly parameterCount: number;
  /** SHA-256 over the bank's subsets and parameters. */
  readonly bankHash: string;
  readonly seed: number;
  readonly validationFraction: number;
  readonly settings: ModelPredSettings;
}

export function provenanceOf(
  { pool, learner, subsets, parameters }: Bank,
  settings: ModelPredSettings,
  seed: number,
  validationFraction: number,
  backend: string,
): Provenance {
  return {
    packageVersion,
    backend,
    data: { name: pool.name, hash: datasetHash(pool) },
    learner: { name: learner.name, hyperparameters: learner.hyperparameters },
    parameterCount: learner.parameterCount(pool),
    bankHash: createHash('sha256').update(subsets.weights).update(bytesOf(parameters)).digest('hex'),
    seed,
    validationFraction,
    settings,
  };
}

/** A learner and its hyper-parameters in one line, e.g. `logistic regression (C = 1)`. */
export function describeLearner({ name, hyperparameters }: Provenance['learner']): string {
  const pairs = Object.entries(hyperparameters).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name} (${pairs.join(', ')})`;
}
