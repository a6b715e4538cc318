import { safePoint, type RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import { RetrainStatus, type Learner } from '../learners/learner.js';
import { hasEveryClass } from '../learners/retrain-linear.js';
import { gatherRows } from '../learners/gather-rows.js';
import { dot } from '../numerics/dense.js';
import { takeSubsets, type Subsets } from '../subsets/subsets.js';
import { newtonStepNorms } from './certificate.js';
import { newtonDirections, searchAlong } from './newton.js';
import type { Predictor } from './predictor.js';

/** Where a subset's parameters came from. */
export const Rung = {
  /** The predictor's, as they are. */
  predicted: 0,
  /** The predictor's after one safeguarded Newton step. */
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
   * `B` estimates of the relative error: the length of one Newton step from the parameters over their own. 0 for models
   * retrained to the learner's residual; NaN where that did not succeed.
   */
  readonly certificates: Float64Array;
}

/**
 * Parameters of every subset to a wanted accuracy, as cheaply as their certificates allow: predicted; where the certificate is
 * above the tolerance, refined by the Newton step that the certificate took anyway, and certified again; where it still is,
 * retrained from there. The certificate is an estimate, so a few models may be somewhat further off than the tolerance.
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
  const trainable = rows.filter((b) => hasEveryClass(subsets.weights, b * pool.size, pool.labels, classCount));
  let waiting = trainable;
  for (const rung of [Rung.predicted, Rung.refined]) {
    if (waiting.length === 0) break;
    await safePoint(control, label);
    const taken = takeSubsets(subsets, waiting);
    const from = gatherRows(parameters, waiting, p);
    const found = newtonDirections(pool, learner, taken, from);
    const estimates = newtonStepNorms(found).map((norm, k) => norm / Math.sqrt(dot(from, k * p, from, k * p, p)));
    const next = rung === Rung.predicted ? searchAlong(pool, learner, taken, from, found) : from;
    waiting = waiting.filter((b, k) => {
      certificates[b] = estimates[k];
      rungs[b] = rung;
      if (estimates[k] <= tolerance) return false;
      parameters.set(next.subarray(k * p, (k + 1) * p), b * p);
      return true;
    });
  }
  const rest = rows.filter((b) => !trainable.includes(b) || waiting.includes(b));
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
