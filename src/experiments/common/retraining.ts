import type { RunControl } from '../../control.js';
import type { Learner } from '../../learners/learner.js';
import type { Bank } from '../../retraining/bank.js';
import { buildBank, type BuildBankOptions } from '../../retraining/retrain-bank.js';
import { uniformSizeSubsets, type Subsets } from '../../subsets/index.js';
import type { Dataset } from '../../data/dataset.js';
import type { RetrainingRecord } from './claims.js';

/** A pool and what is trained on its subsets. */
export interface Ground {
  readonly pool: Dataset;
  readonly learner: Learner;
}

/** Exact retraining on subsets of one pool, which records how far its models were from their optima. */
export function exactRetraining({ pool, learner }: Ground, control: RunControl = {}) {
  let [largestResidual, retrainedModels] = [0, 0];
  const note = (residuals: Float64Array): void => {
    retrainedModels += residuals.length;
    // Not Math.max: a subset that lacks a class has no residual.
    largestResidual = residuals.reduce((largest, r) => (r > largest ? r : largest), largestResidual);
  };
  return {
    /** A bank of the subsets; of other points where `pool` is given. */
    bank: async (
      subsets: Subsets,
      options: Partial<Pick<BuildBankOptions, 'pool' | 'tolerance' | 'missingClass'>> = {},
    ): Promise<Bank> => {
      const bank = await buildBank({ ...control, pool, learner, subsets, ...options });
      note(bank.residuals);
      return bank;
    },
    /** `B×p` parameters; NaN where a subset lacks a class. */
    parametersOf: async (subsets: Subsets): Promise<Float64Array> => {
      const { parameters, residuals } = await learner.retrain(pool, subsets);
      note(residuals);
      return parameters;
    },
    record: (): RetrainingRecord => ({
      largestResidual: learner.kind === 'convex' ? largestResidual : null,
      retrainedModels,
    }),
  };
}

/** Subsets of a pool that hold every class, their sizes uniform from the smallest to the whole pool. */
export function uniformSubsets(
  pool: Dataset,
  options: {
    readonly count: number;
    readonly minimumSize: number;
    readonly maximumSize?: number;
    readonly seed: number;
  },
): Subsets {
  return uniformSizeSubsets({ poolSize: pool.size, labels: pool.labels, ...options });
}
