import { safePoint } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import type { Learner } from '../learners/learner.js';
import type { Predictor } from './predictor.js';
import { startOnSizePath } from './size-path-start.js';

/**
 * Influence functions that know the size of the subset: steps θ ← θ − H(n)⁻¹ ∇F_S(θ) from θ*(n), with θ*(n) and H(n) the
 * optimum and the Hessian of the whole pool at weights n/N. One step is the influence function of moving the weights from n/N
 * to the subset's; more are the chord method (Ortega & Rheinboldt 1970, §7.1), whose matrix is never renewed.
 *
 * Cost per subset and step: one gradient of N·p and p² for the product with H(n)⁻¹, which subsets of one size share.
 *
 * @throws InputError from `predict` if the learner has no size path or a subset is empty.
 */
export function sizeAwareChordPredictor(pool: Dataset, learner: Learner, steps = 1): Predictor {
  const name = `size-aware chord, ${steps === 1 ? 'one step' : `${steps} steps`}`;
  return {
    name,
    predict: async (subsets, control) => {
      const { path, sizes, parameters } = await startOnSizePath(pool, learner, subsets, control);
      for (let step = 0; step < steps; step++) {
        await safePoint(control, name);
        const change = learner.gradient(pool, subsets, parameters);
        path.precondition(sizes, change);
        for (let at = 0; at < change.length; at++) parameters[at] -= change[at];
      }
      return parameters;
    },
  };
}
