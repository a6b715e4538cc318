import { type RunControl, safePoint } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { checkIterations } from '../learners/checks.js';
import type { Learner } from '../learners/learner.js';
import { choleskyFactor, choleskySolve, dot } from '../numerics/dense.js';
import { fullPool, takeSubsets, type Subsets } from '../subsets/index.js';
import { repeatRow } from './mean.js';
import type { Predictor } from './predictor.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** Share of the decrease promised by the slope that a step must deliver. */
const sufficientDecrease = 1e-4;
const mostHalvings = 30;

export interface NewtonPredictorOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** `p` parameters trained on the whole pool */
  readonly full: Float64Array;
  /** Default 1. */
  readonly steps?: number;
}

/**
 * Steps of Newton's method on the objective of each subset, from the parameters of the whole pool:
 * θ ← θ − t·(∇²F_S(θ))⁻¹ ∇F_S(θ), the step length t halved from 1 until the objective falls enough (Armijo). One step is the
 * strongest cheap baseline for convex learners (Koh et al. 2019, §3).
 *
 * Cost per subset and step: N·p² for the Hessian, p³/3 to factor it, and one or more objectives of N·p.
 *
 * @throws InputError if the number of steps is not a whole number.
 */
export function newtonPredictor(options: NewtonPredictorOptions): Predictor {
  refuseUnknownOptions(options, ['pool', 'learner', 'full', 'steps'], 'newtonPredictor');
  const { pool, learner, full, steps = 1 } = options;
  checkIterations('steps', steps);
  const name = steps === 1 ? 'one Newton step' : `${steps} Newton steps`;
  return {
    name,
    estimatedNanoseconds: () => newtonNanoseconds(pool, learner, steps),
    predict: (subsets, control) =>
      newtonSteps(pool, learner, subsets, repeatRow(full, subsets.count), steps, name, control),
    predictDataset: (points, subsets = fullPool(points.size)) =>
      newtonSteps(points, learner, subsets, repeatRow(full, subsets.count), steps, name),
  };
}

export interface RefinedByNewtonOptions {
  readonly predictor: Predictor;
  readonly pool: Dataset;
  readonly learner: Learner;
  /** Default 1. */
  readonly steps?: number;
}

/**
 * Another predictor's parameters after steps of Newton's method on the objective of each subset, with the same safeguard as
 * in {@link newtonPredictor}.
 *
 * @throws InputError if the number of steps is not a whole number.
 */
export function refinedByNewton(options: RefinedByNewtonOptions): Predictor {
  refuseUnknownOptions(options, ['predictor', 'pool', 'learner', 'steps'], 'refinedByNewton');
  const { predictor, pool, learner, steps = 1 } = options;
  checkIterations('steps', steps);
  const name = `${predictor.name} + ${steps === 1 ? 'one Newton step' : `${steps} Newton steps`}`;
  const predictDataset = predictor.predictDataset?.bind(predictor);
  return {
    name,
    estimatedNanoseconds: () => (predictor.estimatedNanoseconds?.() ?? 0) + newtonNanoseconds(pool, learner, steps),
    predict: async (subsets, control) =>
      newtonSteps(pool, learner, subsets, await predictor.predict(subsets, control), steps, name, control),
    predictDataset:
      predictDataset &&
      (async (points, subsets = fullPool(points.size)) =>
        newtonSteps(points, learner, subsets, await predictDataset(points, subsets), steps, name)),
  };
}

/**
 * `B×p` parameters after safeguarded steps of Newton's method on the objective of each subset.
 *
 * @param start `B×p`
 * @param label what this is, for the message of an interruption
 */
export async function newtonSteps(
  pool: Dataset,
  learner: Learner,
  subsets: Subsets,
  start: Float64Array,
  steps: number,
  label: string,
  control?: RunControl,
): Promise<Float64Array> {
  let parameters = start;
  for (let step = 0; step < steps; step++) {
    await safePoint(control, label);
    const found = newtonDirections(pool, learner, subsets, parameters);
    parameters = searchAlong(pool, learner, subsets, parameters, found);
  }
  return parameters;
}

/** Nanoseconds of {@link newtonSteps} for one subset: a gradient, a direction and two objectives a step; 0 if unknown. */
export function newtonNanoseconds(pool: Dataset, learner: Learner, steps: number): number {
  if (learner.kind !== 'convex') return 0;
  const costs = learner.estimatedCosts(pool);
  return steps * (3 * costs.gradient + costs.newtonDirection);
}

/** Newton steps on the objectives of B subsets. */
export interface NewtonDirections {
  /** `B×p`. */
  readonly gradients: Float64Array;
  /** `B×p`. */
  readonly directions: Float64Array;
  /** `B` slopes of the objectives along them. */
  readonly slopes: Float64Array;
}

/** −(∇²F_S)⁻¹∇F_S for each subset; zero where the Hessian is not positive definite. */
export function newtonDirections(
  pool: Dataset,
  learner: Learner,
  subsets: Subsets,
  parameters: Float64Array,
): NewtonDirections {
  const p = parameters.length / subsets.count;
  const gradients = learner.gradient(pool, subsets, parameters);
  const directions =
    learner.kind === 'convex'
      ? learner.newtonDirections(pool, subsets, parameters, gradients)
      : directionsOneByOne(pool, learner, subsets, parameters, gradients);
  const slopes = Float64Array.from({ length: subsets.count }, (_, b) => dot(gradients, b * p, directions, b * p, p));
  return { gradients, directions, slopes };
}

function directionsOneByOne(
  pool: Dataset,
  learner: Learner,
  subsets: Subsets,
  parameters: Float64Array,
  gradients: Float64Array,
): Float64Array {
  const p = parameters.length / subsets.count;
  const directions = gradients.map((value) => -value);
  for (let b = 0; b < subsets.count; b++) {
    const hessian = learner.hessian(
      pool,
      subsets.weights.subarray(b * pool.size, (b + 1) * pool.size),
      parameters.subarray(b * p, (b + 1) * p),
    );
    if (choleskyFactor(hessian, p)) choleskySolve(hessian, p, directions, b * p);
    else directions.fill(0, b * p, (b + 1) * p);
  }
  return directions;
}

/** The first of the steps 1, ½, ¼, … along its direction that lowers each subset's objective enough, or none. */
export function searchAlong(
  pool: Dataset,
  learner: Learner,
  subsets: Subsets,
  parameters: Float64Array,
  { directions, slopes }: NewtonDirections,
): Float64Array {
  const p = parameters.length / subsets.count;
  const start = learner.objective(pool, subsets, parameters);
  const moved = parameters.slice();
  let waiting = [...slopes.keys()].filter((b) => slopes[b] < 0);
  for (let halvings = 0, length = 1; waiting.length > 0 && halvings <= mostHalvings; halvings++, length /= 2) {
    const trials = new Float64Array(waiting.length * p);
    waiting.forEach((b, k) => {
      for (let j = 0; j < p; j++) trials[k * p + j] = parameters[b * p + j] + length * directions[b * p + j];
    });
    const values = learner.objective(pool, takeSubsets(subsets, waiting), trials);
    waiting = waiting.filter((b, k) => {
      const accepted = values[k] <= start[b] + sufficientDecrease * length * slopes[b];
      if (accepted) moved.set(trials.subarray(k * p, (k + 1) * p), b * p);
      return !accepted;
    });
  }
  return moved;
}
