import type { Subsets } from '../../../subsets/subsets.js';

/**
 * A learner's objective on one pool for penalties on predicted parameters: the same numbers as its `TensorObjective`, with
 * the derivatives written out. Precision is float32.
 */
export interface PenaltyObjective {
  /** C, the factor of the summed training loss in the objective. */
  readonly lossFactor: number;
  /** `p`: 1 where the parameter is an intercept, else 0. */
  readonly intercepts: Float32Array;
  /** Evaluates the objective at `B×p` parameters, row b on subset b. */
  evaluate(parameters: Float32Array, subsets: Subsets): PenaltyEvaluation;
}

/** What {@link PenaltyObjective.evaluate} found; to be used before the next evaluation. */
export interface PenaltyEvaluation {
  /** `B×p` gradients ∇F_S(θ). */
  readonly gradients: Float32Array;
  /** `B` mean losses u_S(θ) over the points of each subset, without the regulariser. */
  readonly losses: Float32Array;
  /**
   * `B×p` gradient in the parameters of Σ ofGradients∘gradients + Σ ofLosses·losses, which is ∇²F_S(θ_b)·v_b + c_b·∇u_S(θ_b)
   * for row v_b of `ofGradients` (`B×p`) and entry c_b of `ofLosses` (`B`).
   */
  readonly pullBack: (ofGradients: Float32Array, ofLosses: Float32Array) => Float32Array;
}
