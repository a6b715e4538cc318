import type { PenaltyObjective } from '../objectives/penalty-objective.js';
import type { TensorObjective } from '../objectives/tensor-objective.js';
import type { BackendName } from '../../../numerics/backend.js';
import type { Subsets } from '../../../subsets/subsets.js';
import type { NetworkShape } from './network-shape.js';
import type { PoolWeights } from './pool-weights.js';
import type { LossSettings } from '../settings.js';

/** The network and the points it reads. */
export interface NetworkOnPoints {
  readonly shape: NetworkShape;
  /** All weights, in the order of `weightShapes`. */
  readonly weights: Float32Array;
  /** `N×inputs`, see `pointEncoder`; N is the pool size of the subsets. */
  readonly points: Float32Array;
  /** Points of the pool the network was trained on, which sizes are relative to. */
  readonly referenceSize: number;
}

/** A training loss without weight penalties, and what it is taken on. */
export interface LossOnBatch {
  readonly settings: LossSettings;
  /** The learner's; needed where the settings have its penalties. */
  readonly objective?: TensorObjective;
  /** The same with its derivatives written out, where the learner has that. */
  readonly penaltyObjective?: PenaltyObjective;
  /** B subsets. */
  readonly subsets: Subsets;
  /** `B×stepInputs`; needed where the network reads a base's last step. */
  readonly steps?: Float32Array;
  /** Added to the loss. */
  readonly outputPenalty?: OutputPenalty;
  /** Their exact parameters, `B×p`, as the network is to put them out. */
  readonly parameters: Float64Array;
  /** Their `exactTrainingLosses`; needed where the utility penalty has a weight. */
  readonly exactLosses?: Float32Array;
}

/** What evaluates the network and differentiates its loss. Engines agree up to the rounding of float32. */
export interface NetworkEngine {
  /** What it computes with; engines round differently. */
  readonly backend: BackendName;
  /** `B×p` outputs. */
  predict(network: NetworkOnPoints, subsets: PoolWeights): Float64Array;
  /** `B×N` gradient in the weights of Σ cotangent ∘ outputs, the cotangent `B×p`. */
  weightGradient(network: NetworkOnPoints, weights: PoolWeights, cotangent: Float32Array): Float64Array;
  /**
   * The loss and its gradient in all weights, laid out like them.
   *
   * @param gradient receives the gradient; a new array by default.
   */
  lossAndGradient(
    network: NetworkOnPoints,
    batch: LossOnBatch,
    gradient?: Float32Array,
  ): { loss: number; gradient: Float32Array };
}

/**
 * A penalty on a network's outputs.
 *
 * @param outputs `B×p`.
 * @param gradient `B×p`, to which the gradient in the outputs is added.
 * @returns the value.
 */
export type OutputPenalty = (outputs: Float32Array, subsets: Subsets, gradient: Float32Array) => number;
