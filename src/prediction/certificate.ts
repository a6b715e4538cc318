import type { Dataset } from '../data/dataset.js';
import type { Learner } from '../learners/learner.js';
import { dot } from '../numerics/dense.js';
import { checkSubsets, type Subsets } from '../subsets/subsets.js';
import { newtonDirections, type NewtonDirections } from './newton.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** How far predicted parameters are from trained ones, without training. */
export interface Certificate {
  /**
   * `B` lengths of one whole Newton step on the subset's objective from the prediction: an estimate of ‖θ̂ − θ(S)‖₂ whose own
   * error is quadratic in it. NaN where the Hessian is not positive definite.
   */
  readonly stepNorms: Float64Array;
  /**
   * `B` proven upper bounds of ‖θ̂ − θ(S)‖₂; NaN where none is proven, which is where the prediction is far off or the learner
   * runs a schedule. Sharp only near the optimum.
   */
  readonly bounds: Float64Array;
}

export interface CertifyOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly subsets: Subsets;
  readonly predicted: Float64Array;
}

/**
 * Certifies predicted parameters (`B×p`).
 *
 * Cost per subset: a Newton step (N·p² + p³/3), and about as much for the bound.
 *
 * @throws InputError if the subsets are of a pool of another size.
 */
export function certify(options: CertifyOptions): Certificate {
  refuseUnknownOptions(options, ['pool', 'learner', 'subsets', 'predicted'], 'certify');
  const { pool, learner, subsets, predicted } = options;
  checkSubsets(subsets, pool);
  return {
    stepNorms: newtonStepNorms(newtonDirections(pool, learner, subsets, predicted)),
    bounds:
      learner.kind === 'convex'
        ? learner.errorBounds(pool, subsets, predicted)
        : new Float64Array(subsets.count).fill(NaN),
  };
}

/** `B` lengths of Newton steps; NaN where there is none although the gradient is not zero. */
export function newtonStepNorms({ gradients, directions, slopes }: NewtonDirections): Float64Array {
  const p = directions.length / slopes.length;
  return slopes.map((slope, b) => {
    const stationary = gradients.subarray(b * p, (b + 1) * p).every((value) => value === 0);
    return slope < 0 || stationary ? Math.sqrt(dot(directions, b * p, directions, b * p, p)) : NaN;
  });
}
