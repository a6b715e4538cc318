import assert from 'node:assert/strict';
import { InputError } from '../../../../src/errors.js';
import { pearson } from '../../../../src/statistics/correlation.js';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { improvedSettings, residualSettings, trainUtilityNetwork } from '../../../../src/prediction/index.js';
import { buildBank, type Bank } from '../../../../src/retraining/index.js';
import { uniformSizeSubsets } from '../../../../src/subsets/index.js';
import { cloudPool } from '../../../learners/pools.js';

describe('a utility network', function () {
  this.timeout(30_000);
  const pool = cloudPool({ size: 30, dimension: 3, classCount: 3, seed: 3 });
  const learner = logisticRegression({ C: 2 });
  const settings = improvedSettings({ steps: 300, batchSize: 64, learningRate: 4e-3, validateEvery: 100 });
  const bankOf = (count: number, seed: number): Promise<Bank> =>
    buildBank({
      pool,
      learner,
      subsets: uniformSizeSubsets({ poolSize: 30, count, minimumSize: 8, labels: pool.labels, seed }),
    });
  /** Mean probability of the true class over the whole pool. */
  const utilitiesOf = ({ parameters, subsets }: Bank): Float64Array => {
    const probabilities = learner.probabilities(pool, parameters);
    return Float64Array.from({ length: subsets.count }, (_, b) => {
      let sum = 0;
      for (let i = 0; i < 30; i++) sum += probabilities[(b * 30 + i) * 3 + pool.labels[i]];
      return sum / 30;
    });
  };
  let bank: Bank;
  before(async () => {
    bank = await bankOf(600, 1);
  });

  it('predicts utilities of subsets it has not seen', async () => {
    const held = await bankOf(150, 2);
    const utilities = utilitiesOf(held);
    const network = await trainUtilityNetwork({ bank, utilities: utilitiesOf(bank), settings, seed: 1 });
    const predicted = network.predict(held.subsets);
    assert.equal(predicted.length, 150);
    const correlation = pearson(predicted, utilities);
    assert.ok(correlation > 0.9, `correlation ${correlation}`);
    // It knows more than the size.
    const sizes = Float64Array.from({ length: 150 }, (_, b) =>
      held.subsets.weights.subarray(b * 30, (b + 1) * 30).reduce((sum, w) => sum + w, 0),
    );
    assert.ok(correlation > pearson(sizes, utilities) + 0.02);
    const last = network.history.find(({ step }) => step === network.bestStep)?.validationError ?? NaN;
    assert.ok(last < 0.5, `validation error ${last}`);
  });

  it('has the same bytes for the same seed', async () => {
    const short = improvedSettings({ steps: 6, batchSize: 16 });
    const predict = async (seed: number): Promise<Float64Array> =>
      (await trainUtilityNetwork({ bank, utilities: utilitiesOf(bank), settings: short, seed })).predict(bank.subsets);
    assert.deepEqual(await predict(1), await predict(1));
    assert.notDeepEqual(await predict(1), await predict(2));
  });

  it('refuses what it cannot learn from', async () => {
    const refuses = (changes: Partial<Parameters<typeof trainUtilityNetwork>[0]>, message: RegExp) =>
      assert.rejects(
        trainUtilityNetwork({ bank, utilities: utilitiesOf(bank), settings, seed: 1, ...changes }),
        (error) => error instanceof InputError && message.test(error.message),
      );
    await refuses({ utilities: new Float64Array(3) }, /There are 3 utilities for 600 subsets/);
    await refuses({ utilities: utilitiesOf(bank).fill(NaN, 4, 5) }, /Utility 4 is NaN/);
    await refuses({ settings: residualSettings({ method: 'chord', steps: 1 }) }, /without base and penalties/);
  });
});
