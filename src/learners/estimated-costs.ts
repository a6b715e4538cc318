import {
  cheaperSolver,
  directionNanoseconds,
  estimatedNanoseconds,
  gradientNanoseconds,
  productNanoseconds,
  type ProblemSize,
} from './linear/solver-choice.js';

/** Estimated processor nanoseconds for one subset, from counts of operations: the same on every machine. */
export interface EstimatedCosts {
  /** An objective with its gradient. */
  readonly gradient: number;
  /** A product with an inverse Hessian of the size path. */
  readonly chordDirection: number;
  /** The subset's own Hessian and its Newton direction. */
  readonly newtonDirection: number;
  /** Retraining from the learner's own start until the next step is this share of the parameters' length. */
  readonly retraining: (stepTolerance: number) => number;
}

/** Of a linear model, as if its loss were curved. */
export function estimatedCosts(size: ProblemSize): EstimatedCosts {
  return {
    gradient: gradientNanoseconds(size),
    chordDirection: productNanoseconds(size.parameterCount ** 2),
    newtonDirection: directionNanoseconds('Newton', size),
    retraining: (stepTolerance) =>
      estimatedNanoseconds(cheaperSolver(size, stepTolerance), size, Math.min(1, stepTolerance)),
  };
}
