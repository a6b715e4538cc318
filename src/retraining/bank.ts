import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Learner } from '../learners/learner.js';
import { checkSubsets, type Subsets } from '../subsets/subsets.js';

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

/** @throws InputError if a bank is empty, its parts do not belong together, or a row has no trained parameters. */
export function checkBank({ pool, learner, subsets, parameters }: Bank): void {
  const p = learner.parameterCount(pool);
  if (subsets.poolSize !== pool.size || parameters.length !== subsets.count * p) {
    throw new InputError(
      `The bank does not fit together: ${subsets.count} subsets of ${subsets.poolSize} points with ${parameters.length} parameters, for a pool of ${pool.size} points and ${p} parameters per model.`,
    );
  }
  checkSubsets(subsets, pool);
  if (subsets.count === 0) throw new InputError('The bank holds no subset: retrain some.');
  const bad = parameters.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `Row ${Math.floor(bad / p)} of the bank has no trained parameters (its subset may lack a class); leave such rows out.`,
    );
  }
}
