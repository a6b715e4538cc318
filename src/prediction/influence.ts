import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Learner } from '../learners/learner.js';
import { linearMapNanoseconds } from '../learners/linear/solver-choice.js';
import { choleskyFactor, choleskySolve, multiplyTransposed } from '../numerics/dense.js';
import { fullPool, subsetSizes } from '../subsets/index.js';
import { checkSubsets } from '../subsets/subsets.js';
import { repeatRow } from './mean.js';
import type { Predictor } from './predictor.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface InfluenceOptions {
  /**
   * `authors`: as in the code of ModelPred's authors, which adds the regulariser's gradient over N to every removed point and
   * takes it from every added one, as if the regulariser shrank with the data. For this objective that is wrong, and predicts
   * about as badly as no change. Default `correct`.
   */
  readonly formula?: 'correct' | 'authors';
}

export interface InfluencePredictorOptions extends InfluenceOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** `p` parameters trained on the whole pool */
  readonly full: Float64Array;
}

/**
 * Influence functions for groups of points (Koh & Liang 2017, §2; Koh et al. 2019, eq. 2), for an objective whose
 * regulariser does not scale with the number of points:
 *
 * θ̂(S) = θ* − H⁻¹ ∇F_S(θ*) = θ* + H⁻¹ Σ_i (1 − s_i) C∇ℓ_i(θ*),
 *
 * with θ* and H the parameters and Hessian of the whole pool and s_i how often point i is in S. Additive: every point has one
 * effect, N·p numbers computed once, so a batch of subsets is one product of their masks with these effects. A training set S of
 * other points has its own ∇F_S(θ*).
 *
 * @throws InputError if the Hessian at `full` is not positive definite, from `predict` if the subsets are of another pool.
 */
export function influencePredictor(options: InfluencePredictorOptions): Predictor {
  refuseUnknownOptions(options, ['pool', 'learner', 'full', 'formula'], 'influencePredictor');
  const { pool, learner, full, formula = 'correct' } = options;
  const p = full.length;
  const everyPoint = fullPool(pool.size);
  const hessian = learner.hessian(pool, everyPoint.weights, full);
  if (!choleskyFactor(hessian, p))
    throw new InputError(
      'The Hessian at the given parameters is not positive definite: pass parameters trained on the whole pool.',
    );
  // What the formula adds for every point that is removed, beside the point's own gradient.
  const none = { count: 1, poolSize: pool.size, weights: new Uint8Array(pool.size) };
  const perPoint =
    formula === 'authors' ? learner.gradient(pool, none, full).map((value) => value / pool.size) : new Float64Array(p);
  // Row i: the change of θ when point i is removed. Transposed, since the product reads both operands along their rows.
  const effects = learner.pointGradients(pool, full).map((value, at) => value + perPoint[at % p]);
  for (let i = 0; i < pool.size; i++) choleskySolve(hessian, p, effects, i * p);
  const effectsByParameter = new Float64Array(p * pool.size);
  for (let i = 0; i < pool.size; i++)
    for (let j = 0; j < p; j++) effectsByParameter[j * pool.size + i] = effects[i * p + j];

  return {
    name: formula === 'authors' ? "influence function (as in the paper's code)" : 'influence function',
    estimatedNanoseconds: () => linearMapNanoseconds(pool.size, p),
    predict: (subsets) => {
      checkSubsets(subsets, pool);
      const { count, weights } = subsets;
      const removed = new Float64Array(weights).map((weight) => 1 - weight);
      const predicted = new Float64Array(count * p);
      multiplyTransposed(removed, effectsByParameter, count, p, pool.size, predicted);
      const start = repeatRow(full, count);
      return predicted.map((change, i) => start[i] + change);
    },
    predictDataset: (points, subsets = fullPool(points.size)) => {
      const start = repeatRow(full, subsets.count);
      const sizes = subsetSizes(subsets);
      const changes = learner
        .gradient(points, subsets, start)
        .map((value, at) => value + (sizes[Math.floor(at / p)] - pool.size) * perPoint[at % p]);
      for (let b = 0; b < subsets.count; b++) choleskySolve(hessian, p, changes, b * p);
      return start.map((value, at) => value - changes[at]);
    },
  };
}
