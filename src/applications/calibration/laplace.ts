import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import type { Learner } from '../../learners/learner.js';
import { choleskyFactor, solveLowerTransposed } from '../../numerics/dense.js';
import { randomStream } from '../../numerics/random.js';
import { fullPool } from '../../subsets/subsets.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface LaplaceParametersOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** `p` parameters trained on the whole pool */
  readonly full: Float64Array;
  /** Parameter vectors drawn. */
  readonly draws: number;
  readonly seed: number;
}

/**
 * `draws×p` parameters from the Laplace approximation of the posterior whose mode is the trained model (MacKay 1992). The
 * objective of a regularised log-loss is f times minus a log posterior, f what it multiplies each point's loss by (C, or 1/N
 * of a mean): a Gaussian around θ* with covariance f·H⁻¹, H the objective's Hessian. Draw b is θ* + √f·L⁻ᵀz with H = L·Lᵀ and
 * owns the stream (seed, b).
 *
 * @throws InputError if the Hessian at `full` is not positive definite.
 */
export function laplaceParameters(options: LaplaceParametersOptions): Float64Array {
  refuseUnknownOptions(options, ['pool', 'learner', 'full', 'draws', 'seed'], 'laplaceParameters');
  const { pool, learner, full, draws, seed } = options;
  const p = full.length;
  const factor = learner.hessian(pool, fullPool(pool.size).weights, full);
  if (!choleskyFactor(factor, p))
    throw new InputError(
      'The Hessian at the given parameters is not positive definite: pass parameters trained on the whole pool.',
    );
  const deviation = Math.sqrt(learner.lossFactor(pool));
  const parameters = new Float64Array(draws * p);
  for (let b = 0; b < draws; b++) {
    const stream = randomStream(seed, 'laplace', b);
    for (let j = 0; j < p; j++) parameters[b * p + j] = deviation * stream.normal();
    solveLowerTransposed(factor, p, parameters, b * p);
    for (let j = 0; j < p; j++) parameters[b * p + j] += full[j];
  }
  return parameters;
}
