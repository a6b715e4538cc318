import type { LayerKernels, Place } from '../../numerics/layer-kernels.js';

/** Places of parameters, of their gradient and of an optimiser's own vectors: values, tangents or adjoints of these. */
export interface StepPlaces {
  readonly parameters: Place;
  readonly gradient: Place;
  readonly state: readonly Place[];
}

/** One step of an optimiser: the places hold what was before the step, but for the gradient, which is of these parameters. */
export interface OptimiserStep {
  readonly kernels: LayerKernels;
  /** p. */
  readonly length: number;
  readonly values: StepPlaces;
  readonly learningRate: number;
  /** Steps taken before. */
  readonly index: number;
}

/** How parameters are updated from gradients, with the derivatives of that. All in place. */
export interface OptimiserRule {
  /** Vectors of p numbers that it keeps from step to step, 0 before the first. */
  readonly stateVectors: number;
  /** Whether derivatives of a step depend on the values of these (they do not where the rule is linear). */
  readonly derivativesNeedState: boolean;
  step(step: OptimiserStep): void;
  /** Tangents after the step from those before it and from the gradient's. Called before `step`. */
  tangent(step: OptimiserStep, tangents: StepPlaces): void;
  /**
   * Adjoints before the step from those after it, and that of the gradient. What the gradient itself hands on to the
   * parameters' adjoint (the Hessian times its adjoint) is the caller's to add. `step` has the values before it.
   */
  reverse(step: OptimiserStep, adjoints: StepPlaces): void;
}
