import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildBank,
  createLearner,
  influencePredictor,
  InputError,
  newtonPredictor,
  registerLearner,
  retrainInWorkers,
  RetrainStatus,
  uniformSizeSubsets,
} from '../../src/index.js';
import { cloudPool } from '../learners/pools.js';
import { nearestMeans } from './nearest-means.js';

describe("a learner of one's own", function () {
  this.timeout(20_000);
  const pool = cloudPool({ size: 40, dimension: 3, classCount: 3, seed: 1 });
  const subsets = uniformSizeSubsets({ poolSize: 40, count: 12, minimumSize: 6, labels: pool.labels, seed: 2 });
  const learner = nearestMeans({ shrinkage: 0.5 });

  it('trains to the optimum that its objective says', async () => {
    const { parameters, residuals, status } = await learner.retrain(pool, subsets);
    assert.ok(Math.max(...residuals) < 1e-12);
    assert.ok(status.every((reached) => reached === RetrainStatus.scheduleEnded));
    const nudged = parameters.map((value, j) => value + (j % 2 ? 1e-3 : -1e-3));
    const best = learner.objective(pool, subsets, parameters);
    learner.objective(pool, subsets, nudged).forEach((value, b) => assert.ok(value > best[b]));
  });

  it('is made again by name, in this thread and in workers', async () => {
    const again = createLearner({ name: learner.name, hyperparameters: learner.hyperparameters });
    const here = await again.retrain(pool, subsets);
    assert.deepEqual(await retrainInWorkers({ pool, learner, subsets, tolerance: 1e-8, workers: 2 }), here);
  });

  it('fills a bank in a store, is found there again, and is what predictors learn from', async () => {
    const store = mkdtempSync(join(tmpdir(), 'modelpred-own-learner-'));
    try {
      const bank = await buildBank({ pool, learner, subsets, store });
      const details: (string | undefined)[] = [];
      const again = await buildBank({
        pool,
        learner,
        subsets,
        store,
        onProgress: ({ detail }) => details.push(detail),
      });
      assert.deepEqual(details, ['found in the store']);
      assert.deepEqual(again.parameters, bank.parameters);
      await assert.rejects(
        buildBank({ pool, learner: nearestMeans({ shrinkage: 2 }), subsets, store }),
        (error) => error instanceof InputError && /another learner.*nearest means/.test(error.message),
      );
      // A quadratic objective: one Newton step is exact.
      const predicted = await newtonPredictor({ pool, learner, full: bank.parameters.slice(0, 9) }).predict(subsets);
      predicted.forEach((value, k) => assert.ok(Math.abs(value - bank.parameters[k]) < 1e-9));
      assert.equal(
        (await influencePredictor({ pool, learner, full: bank.parameters.slice(0, 9) }).predict(subsets)).length,
        108,
      );
    } finally {
      rmSync(store, { recursive: true });
    }
  });

  it('cannot take the name of another one', () => {
    const create = () => nearestMeans();
    for (const name of ['logistic regression', 'nearest means'])
      assert.throws(
        () => registerLearner({ name, create }),
        (error) => error instanceof InputError && /There is a learner ".*" already/.test(error.message),
      );
  });
});
