import type { Dataset } from '../data/dataset.js';
import type { Learner } from '../learners/learner.js';
import type { Subsets } from '../subsets/subsets.js';

/** Subsets with their exact trained parameters: what predictors learn from and are scored against. */
export interface Bank {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly subsets: Subsets;
  /** `B×p`, row-major. */
  readonly parameters: Float64Array;
  /** `B` optimality residuals. */
  readonly residuals: Float64Array;
}
