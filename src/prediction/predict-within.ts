import { safePoint, type RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import { gatherRows } from '../learners/gather-rows.js';
import { RetrainStatus, type ConvexLearner, type Learner } from '../learners/learner.js';
import { hasEveryClass } from '../learners/linear/retrain-linear.js';
import { dot } from '../numerics/dense.js';
import { takeSubsets, type Subsets } from '../subsets/subsets.js';
import { newtonStepNorms } from './certificate.js';
import { newtonDirections, searchAlong } from './newton.js';
import type { Predictor } from './predictor.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** Where a subset's parameters came from. */
export const Rung = {
  /** The predictor's, as they are. */
  predicted: 0,
  /** The predictor's, taken on by the exact solver as far as the tolerance asks; by one Newton step where the learner runs a schedule. */
  refined: 1,
  /** Retrained to the learner's own residual. */
  retrained: 2,
  /** Retrained from the learner's own start as far as the tolerance asks, the predictor being left out. */
  stoppedEarly: 3,
} as const;
export type Rung = (typeof Rung)[keyof typeof Rung];

export interface PredictWithinOptions extends RunControl {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly predictor: Predictor;
  readonly subsets: Subsets;
  /** Largest accepted estimate of the relative error ‖θ̂ − θ(S)‖/‖θ̂‖, above 0, e.g. 0.01. */
  readonly tolerance: number;
}

export interface PredictedWithin {
  /** `B×p`; NaN for subsets that lack a class. */
  readonly parameters: Float64Array;
  /** `B` values of {@link Rung}. */
  readonly rungs: Uint8Array;
  /**
   * `B` estimates of the relative error: twice the length of the step that the exact solver would take next, or a bound of it, over
   * the parameters' own; the length of one Newton step where the learner runs a schedule. 0 for models retrained to the learner's residual;
   * NaN where that did not succeed.
   */
  readonly certificates: Float64Array;
  /** Whether the predictor was asked; see {@link predictWithin}. */
  readonly predictorUsed: boolean;
}

/** The solver's next step is an estimate of the error off by up to this factor in nearly all models. */
const stepCaution = 2;

/** How many times nearer than the solver's own start a prediction is taken to be: half a digit, about what good ones are. */
const startGain = Math.sqrt(10);

/**
 * Parameters of every subset to a wanted accuracy, for as little as that takes. The exact solver goes on from the predictor's
 * parameters and stops each subset as soon as its next step, times two, is within the tolerance: at once where the prediction is good
 * enough, so that a certificate costs the gradient that the solver begins with anyway. The step is an estimate, so a few models may
 * be somewhat further off than the tolerance.
 *
 * The predictor is left out, and the solver begins where it does by itself, if it costs more than a start nearer by half a digit
 * saves, by estimates of both costs (`Predictor.estimatedNanoseconds`, `Learner.estimatedCosts`). That depends on pool, learner,
 * predictor and tolerance alone, so every subset's parameters are the same in any batch and on any machine.
 *
 * Learners that run a schedule climb by Newton steps: predicted, refined by one, retrained.
 *
 * @throws InputError if the tolerance is not positive, and as the predictor and the learner.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function predictWithin(options: PredictWithinOptions): Promise<PredictedWithin> {
  refuseUnknownOptions(
    options,
    ['pool', 'learner', 'predictor', 'subsets', 'tolerance', 'onProgress', 'signal'],
    'predictWithin',
  );
  const { learner, tolerance } = options;
  if (!(tolerance > 0)) throw new InputError(`The tolerance is ${tolerance}; it must be above 0, e.g. 0.01.`);
  return learner.kind === 'convex' ? solveWithin(learner, options) : climbByNewton(options);
}

/** Whether a prediction may save the exact solver more than it costs. */
function isWorthwhile(
  { predictor, pool }: PredictWithinOptions,
  learner: ConvexLearner,
  stepTolerance: number,
): boolean {
  const costs = learner.estimatedCosts(pool);
  const saved = costs.retraining(stepTolerance) - costs.retraining(startGain * stepTolerance);
  return (predictor.estimatedNanoseconds?.() ?? 0) <= saved;
}

/** By the exact solver, stopped early. */
async function solveWithin(learner: ConvexLearner, options: PredictWithinOptions): Promise<PredictedWithin> {
  const { pool, predictor, subsets, tolerance, onProgress, signal } = options;
  const control = { onProgress, signal };
  const stepTolerance = tolerance / stepCaution;
  const predictorUsed = isWorthwhile(options, learner, stepTolerance);
  const from = predictorUsed ? finite(await predictor.predict(subsets, control)) : undefined;
  const solved = await learner.retrain(pool, subsets, { ...control, from, stepTolerance });
  const { parameters, status, iterations, stepShares } = solved;
  const rungs = status.map((reached, b) => {
    if (predictorUsed && iterations[b] === 0 && isTrained(reached)) return Rung.predicted;
    if (reached !== RetrainStatus.stoppedEarly) return Rung.retrained;
    return predictorUsed ? Rung.refined : Rung.stoppedEarly;
  });
  const certificates = Float64Array.from(status, (reached, b) => {
    if (reached === RetrainStatus.stoppedEarly) return stepCaution * (stepShares?.[b] ?? NaN);
    return isTrained(reached) ? 0 : NaN;
  });
  return { parameters, rungs, certificates, predictorUsed };
}

/** By whole Newton steps, which certify and refine: where a schedule has no solver to go on with. */
async function climbByNewton(options: PredictWithinOptions): Promise<PredictedWithin> {
  const { pool, learner, predictor, subsets, tolerance, ...control } = options;
  const parameters = Float64Array.from(await predictor.predict(subsets, control));
  const p = parameters.length / subsets.count;
  const rungs = new Uint8Array(subsets.count).fill(Rung.retrained);
  const certificates = new Float64Array(subsets.count).fill(NaN);
  const isTrainable = (b: number): boolean =>
    hasEveryClass(subsets.weights, b * pool.size, pool.labels, pool.classes.length);
  const rows = Array.from(rungs.keys());
  let waiting = rows.filter(isTrainable);
  for (const rung of [Rung.predicted, Rung.refined]) {
    if (waiting.length === 0) break;
    await safePoint(control, `${predictor.name} within ${tolerance}`);
    const own = takeSubsets(subsets, waiting);
    const from = gatherRows(parameters, waiting, p);
    const found = newtonDirections(pool, learner, own, from);
    newtonStepNorms(found).forEach((norm, k) => {
      certificates[waiting[k]] = norm / Math.sqrt(dot(from, k * p, from, k * p, p));
    });
    const isWithin = (b: number): boolean => certificates[b] <= tolerance;
    for (const b of waiting.filter(isWithin)) rungs[b] = rung;
    if (rung === Rung.predicted) {
      const refined = searchAlong(pool, learner, own, from, found);
      waiting.forEach((b, k) => {
        if (!isWithin(b)) parameters.set(refined.subarray(k * p, (k + 1) * p), b * p);
      });
    }
    waiting = waiting.filter((b) => !isWithin(b));
  }
  const rest = rows.filter((b) => rungs[b] === Rung.retrained);
  if (rest.length > 0) {
    const from = finite(gatherRows(parameters, rest, p));
    const exact = await learner.retrain(pool, takeSubsets(subsets, rest), { ...control, from });
    rest.forEach((b, k) => {
      parameters.set(exact.parameters.subarray(k * p, (k + 1) * p), b * p);
      certificates[b] = isTrained(exact.status[k]) ? 0 : NaN;
    });
  }
  return { parameters, rungs, certificates, predictorUsed: true };
}

function isTrained(status: number): boolean {
  return status !== RetrainStatus.notConverged && status !== RetrainStatus.missingClass;
}

/** The same with zeros for what is not finite, as solvers want their starts. */
function finite(parameters: Float64Array): Float64Array {
  return parameters.map((value) => (Number.isFinite(value) ? value : 0));
}
