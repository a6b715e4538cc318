import type { ResidualScaling } from '../residual.js';
import type { OutputScaling } from '../output-scaling.js';

/** A look at the predictor during its training. */
export interface TrainingLook {
  /** Steps taken. */
  readonly step: number;
  /** Mean training loss of the steps since the look before. */
  readonly trainingLoss: number;
  /**
   * Mean relative parameter error ‖θ̂ − θ‖/‖θ‖ on the validation subsets, or a utility network's root mean square error over the
   * standard deviation of utilities; null where there are none.
   */
  readonly validationError: number | null;
}

/** What a training leaves: all that predicting, storing and reporting need. */
export interface TrainingResult {
  /** `p` parameters of the whole pool, from which model features are computed; null where there are none. */
  readonly reference: Float64Array | null;
  /** Null where the network puts out parameters as they are. */
  readonly outputScaling: OutputScaling | null;
  /** Null where the network predicts parameters, not residuals of a base. */
  readonly residual: ResidualScaling | null;
  /** All weights of the network, in the order φ, ρ, head matrix, head bias. */
  readonly weights: Float32Array;
  /** Steps after which these weights were reached; the last step where nothing was validated. */
  readonly bestStep: number;
  readonly history: readonly TrainingLook[];
}
