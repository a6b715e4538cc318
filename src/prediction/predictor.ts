import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import type { Subsets } from '../subsets/subsets.js';

/** Maps subsets of its pool to predicted trained parameters without running the learner to its end. */
export interface Predictor {
  /** As shown in tables and figures, e.g. `one Newton step`. */
  readonly name: string;
  /** `B×p` predicted parameters; at once where the method only evaluates formulas, later where it iterates. */
  predict(subsets: Subsets, control?: RunControl): Float64Array | Promise<Float64Array>;
  /**
   * Estimated processor nanoseconds of predicting one subset of the pool among many, from counts of operations: the same on
   * every machine. Absent, or 0, where they are unknown or next to nothing.
   */
  estimatedNanoseconds?(): number;
  /**
   * `B×p` predicted parameters for training sets whose points need not be in the pool: subsets of these points, by default all
   * of them as the only one. Absent where the method cannot.
   */
  predictDataset?(points: Dataset, subsets?: Subsets): Float64Array | Promise<Float64Array>;
}
