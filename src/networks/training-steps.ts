import { optimiserRule } from './optimisers/index.js';
import type { OptimiserRule, OptimiserStep } from './optimisers/optimiser.js';
import { learningRateAt, poolBatches, type Batch, type Training } from './training.js';
import type { Workspace } from './workspace.js';

/** Steps of a training, one by one, in a workspace: parameters in its `parameters`, the optimiser's state in its first vectors. */
export interface TrainingSteps {
  readonly rule: OptimiserRule;
  /** Begins on points with these weights (`N`) at parameters (`p`), the optimiser's state at 0. */
  begin(weights: ArrayLike<number>, parameters: ArrayLike<number>): void;
  /** Takes the batch of step `index` and computes its gradient at the parameters; with `all`, points of weight 0 are in it. */
  gradient(index: number, all?: boolean): Batch;
  /** What the optimiser sees of step `index`. */
  at(index: number): OptimiserStep;
  /** Copies parameters and state. */
  save(): Float32Array | Float64Array;
  /** Puts a copy back, or its parameters alone. */
  restore(saved: Float32Array | Float64Array): void;
}

/** Vectors that the optimiser of a training needs of a workspace. */
export function stateVectors({ optimiser }: Training): number {
  return optimiserRule(optimiser).stateVectors;
}

/** Points of the largest batch of a training on so many. */
export function batchCapacity(training: Training, poolSize: number): number {
  return poolBatches(training, poolSize).size;
}

export function trainingSteps(workspace: Workspace, training: Training, poolSize: number): TrainingSteps {
  const { kernels, parameterCount: length, parameters, vectors } = workspace;
  const { numbers } = kernels;
  const rule = optimiserRule(training.optimiser);
  const state = vectors.slice(0, rule.stateVectors);
  const places = [parameters.value, ...state];
  const values = { parameters: parameters.value, gradient: parameters.slope, state };
  const batches = poolBatches(training, poolSize);
  const seed = training.seed ?? 0;
  let weights: ArrayLike<number> = [];

  return {
    rule,
    begin(subset, start) {
      weights = subset;
      numbers.set(start, parameters.value);
      for (const place of state) numbers.fill(0, place, place + length);
    },
    gradient(index, all) {
      const batch = batches.batchAt(index, weights, all);
      workspace.take(batch.points, batch.weights, { seed, step: index });
      workspace.forward();
      workspace.reverse();
      return batch;
    },
    at: (index) => ({ kernels, length, values, learningRate: learningRateAt(training, index), index }),
    save() {
      const saved = numbers.slice(0, places.length * length);
      places.forEach((place, k) => saved.set(numbers.subarray(place, place + length), k * length));
      return saved;
    },
    restore(saved) {
      places.forEach((place, k) => numbers.set(saved.subarray(k * length, (k + 1) * length), place));
    },
  };
}
