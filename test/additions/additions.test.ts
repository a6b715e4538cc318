import assert from 'node:assert/strict';
import { compile } from 'vega-lite';
import { buildBank, logisticRegression, subsetSizes, uniformSizeSubsets } from '../../src/index.js';
import { cloudPool } from '../learners/pools.js';
import { everyOtherSubsets } from './every-other.js';
import { majorityMeanPredictor } from './majority-mean.js';
import { sizeHistogram } from './size-histogram.js';

describe('one new file', () => {
  const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
  const subsets = uniformSizeSubsets({ poolSize: 30, count: 20, minimumSize: 8, labels: pool.labels, seed: 1 });

  it('is a predictor', async () => {
    const bank = await buildBank({ pool, learner: logisticRegression(), subsets });
    const predictor = majorityMeanPredictor(bank);
    const predicted = await predictor.predict(subsets);
    assert.equal(predicted.length, 20 * 3);
    const larger = [...subsetSizes(subsets).keys()].filter((b) => subsetSizes(subsets)[b] >= 25);
    for (const b of larger)
      assert.deepEqual(predicted.slice(b * 3, b * 3 + 3), predicted.slice(larger[0] * 3, larger[0] * 3 + 3));
    // The mean of the predictions is that of the bank.
    const mean = (all: Float64Array, j: number) =>
      all.reduce((sum, value, k) => sum + (k % 3 === j ? value : 0), 0) / 20;
    for (let j = 0; j < 3; j++) assert.ok(Math.abs(mean(predicted, j) - mean(bank.parameters, j)) < 1e-12);
  });

  it('is a sampler', () => {
    const { weights } = everyOtherSubsets({ poolSize: 5, count: 2 });
    assert.deepEqual([...weights], [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
    assert.throws(() => everyOtherSubsets({ poolSize: 1, count: 2 }), /has 1 points; give at least 2/);
  });

  it('is a figure', () => {
    const spec = sizeHistogram(Array.from(subsetSizes(subsets), (size) => ({ dataset: 'clouds', size })));
    assert.ok(compile(spec).spec.marks?.length);
  });
});
