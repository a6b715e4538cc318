import type { Dataset } from '../data/dataset.js';
import type { Subsets } from '../subsets/subsets.js';

/** Maps subsets of its pool to predicted trained parameters without running the learner. */
export interface Predictor {
  /** As shown in tables and figures, e.g. `one Newton step`. */
  readonly name: string;
  /** `B×p` predicted parameters. */
  predict(subsets: Subsets): Float64Array;
  /** `p` predicted parameters for a training set whose points need not be in the pool; absent where the method cannot. */
  predictDataset?(points: Dataset): Float64Array;
}
