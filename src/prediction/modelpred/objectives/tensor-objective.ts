import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';

/**
 * A learner's objective on one pool in tensor operations, for methods that train a network against it. The gradient in θ is
 * written out as a formula, so a penalty on it needs automatic differentiation of the first order only: TensorFlow.js gives
 * wrong second-order gradients for several operations without saying so.
 *
 * Subset weights are `B×N`, how often each pool point is in each subset; row b of a result belongs to subset b. Precision is
 * float32.
 */
export interface TensorObjective {
  /** C, the factor of the summed training loss in the objective. */
  readonly lossFactor: number;
  /** `p`: 1 where the parameter is an intercept, else 0. */
  readonly intercepts: Float32Array;
  /** `B×p` gradients ∇F_S(θ) at `B×p` parameters; differentiable in the parameters. */
  gradient(parameters: Tensor2D, subsetWeights: Tensor2D): Tensor2D;
  /** `B` mean losses over the points of each subset, without the regulariser; differentiable in the parameters. */
  trainingLoss(parameters: Tensor2D, subsetWeights: Tensor2D): Tensor1D;
}
