import { strict as assert } from 'node:assert';
import { describeProblems, loadProblem, problemNames, type Problem } from '../../src/experiments/problems/index.js';
import { problemData } from '../../src/experiments/problems/problem-data.js';
import { accuracyUtility } from '../../src/evaluation/index.js';
import { fullPool } from '../../src/subsets/index.js';

/** Pool and test points, features, parameters of logistic regression. */
const expected: Readonly<Record<string, readonly [number, number, number, number]>> = {
  'iris 0/1': [67, 33, 4, 5],
  'iris 1/2': [67, 33, 4, 5],
  'breast cancer': [300, 269, 30, 31],
  spambase: [300, 1000, 57, 58],
  'spambase 1000': [1000, 1000, 57, 58],
  digits: [500, 1000, 64, 650],
  'iris 0/1/2': [100, 50, 4, 15],
  'german credit': [300, 700, 61, 62],
  'digits 16': [500, 1000, 16, 170],
  'Fashion-MNIST': [2000, 2000, 32, 330],
};

describe('problems', function () {
  this.timeout(60_000);
  const problems = new Map<string, Problem>();
  before(async () => {
    for (const name of problemNames) problems.set(name, await loadProblem(name));
  });

  it('have the sizes that are documented', () => {
    assert.deepEqual(
      Object.fromEntries(
        describeProblems([...problems.values()].map(problemData)).map((row) => [
          row['data set'],
          [row.pool, row.test, row.features, row.parameters],
        ]),
      ),
      expected,
    );
  });

  it('are scaled by the pool alone, test points in the same way', () => {
    for (const name of ['german credit', 'digits 16', 'Fashion-MNIST']) {
      const { pool, test } = problems.get(name) as Problem;
      assert.deepEqual(test.featureNames, pool.featureNames);
      for (let k = 0; k < pool.dimension; k++) {
        const own = pool.features.filter((_, at) => at % pool.dimension === k);
        const mean = own.reduce((a, b) => a + b, 0) / pool.size;
        const variance = own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / pool.size;
        assert.ok(Math.abs(mean) < 1e-9, `${name}, feature ${k}`);
        assert.ok(Math.abs(variance - 1) < 1e-9 || own.every((value) => value === 0), `${name}, feature ${k}`);
      }
    }
  });

  it('can be learned from: test accuracy of the model of the whole pool', async () => {
    // The chance level is the share of the largest class: 0.33, 0.7, 0.1, 0.1.
    const least = { 'iris 0/1/2': 0.9, 'german credit': 0.7, 'digits 16': 0.85, 'Fashion-MNIST': 0.75 };
    for (const [name, accuracy] of Object.entries(least)) {
      const { pool, test, learner } = problems.get(name) as Problem;
      const { parameters } = await learner.retrain(pool, fullPool(pool.size));
      const [found] = accuracyUtility({ learner, points: test }).evaluate(parameters);
      assert.ok(found > accuracy, `${name}: ${found}`);
    }
  });
});
