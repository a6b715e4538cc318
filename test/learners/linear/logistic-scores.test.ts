import assert from 'node:assert/strict';
import { InputError } from '../../../src/errors.js';
import { accuracyUtility, logLossUtility } from '../../../src/evaluation/utility.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { logisticScores } from '../../../src/learners/linear/logistic-scores.js';
import { randomStream } from '../../../src/numerics/random.js';
import { cloudPool } from '../pools.js';

describe('scores of logistic regressions in float32', () => {
  const learner = logisticRegression();
  // Neither points nor features fill whole vectors, and there is more than one block of models.
  for (const [classCount, models] of [
    [2, 600],
    [3, 300],
    [4, 1],
  ]) {
    it(`are those in float64 to rounding: ${classCount} classes, ${models} models`, () => {
      const points = cloudPool({ size: 37, dimension: 5, classCount, seed: 1 });
      const stream = randomStream(2, classCount);
      const p = learner.parameterCount(points);
      const parameters = Float64Array.from({ length: models * p }, () => stream.normal());
      for (const make of [logLossUtility, accuracyUtility]) {
        const exact = make({ learner, points }).evaluate(parameters);
        const single = make({ learner, points, arithmetic: 'float32' }).evaluate(parameters);
        assert.equal(single.length, models);
        single.forEach((value, b) => assert.ok(Math.abs(value - exact[b]) < 3e-6 * (1 + Math.abs(exact[b])), `${b}`));
      }
    });
  }
  it('of a model do not depend on the others of its batch', () => {
    const points = cloudPool({ size: 20, dimension: 3, classCount: 2, seed: 3 });
    const stream = randomStream(4);
    const parameters = Float64Array.from({ length: 500 * 4 }, () => stream.normal());
    const all = logisticScores(points, parameters);
    for (const b of [0, 255, 256, 499]) {
      const alone = logisticScores(points, parameters.slice(4 * b, 4 * b + 4));
      assert.equal(alone.logLosses[0], all.logLosses[b]);
      assert.equal(alone.accuracies[0], all.accuracies[b]);
    }
  });
  it('predict the first class where both are equally probable, as the utilities do', () => {
    const points = cloudPool({ size: 10, dimension: 3, classCount: 2, seed: 5 });
    assert.equal(logisticScores(points, new Float64Array(4)).accuracies[0], 0.5);
    assert.ok(Math.abs(logisticScores(points, new Float64Array(4)).logLosses[0] - Math.LN2) < 1e-6);
  });
  it('are NaN for NaN parameters, and for no others of the batch', () => {
    for (const classCount of [2, 3]) {
      const points = cloudPool({ size: 10, dimension: 3, classCount, seed: 5 });
      const p = learner.parameterCount(points);
      const parameters = new Float64Array(3 * p).fill(0.1).fill(NaN, p, 2 * p);
      const { logLosses, accuracies } = logisticScores(points, parameters);
      for (const scores of [logLosses, accuracies])
        assert.deepEqual([...scores].map(Number.isNaN), [false, true, false]);
    }
  });
  it('refuse parameters that are no whole models', () => {
    assert.throws(
      () => logisticScores(cloudPool({ size: 10, dimension: 3, classCount: 2, seed: 5 }), new Float64Array(5)),
      InputError,
    );
  });
});
