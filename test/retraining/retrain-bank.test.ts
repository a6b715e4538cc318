import assert from 'node:assert/strict';
import { InputError, InterruptedError } from '../../src/errors.js';
import { RetrainStatus, type Learner } from '../../src/learners/learner.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { buildBank, takeBank } from '../../src/retraining/index.js';
import { concatenateSubsets, subsetsFromMembers, takeSubsets, uniformSizeSubsets } from '../../src/subsets/index.js';
import { cloudPool } from '../learners/pools.js';
import { asScheduled } from '../learners/scheduled.js';

describe('bank', () => {
  const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
  const learner = logisticRegression();
  const good = uniformSizeSubsets({ poolSize: 30, count: 20, minimumSize: 4, seed: 2, labels: pool.labels });
  const mixed = concatenateSubsets(
    takeSubsets(good, [0]),
    subsetsFromMembers(30, [[], [1, 3]]),
    takeSubsets(good, [1]),
  );

  it('holds what exact retraining gives, row by row', async () => {
    const bank = await buildBank({ pool, learner, subsets: good });
    const trained = await learner.retrain(pool, good);
    assert.deepEqual(bank, {
      pool,
      learner,
      subsets: good,
      parameters: trained.parameters,
      residuals: trained.residuals,
    });
    assert.ok(bank.residuals.every((residual) => residual <= 1e-8));
  });

  it('refuses subsets that lack a class, or drops them where that is asked for', async () => {
    await assert.rejects(
      buildBank({ pool, learner, subsets: mixed }),
      (error) =>
        error instanceof InputError && /2 of 4 subsets lack a class \(the first is row 1\)/.test(error.message),
    );
    const dropped = await buildBank({ pool, learner, subsets: mixed, missingClass: 'drop' });
    const clean = await buildBank({ pool, learner, subsets: takeSubsets(good, [0, 1]) });
    assert.deepEqual(dropped, clean);
  });

  it('refuses models that do not reach the tolerance', async () => {
    await assert.rejects(
      buildBank({ pool, learner, subsets: good, tolerance: 1e-30 }),
      (error) =>
        error instanceof InputError &&
        /\d+ of 20 models did not converge \(the first is row \d+, the largest residual .*e-1\d\)/.test(error.message),
    );
  });

  it('takes models whose schedule ended, whatever their residual', async () => {
    const scheduled: Learner = {
      ...asScheduled(learner),
      async retrain(...args) {
        const trained = await learner.retrain(...args);
        return { ...trained, status: trained.status.map(() => RetrainStatus.scheduleEnded) };
      },
    };
    const bank = await buildBank({ pool, learner: scheduled, subsets: good, tolerance: 1e-30 });
    assert.deepEqual(bank.parameters, (await learner.retrain(pool, good, { tolerance: 1e-30 })).parameters);
  });

  it('can be taken by row', async () => {
    const bank = await buildBank({ pool, learner, subsets: good });
    const taken = takeBank(bank, [5, 0]);
    assert.deepEqual(taken, await buildBank({ pool, learner, subsets: takeSubsets(good, [5, 0]) }));
    assert.throws(() => takeBank(bank, [20]), /There is no subset 20/);
    assert.equal(takeBank(bank, []).parameters.length, 0);
  });

  it('passes progress on and stops when asked to', async () => {
    const controller = new AbortController();
    const work = buildBank({
      pool,
      learner,
      subsets: good,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await assert.rejects(work, InterruptedError);
  });
});
