import { strict as assert } from 'node:assert';
import { InputError } from '../../src/errors.js';
import type { Dataset } from '../../src/data/index.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { choleskyFactor, choleskySolve } from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';
import { influencePredictor } from '../../src/prediction/influence.js';
import { meanPredictor } from '../../src/prediction/mean.js';
import { nearestPredictor } from '../../src/prediction/nearest.js';
import { newtonPredictor, refinedByNewton } from '../../src/prediction/newton.js';
import { ridgePredictor } from '../../src/prediction/ridge.js';
import type { Bank } from '../../src/retraining/bank.js';
import { buildBank, takeBank } from '../../src/retraining/retrain-bank.js';
import { fixedSizeSubsets, fullPool, leaveOneOut, uniformSizeSubsets } from '../../src/subsets/index.js';
import { relativeErrors } from '../../src/evaluation/index.js';

/** Two overlapping Gaussian classes, or three. */
function gaussians(size: number, dimension: number, classes: number, seed: number): Dataset {
  const stream = randomStream(seed, 'gaussians');
  const labels = Uint8Array.from({ length: size }, (_, i) => i % classes);
  const features = Float64Array.from({ length: size * dimension }, (_, k) => {
    const label = labels[Math.floor(k / dimension)];
    return stream.normal() + (k % dimension === label ? 1 : 0);
  });
  return {
    name: 'gaussians',
    size,
    dimension,
    features,
    labels,
    classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
    featureNames: Array.from({ length: dimension }, (_, j) => `x${j}`),
  };
}

const learner = logisticRegression({ C: 1 });

for (const classes of [2, 3]) {
  describe(`baselines, ${classes} classes`, () => {
    const pool = gaussians(60, 4, classes, classes);
    let full: Float64Array;
    before(async () => {
      full = (await learner.retrain(pool, fullPool(pool.size), { tolerance: 1e-12 })).parameters;
    });

    it('influence of a subset is the sum of the influences of the points it lacks', async () => {
      const predictor = influencePredictor({ pool, learner, full });
      const single = await predictor.predict(leaveOneOut(pool.size));
      const subsets = fixedSizeSubsets({ poolSize: pool.size, count: 5, size: 40, seed: 1 });
      const predicted = await predictor.predict(subsets);
      const p = full.length;
      for (let b = 0; b < subsets.count; b++)
        for (let j = 0; j < p; j++) {
          let expected = full[j];
          for (let i = 0; i < pool.size; i++)
            if (subsets.weights[b * pool.size + i] === 0) expected += single[i * p + j] - full[j];
          assert.ok(Math.abs(predicted[b * p + j] - expected) < 1e-12);
        }
    });

    it('influence is the derivative of the retrained parameters in a point’s weight', async () => {
      // One copy more of a point against one copy less, halved, cancels the second-order term; one point in 60 leaves the third.
      const predictor = influencePredictor({ pool, learner, full });
      const more = fullPool(pool.size).weights.slice();
      const less = more.slice();
      more[7] = 2;
      less[7] = 0;
      const p = full.length;
      const subsets = { count: 2, poolSize: pool.size, weights: Uint8Array.of(...more, ...less) };
      const exact = (await learner.retrain(pool, subsets, { tolerance: 1e-12 })).parameters;
      const predicted = await predictor.predict(subsets);
      const slope = (rows: Float64Array): Float64Array =>
        Float64Array.from({ length: p }, (_, j) => (rows[j] - rows[p + j]) / 2);
      const [error] = relativeErrors({ predicted: slope(predicted), retrained: slope(exact), parameterCount: p });
      assert.ok(error < 0.02, `relative error ${error}`);
    });

    it('one Newton step solves with the subset’s own Hessian', async () => {
      const p = full.length;
      const subsets = fixedSizeSubsets({ poolSize: pool.size, count: 4, size: 55, seed: 2 });
      const predicted = await newtonPredictor({ pool, learner, full }).predict(subsets);
      for (let b = 0; b < subsets.count; b++) {
        const weights = subsets.weights.slice(b * pool.size, (b + 1) * pool.size);
        const hessian = learner.hessian(pool, weights, full);
        const step = learner.gradient(pool, { count: 1, poolSize: pool.size, weights }, full);
        assert.ok(choleskyFactor(hessian, p));
        choleskySolve(hessian, p, step);
        for (let j = 0; j < p; j++) assert.ok(Math.abs(predicted[b * p + j] - (full[j] - step[j])) < 1e-9);
      }
    });

    it('Newton steps refine whatever predictor they start from: here one step twice is two', async () => {
      const subsets = fixedSizeSubsets({ poolSize: pool.size, count: 5, size: 30, seed: 6 });
      const refined = refinedByNewton({ predictor: newtonPredictor({ pool, learner, full }), pool, learner });
      assert.equal(refined.name, 'one Newton step + one Newton step');
      const two = newtonPredictor({ pool, learner, full, steps: 2 });
      assert.deepEqual(await refined.predict(subsets), await two.predict(subsets));
    });

    it('are ordered as theory says for small removals: Newton, influence, mean', async () => {
      const subsets = fixedSizeSubsets({ poolSize: pool.size, count: 20, size: 56, seed: 3 });
      const truth = (await learner.retrain(pool, subsets)).parameters;
      const bank = await buildBank({
        pool,
        learner,
        subsets: uniformSizeSubsets({
          poolSize: pool.size,
          count: 50,
          minimumSize: 20,
          maximumSize: 60,
          labels: pool.labels,
          seed: 4,
        }),
      });
      const error = (predicted: Float64Array): number =>
        relativeErrors({ predicted, retrained: truth, parameterCount: full.length }).reduce((a, b) => a + b, 0) / 20;
      const newton = error(await newtonPredictor({ pool, learner, full }).predict(subsets));
      const influence = error(await influencePredictor({ pool, learner, full }).predict(subsets));
      const mean = error(await meanPredictor(bank).predict(subsets));
      assert.ok(newton < influence && influence < mean, `${newton} ${influence} ${mean}`);
    });
  });
}

