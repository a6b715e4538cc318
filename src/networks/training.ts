import { z } from 'zod';
import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import { optimiserSchema, type Optimiser } from './optimisers/index.js';
import { schedules, type ScheduleName } from './schedules.js';

/** How a network is trained, in plain data. Survives JSON unchanged. */
export interface Training {
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  /** Default `constant`. */
  readonly schedule?: ScheduleName;
  readonly steps: number;
  /** Pool points a step; null (default): the whole pool. */
  readonly batchSize?: number | null;
  /** Of initial parameters, batches and dropout, the same for every subset. Default 0. */
  readonly seed?: number;
  /**
   * What the summed losses of a batch are divided by. `subset` (default): |batch|·n/N with n = Σ weights, so that an epoch's
   * gradients are on average that of the subset's mean loss. `batch`: |batch|, points of weight 0 among them, so that dropping a
   * point changes nothing but its own term.
   */
  readonly normalisation?: 'subset' | 'batch';
}

export const trainingSchema = z.strictObject({
  optimiser: optimiserSchema,
  learningRate: z.number().positive(),
  schedule: z.enum(Object.keys(schedules) as [ScheduleName, ...ScheduleName[]]).optional(),
  steps: z.int().min(0),
  batchSize: z.int().positive().nullable().optional(),
  seed: z.int().optional(),
  normalisation: z.enum(['subset', 'batch']).optional(),
});

/** @throws InputError if an option is unknown, missing or out of range. */
export function checkTraining(training: Training): void {
  const checked = trainingSchema.safeParse(training);
  if (checked.success) return;
  const { path, message } = checked.error.issues[0];
  throw new InputError(`The training's ${path.join('.') || 'description'} cannot be used (${message}).`);
}

export function learningRateAt({ learningRate, schedule = 'constant', steps }: Training, index: number): number {
  return learningRate * schedules[schedule](index, steps);
}

/** The pool's points that a step uses, and what their losses are multiplied by. */
export interface Batch {
  readonly points: Int32Array;
  readonly weights: Float64Array;
  /** What a point's own weight was multiplied by. */
  readonly factor: number;
}

/** Batches of a pool, see {@link poolBatches}. */
export interface PoolBatches {
  /** Points of the largest batch. */
  readonly size: number;
  /** Step `index` of training on points with these weights (`N`); with `all`, points of weight 0 are in the batch too. */
  batchAt(index: number, weights: ArrayLike<number>, all?: boolean): Batch;
}

/**
 * Batches of a pool: every epoch runs once through it in an order that belongs to the seed alone, and a subset's step uses those
 * points of the batch that it has.
 */
export function poolBatches(training: Training, poolSize: number): PoolBatches {
  const { batchSize, seed = 0, normalisation = 'subset' } = training;
  const size = Math.max(1, Math.min(batchSize ?? poolSize, poolSize));
  const perEpoch = Math.max(1, Math.ceil(poolSize / size));
  const orderOf = kept(Math.floor(keptNumbers / poolSize), (epoch) =>
    size === poolSize
      ? Int32Array.from({ length: poolSize }, (_, i) => i)
      : randomStream(seed, 'network', 'batches', epoch).permutation(poolSize),
  );
  const totalOf = latest(totalWeight);

  return {
    size,
    batchAt(index, weights, all = false) {
      const first = (index % perEpoch) * size;
      const batch = orderOf(Math.floor(index / perEpoch)).subarray(first, Math.min(first + size, poolSize));
      const points = all ? batch : membersOf(batch, weights);
      const factor = normalisation === 'batch' ? 1 / batch.length : poolSize / (totalOf(weights) * batch.length);
      const scaled = new Float64Array(points.length);
      for (let k = 0; k < points.length; k++) scaled[k] = factor * weights[points[k]];
      return { points, weights: scaled, factor };
    },
  };
}

/** The points of a batch whose weight is not 0. (Loops: a callback for every point takes as long as a small network's step.) */
function membersOf(batch: Int32Array, weights: ArrayLike<number>): Int32Array {
  const members = new Int32Array(batch.length);
  let count = 0;
  for (let k = 0; k < batch.length; k++) if (weights[batch[k]] !== 0) members[count++] = batch[k];
  return members.subarray(0, count);
}

/** Σ weights. */
export function totalWeight(weights: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  return total;
}

/** Orders of epochs are kept up to so many numbers (16 MB), as the next model needs them again. */
const keptNumbers = 2 ** 22;

/** Keeps up to `most` results of a function of whole numbers, at least the last one. */
function kept<Result>(most: number, compute: (argument: number) => Result): (argument: number) => Result {
  const results = new Map<number, Result>();
  return (argument) => {
    const known = results.get(argument);
    if (known !== undefined) return known;
    if (results.size >= most) results.clear();
    const result = compute(argument);
    results.set(argument, result);
    return result;
  };
}

/** Keeps a function's last result for as long as its argument is the same. */
function latest<Argument, Result>(compute: (argument: Argument) => Result): (argument: Argument) => Result {
  let last: { readonly argument: Argument; readonly result: Result } | undefined;
  return (argument) => {
    if (last?.argument !== argument) last = { argument, result: compute(argument) };
    return last.result;
  };
}
