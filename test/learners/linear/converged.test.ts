import assert from 'node:assert/strict';
import { parameterGame } from '../../../src/applications/parameter-attribution/parameter-game.js';
import { removalCurve } from '../../../src/applications/removal-curve.js';
import type { Dataset } from '../../../src/data/dataset.js';
import { InputError } from '../../../src/errors.js';
import { accuracyUtility } from '../../../src/evaluation/utility.js';
import { RetrainStatus, type Learner } from '../../../src/learners/learner.js';
import { linearSvm } from '../../../src/learners/linear/linear-svm.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { ridgeRegression } from '../../../src/learners/linear/ridge-regression.js';
import { dot } from '../../../src/numerics/dense.js';
import { bernoulliSubsets } from '../../../src/subsets/bernoulli.js';
import { fullPool } from '../../../src/subsets/subsets.js';
import { cloudPool } from '../pools.js';

/** One point of each class, at −1 and 1: w = 2C/(1 + e^w), b = 0. */
const twoPoints: Dataset = {
  name: 'two points',
  size: 2,
  dimension: 1,
  features: Float64Array.of(-1, 1),
  labels: Uint8Array.of(0, 1),
  classes: ['a', 'b'],
  featureNames: ['x'],
};

describe('converged models', () => {
  for (const solver of ['L-BFGS', 'Newton'] as const) {
    for (const [C, expected] of [
      [1e9, 18.498711905],
      [1e12, 25.101250626],
    ]) {
      it(`of two points are right at C = ${C}, where any gradient is small beside C (${solver})`, async () => {
        const { parameters, status } = await logisticRegression({ C }).retrain(twoPoints, fullPool(2), { solver });
        assert.equal(status[0], RetrainStatus.converged);
        assert.ok(Math.abs(parameters[0] - expected) < 5e-8, `w = ${parameters[0]}`);
      });
    }
  }

  for (const pool of [
    cloudPool({ size: 40, dimension: 3, classCount: 2, seed: 5 }),
    cloudPool({ size: 40, dimension: 3, classCount: 3, seed: 6 }),
  ]) {
    for (const make of [logisticRegression, linearSvm, ridgeRegression]) {
      it(`have a short Newton step to go, from C = 1e-6 to 1e12 (${make({}).name}, ${pool.classes.length} classes)`, async () => {
        const subsets = bernoulliSubsets({ poolSize: pool.size, count: 6, probability: 0.5, seed: 1 });
        for (const C of [1e-6, 1e-2, 1, 1e3, 1e6, 1e9, 1e12]) {
          for (const tolerance of [1e-4, 1e-6, 1e-8]) {
            const learner = make({ C });
            const { parameters, status } = await learner.retrain(pool, subsets, { tolerance });
            const gradients = learner.gradient(pool, subsets, parameters);
            const steps = learner.newtonDirections?.(pool, subsets, parameters, gradients) ?? assert.fail();
            const p = parameters.length / subsets.count;
            const lengthOf = (all: Float64Array, b: number): number => Math.sqrt(dot(all, b * p, all, b * p, p));
            status.forEach((one, b) => {
              if (one !== RetrainStatus.converged) return;
              const share = lengthOf(steps, b) / lengthOf(parameters, b);
              // L-BFGS only estimates the step: by a factor of a few.
              assert.ok(share <= 500 * tolerance, `${share} of the length at C = ${C}, tolerance ${tolerance}`);
            });
          }
        }
      });
    }
  }

  it('are what every caller waits for: it refuses others', async () => {
    const pool = cloudPool({ size: 30, dimension: 3, classCount: 2, seed: 7 });
    const learner = logisticRegression();
    const hasty: Learner = {
      ...learner,
      retrain: (points, subsets, options) => learner.retrain(points, subsets, { ...options, maxIterations: 0 }),
    };
    const refusal = (error: unknown): boolean =>
      error instanceof InputError && /^1 of 1 models did not converge/.test(error.message);
    await assert.rejects(async () => parameterGame({ pool, learner: hasty }).parameters(fullPool(pool.size)), refusal);
    const order = Array.from({ length: pool.size }, (_, i) => i);
    await assert.rejects(
      removalCurve({ learner: hasty, pool, order, shares: [0], utility: accuracyUtility({ learner, points: pool }) }),
      refusal,
    );
  });
});