describe('ridge regression on subsets', () => {
  const pool = gaussians(12, 2, 2, 9);
  /** A bank whose parameters are a given function of the subset instead of trained ones. */
  function bankOf(count: number, parametersOf: (weights: Uint8Array) => number[]): Bank {
    const subsets = uniformSizeSubsets({
      poolSize: pool.size,
      count,
      minimumSize: 2,
      maximumSize: 12,
      labels: pool.labels,
      seed: 5,
    });
    const rows = Array.from({ length: count }, (_, b) => parametersOf(subsets.weights.slice(b * 12, (b + 1) * 12)));
    return { pool, learner, subsets, parameters: Float64Array.from(rows.flat()), residuals: new Float64Array(count) };
  }
  it('recovers a linear function of the mask', async () => {
    const linear = (w: Uint8Array): number[] =>
      [0, 1, 2].map((j) => w.reduce((sum, v, i) => sum + v * Math.sin(i + j), j));
    const bank = bankOf(400, linear);
    const predicted = await ridgePredictor(bank, { features: 'mask' }).predict(bank.subsets);
    assert.ok(Math.max(...predicted.map((v, i) => Math.abs(v - bank.parameters[i]))) < 1e-3);
  });
  it('with the size recovers means over the subset, which the mask alone cannot', async () => {
    const mean = (w: Uint8Array): number[] => {
      const n = w.reduce((a, b) => a + b, 0);
      return [w.reduce((sum, v, i) => sum + v * i, 0) / n, n, 1];
    };
    const bank = bankOf(400, mean);
    const worst = async (features: 'mask' | 'mask and size'): Promise<number> => {
      const predicted = await ridgePredictor(bank, { features }).predict(bank.subsets);
      return Math.max(...predicted.map((v, i) => Math.abs(v - bank.parameters[i])));
    };
    assert.ok((await worst('mask and size')) < 1e-2);
    assert.ok((await worst('mask')) > 0.1);
  });
  it('takes the strength with the least error on the last fifth, fitted on the rest', async () => {
    const pool = gaussians(40, 3, 2, 2);
    const draw = { poolSize: 40, count: 100, minimumSize: 8, labels: pool.labels, seed: 3 };
    const bank = await buildBank({ pool, learner, subsets: uniformSizeSubsets(draw) });
    const rows = Array.from({ length: 100 }, (_, b) => b);
    const [first, last] = [takeBank(bank, rows.slice(0, 80)), takeBank(bank, rows.slice(80))];
    const strengths = [1e-4, 1e-2, 1e-1, 1, 10];
    const errors: number[] = [];
    for (const strength of strengths) {
      const predicted = await ridgePredictor(first, { strengths: [strength] }).predict(last.subsets);
      errors.push(predicted.reduce((sum, value, i) => sum + (value - last.parameters[i]) ** 2, 0));
    }
    const best = strengths[errors.indexOf(Math.min(...errors))];
    assert.ok(best < 10 && best > 1e-4);
    const [chosen, alone] = [strengths, [best]].map((tried) => ridgePredictor(bank, { strengths: tried }));
    assert.deepEqual(await chosen.predict(last.subsets), await alone.predict(last.subsets));
  });
  it('refuses a bank too small to validate on', () => {
    assert.throws(() => ridgePredictor(bankOf(2, () => [1, 1, 1])), /cannot be split/);
  });
  it('refuses shares to validate on and strengths that are none', () => {
    const bank = bankOf(20, () => [1, 1, 1]);
    for (const options of [
      { validationFraction: -0.5 },
      { validationFraction: NaN },
      { validationFraction: 1 },
      { strengths: [] },
      { strengths: [NaN] },
    ])
      assert.throws(() => ridgePredictor(bank, options), InputError, JSON.stringify(options));
  });
});

describe('predictors that look a bank up', () => {
  const pool = gaussians(12, 2, 2, 9);
  const subsets = uniformSizeSubsets({ poolSize: 12, count: 20, minimumSize: 4, labels: pool.labels, seed: 1 });
  const make = [meanPredictor, nearestPredictor, ridgePredictor];

  it('refuse banks that are empty, do not fit, or have rows without parameters', async () => {
    const bank = await buildBank({ pool, learner, subsets });
    const withNaN = bank.parameters.slice();
    withNaN[7 * 3 + 1] = NaN;
    for (const predictorOf of make) {
      const none = { ...subsets, count: 0, weights: new Uint8Array(0) };
      assert.throws(() => predictorOf({ ...bank, subsets: none, parameters: new Float64Array(0) }), /holds no subset/);
      assert.throws(() => predictorOf({ ...bank, parameters: bank.parameters.slice(1) }), /does not fit together/);
      assert.throws(() => predictorOf({ ...bank, parameters: withNaN }), /Row 7 of the bank has no trained parameters/);
    }
  });
  it('and influence refuse subsets of another pool', async () => {
    const bank = await buildBank({ pool, learner, subsets });
    const { parameters } = await learner.retrain(pool, fullPool(12));
    for (const predictor of [
      ...make.map((predictorOf) => predictorOf(bank)),
      influencePredictor({ pool, learner, full: parameters }),
    ])
      await assert.rejects(async () => await predictor.predict(fullPool(11)), InputError, predictor.name);
  });
});
