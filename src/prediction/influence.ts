import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Learner } from '../learners/learner.js';
import { choleskyFactor, choleskySolve, multiplyTransposed } from '../numerics/dense.js';
import { fullPool } from '../subsets/index.js';
import { repeatRow } from './mean.js';
import type { Predictor } from './predictor.js';

/**
 * Influence functions for groups of points (Koh & Liang 2017, §2; Koh et al. 2019, eq. 2), for an objective whose
 * regulariser does not scale with the number of points:
 *
 * θ̂(S) = θ* − H⁻¹ ∇F_S(θ*) = θ* + H⁻¹ Σ_i (1 − s_i) C∇ℓ_i(θ*),
 *
 * with θ* and H the parameters and Hessian of the whole pool and s_i how often point i is in S. Additive: every point has one
 * effect, N·p numbers computed once, so a batch of subsets is one product of their masks with these effects.
 *
 * (The ModelPred authors' code adds w/n for every removed point, as if the regulariser shrank with the data; for this
 * objective that is wrong and predicts about as badly as no change.)
 *
 * @param full `p` parameters trained on the whole pool
 * @throws InputError if the Hessian at `full` is not positive definite.
 */
export function influencePredictor(pool: Dataset, learner: Learner, full: Float64Array): Predictor {
  const p = full.length;
  const everyPoint = fullPool(pool.size);
  const hessian = learner.hessian(pool, everyPoint.weights, full);
  if (!choleskyFactor(hessian, p))
    throw new InputError(
      'The Hessian at the given parameters is not positive definite: pass parameters trained on the whole pool.',
    );
  // Row i: the change of θ when point i is removed. Transposed, since the product reads both operands along their rows.
  const effects = learner.pointGradients(pool, full);
  for (let i = 0; i < pool.size; i++) choleskySolve(hessian, p, effects, i * p);
  const effectsByParameter = new Float64Array(p * pool.size);
  for (let i = 0; i < pool.size; i++)
    for (let j = 0; j < p; j++) effectsByParameter[j * pool.size + i] = effects[i * p + j];

  return {
    name: 'influence function',
    predict: ({ count, weights }) => {
      const removed = Float64Array.from(weights, (weight) => 1 - weight);
      const predicted = new Float64Array(count * p);
      multiplyTransposed(removed, effectsByParameter, count, p, pool.size, predicted);
      const start = repeatRow(full, count);
      return predicted.map((change, i) => start[i] + change);
    },
  };
}
