import assert from 'node:assert/strict';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { ridgeRegression } from '../../src/learners/linear/ridge-regression.js';
import { lbfgsPredictor } from '../../src/prediction/lbfgs.js';
import { bernoulliSubsets } from '../../src/subsets/bernoulli.js';
import { cloudPool } from '../learners/pools.js';

describe('L-BFGS predictions', () => {
  it('never take Newton steps, however many iterations they have', async () => {
    const pool = cloudPool({ size: 60, dimension: 5, classCount: 2, seed: 3 });
    const subsets = bernoulliSubsets({ poolSize: pool.size, count: 4, probability: 0.5, seed: 1 });
    for (const learner of [logisticRegression({ C: 1e6 }), ridgeRegression({ C: 1e6 })]) {
      let asked = 0;
      const watched = {
        ...learner,
        retrain: (...[points, rows, options]: Parameters<typeof learner.retrain>) => {
          asked++;
          assert.equal(options?.solver, 'L-BFGS');
          assert.equal(options.handOver, false);
          return learner.retrain(points, rows, options);
        },
      };
      const few = await lbfgsPredictor({ pool, learner: watched, iterations: 1 }).predict(subsets);
      const many = await lbfgsPredictor({ pool, learner: watched, iterations: 200 }).predict(subsets);
      assert.equal(asked, 2);
      assert.notDeepEqual(few, many);
      // One Newton step would be a quadratic's optimum; one step of L-BFGS is not.
      const exact = (await learner.retrain(pool, subsets)).parameters;
      const error = (found: Float64Array): number => Math.hypot(...found.map((value, j) => value - exact[j]));
      assert.ok(error(few) > 1e-3 * Math.hypot(...exact), `${error(few)}`);
      assert.ok(error(many) < error(few));
    }
  });
});
