import { safePoint, type RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import { gatherRows } from '../learners/gather-rows.js';
import { RetrainStatus, type Learner } from '../learners/learner.js';
import { hasEveryClass } from '../learners/retrain-linear.js';
import { dot } from '../numerics/dense.js';
import { takeSubsets, type Subsets } from '../subsets/subsets.js';
import { chordStepNorms, newtonStepNorms } from './certificate.js';
import { newtonDirections, searchAlong } from './newton.js';
import type { Predictor } from './predictor.js';

/** Where a subset's parameters came from. */
export const Rung = {
  /** The predictor's, as they are. */
  predicted: 0,
  /** The predictor's, taken on by the exact solver as far as the tolerance asks; by one Newton step where there is no size path. */
  refined: 1,
  /** Retrained exactly. */
  retrained: 2,
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
   * `B` estimates of the relative error: twice the length of one chord step from the parameters over their own, or the length
   * of one Newton step where the learner has no size path. 0 for models retrained to the learner's residual; NaN where that
   * did not succeed.
   */
  readonly certificates: Float64Array;
}

/**
 * A chord step is an estimate off by up to this factor in 98 of 100 predictions and more; a Newton step is a better one but costs
 * as much as retraining does.
 */
const chordCaution = 2;
/**
 * Residual to which the exact solver takes refined parameters, over the tolerance. Relative errors came out up to 60 times the
 * residual on standardised data; where that is too little the certificate says so.
 */
const residualShare = 1 / 300;

/**
 * Parameters of every subset to a wanted accuracy, as cheaply as their certificates allow: predicted; where the certificate is
 * above the tolerance, taken on from there by the exact solver to a residual that suits the tolerance, and certified again; where
 * it still is, retrained from there. The certificate is an estimate, so a few models may be somewhat further off than the
 * tolerance.
 *
 * @throws InputError if the tolerance is not positive, and as the predictor and the learner.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function predictWithin(options: PredictWithinOptions): Promise<PredictedWithin> {
  const { pool, learner, predictor, subsets, tolerance, ...control } = options;
  if (!(tolerance > 0)) throw new InputError(`The tolerance is ${tolerance}; it must be above 0, e.g. 0.01.`);
  const label = `${predictor.name} within ${tolerance}`;
  const parameters = Float64Array.from(await predictor.predict(subsets, control));
  const p = parameters.length / subsets.count;
  const rungs = new Uint8Array(subsets.count);
  const certificates = new Float64Array(subsets.count).fill(NaN);

  const classCount = pool.classes.length;
  const rows = Array.from({ length: subsets.count }, (_, b) => b);
  const isTrainable = (b: number): boolean => hasEveryClass(subsets.weights, b * pool.size, pool.labels, classCount);
  let waiting = rows.filter(isTrainable);
  const rest = rows.filter((b) => !isTrainable(b));
  const climb = learner.sizePath ? chordClimb(pool, learner, tolerance) : newtonClimb(pool, learner);
  for (const rung of [Rung.predicted, Rung.refined]) {
    if (waiting.length === 0) break;
    await safePoint(control, label);
    const from = gatherRows(parameters, waiting, p);
    const { norms, refine } = await climb(takeSubsets(subsets, waiting), from, control);
    const estimates = norms.map((norm, k) => norm / Math.sqrt(dot(from, k * p, from, k * p, p)));
    waiting.forEach((b, k) => {
      certificates[b] = estimates[k];
      rungs[b] = rung;
    });
    const failing = [...waiting.keys()].filter((k) => !(estimates[k] <= tolerance));
    if (rung === Rung.predicted) {
      const refined = await refine(failing);
      failing.forEach((k, f) => parameters.set(refined.subarray(f * p, (f + 1) * p), waiting[k] * p));
    }
    waiting = failing.map((k) => waiting[k]);
  }
  rest.push(...waiting);
  if (rest.length > 0) {
    const from = gatherRows(parameters, rest, p).map((value) => (Number.isFinite(value) ? value : 0));
    const exact = await learner.retrain(pool, takeSubsets(subsets, rest), { ...control, from });
    rest.forEach((b, k) => {
      parameters.set(exact.parameters.subarray(k * p, (k + 1) * p), b * p);
      rungs[b] = Rung.retrained;
      const trained = exact.status[k] === RetrainStatus.converged || exact.status[k] === RetrainStatus.scheduleEnded;
      certificates[b] = trained ? 0 : NaN;
    });
  }
  return { parameters, rungs, certificates };
}

/** How parameters (`B×p`) of some subsets are certified, and how some of them are brought nearer. */
type Climb = (
  subsets: Subsets,
  parameters: Float64Array,
  control: RunControl,
) => Promise<{
  /** `B` estimates of their distance from the trained ones. */
  norms: Float64Array;
  /** Refined parameters of the given rows. */
  refine: (rows: readonly number[]) => Promise<Float64Array>;
}>;

/** Certified by chord steps, refined by the exact solver, stopped early. */
function chordClimb(pool: Dataset, learner: Learner, tolerance: number): Climb {
  return async (subsets, parameters, control) => ({
    norms: (await chordStepNorms(pool, learner, subsets, parameters, control)).map((norm) => chordCaution * norm),
    refine: async (rows) => {
      const from = gatherRows(parameters, rows, parameters.length / subsets.count);
      const options = { ...control, from, tolerance: tolerance * residualShare };
      return (await learner.retrain(pool, takeSubsets(subsets, rows), options)).parameters;
    },
  });
}

/** Certified by whole Newton steps, refined by the same steps with a safeguard. */
function newtonClimb(pool: Dataset, learner: Learner): Climb {
  return (subsets, parameters) => {
    const found = newtonDirections(pool, learner, subsets, parameters);
    const p = parameters.length / subsets.count;
    return Promise.resolve({
      norms: newtonStepNorms(found),
      refine: (rows) => Promise.resolve(gatherRows(searchAlong(pool, learner, subsets, parameters, found), rows, p)),
    });
  };
}
