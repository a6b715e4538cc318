import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { retrainInWorkers } from '../../src/retraining/retrain-in-workers.js';
import { uniformSizeSubsets } from '../../src/subsets/uniform-size.js';
import { cloudPool } from '../learners/pools.js';

const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
const subsets = uniformSizeSubsets({ poolSize: 30, count: 20, minimumSize: 10, seed: 2 });
await retrainInWorkers({ pool, learner: logisticRegression({ C: 1 }), subsets, tolerance: 1e-8, workers: 2 });
console.log('done');
