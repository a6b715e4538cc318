import { type RunControl, safePoint } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { checkIterations } from '../learners/checks.js';
import type { Learner } from '../learners/learner.js';
import type { SizePath } from '../learners/linear/size-path.js';
import { fullPool, subsetSizes, type Subsets } from '../subsets/subsets.js';
import type { Predictor } from './predictor.js';
import { startAtSizes, startOnSizePath } from './size-path-start.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface SizeAwareChordPredictorOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** Default 1. */
  readonly steps?: number;
}

/**
 * Influence functions that know the size of the subset: steps θ ← θ − H(n)⁻¹ ∇F_S(θ) from θ*(n), with θ*(n) and H(n) the
 * optimum and the Hessian of the whole pool at weights n/N. One step is the influence function of moving the weights from n/N
 * to the subset's; more are the chord method (Ortega & Rheinboldt 1970, §7.1), whose matrix is never renewed.
 *
 * Cost per subset and step: one gradient of N·p and p² for the product with H(n)⁻¹, which subsets of one size share.
 *
 * @throws InputError if the number of steps is not a whole number, from `predict` if the learner is not convex or a subset
 * is empty.
 */
export function sizeAwareChordPredictor(options: SizeAwareChordPredictorOptions): Predictor {
  refuseUnknownOptions(options, ['pool', 'learner', 'steps'], 'sizeAwareChordPredictor');
  const { pool, learner, steps = 1 } = options;
  checkIterations('steps', steps);
  const name = `size-aware chord, ${steps === 1 ? 'one step' : `${steps} steps`}`;
  return {
    name,
    estimatedNanoseconds: () => chordNanoseconds(pool, learner, steps),
    predict: async (subsets, control) => {
      const { path, sizes, parameters: start } = await startOnSizePath(pool, learner, subsets, control);
      let parameters = start;
      for (let step = 0; step < steps; step++) {
        await safePoint(control, name);
        parameters = chordStep(path, sizes, pool, learner, subsets, parameters);
      }
      return parameters;
    },
  };
}

/**
 * `B×p` parameters after one chord step θ − H(n)⁻¹ ∇F_S(θ) on the objectives of subsets of some points.
 *
 * @param path of the pool, prepared for the sizes.
 * @param points the pool itself, or points of its kind.
 */
export function chordStep(
  path: SizePath,
  sizes: ArrayLike<number>,
  points: Dataset,
  learner: Learner,
  subsets: Subsets,
  parameters: Float64Array,
): Float64Array {
  const change = learner.gradient(points, subsets, parameters);
  path.precondition(sizes, change);
  return parameters.map((value, k) => value - change[k]);
}

/** Nanoseconds of chord steps for one subset; 0 if unknown. */
export function chordNanoseconds(pool: Dataset, learner: Learner, steps: number): number {
  if (learner.kind !== 'convex') return 0;
  const costs = learner.estimatedCosts(pool);
  return steps * (costs.gradient + costs.chordDirection);
}

export interface RefinedByChordOptions {
  readonly predictor: Predictor;
  readonly pool: Dataset;
  readonly learner: Learner;
  /** Default 1. */
  readonly steps?: number;
}

/**
 * Another predictor's parameters after chord steps with the Hessians of the size path, which cost one gradient each where a
 * Newton step needs a Hessian.
 *
 * @throws InputError if the number of steps is not a whole number, from `predict` if the learner is not convex or a subset
 * is empty.
 */
export function refinedByChord(options: RefinedByChordOptions): Predictor {
  refuseUnknownOptions(options, ['predictor', 'pool', 'learner', 'steps'], 'refinedByChord');
  const { predictor, pool, learner, steps = 1 } = options;
  checkIterations('steps', steps);
  const name = `${predictor.name} + ${steps === 1 ? 'one chord step' : `${steps} chord steps`}`;
  const predictDataset = predictor.predictDataset?.bind(predictor);
  const refine = async (points: Dataset, subsets: Subsets, start: Float64Array, control?: RunControl) => {
    const { path, sizes } = await startAtSizes(pool, learner, subsetSizes(subsets), control);
    let parameters = start;
    for (let step = 0; step < steps; step++) {
      await safePoint(control, name);
      parameters = chordStep(path, sizes, points, learner, subsets, parameters);
    }
    return parameters;
  };
  return {
    name,
    estimatedNanoseconds: () => (predictor.estimatedNanoseconds?.() ?? 0) + chordNanoseconds(pool, learner, steps),
    predict: async (subsets, control) => refine(pool, subsets, await predictor.predict(subsets, control), control),
    predictDataset:
      predictDataset &&
      (async (points, subsets = fullPool(points.size)) =>
        refine(points, subsets, await predictDataset(points, subsets))),
  };
}
