import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { uniformSizeSubsets } from '../../src/subsets/uniform-size.js';
import { cloudPool } from '../learners/pools.js';

const pool = cloudPool({ size: 50, dimension: 4, classCount: 2, seed: 1 });

/** A bank that is retrained in seven blocks. */
export const storedBankOptions = {
  pool,
  learner: logisticRegression({ C: 2 }),
  subsets: uniformSizeSubsets({ poolSize: 50, count: 610, minimumSize: 6, seed: 2, labels: pool.labels }),
  blockSubsets: 100,
};

const few = cloudPool({ size: 12, dimension: 2, classCount: 2, seed: 3 });

/** A bank of three blocks, for what is tried at every one of its bytes and writes. */
export const smallBankOptions = {
  pool: few,
  learner: logisticRegression({ C: 1 }),
  subsets: uniformSizeSubsets({ poolSize: 12, count: 7, minimumSize: 4, seed: 4, labels: few.labels }),
  blockSubsets: 3,
};
