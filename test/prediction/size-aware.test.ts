import { strict as assert } from 'node:assert';
import type { Dataset } from '../../src/data/dataset.js';
import { InputError } from '../../src/errors.js';
import { relativeErrors } from '../../src/evaluation/index.js';
import type { Learner } from '../../src/learners/learner.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { choleskyFactor, choleskySolve } from '../../src/numerics/dense.js';
import {
  lbfgsPredictor,
  nearestPredictor,
  newtonPredictor,
  refinedByChord,
  refinedByNewton,
  shortTrainingPredictor,
  sizeAwareChordPredictor,
  sizeAwareNewtonPredictor,
} from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { subsetSizes, takeSubsets, uniformSizeSubsets } from '../../src/subsets/index.js';
import { asScheduled } from '../learners/scheduled.js';
import { cloudPool } from '../learners/pools.js';

const learner = logisticRegression({ C: 1.5 });
/** The same learner without its batched Newton directions, so that Hessians are taken one by one. */
const withoutDirections = asScheduled(learner);

/** The predictors from the size path, with so many steps or iterations. */
const makers = [
  (pool: Dataset, steps: number) => sizeAwareChordPredictor({ pool, learner, steps }),
  (pool: Dataset, steps: number) => sizeAwareNewtonPredictor({ pool, learner, steps }),
  (pool: Dataset, iterations: number) => lbfgsPredictor({ pool, learner, iterations }),
];

/** −H⁻¹g with the learner's Hessian at weights and θ. */
function solved(
  pool: Parameters<Learner['hessian']>[0],
  weights: ArrayLike<number>,
  theta: Float64Array,
  g: Float64Array,
) {
  const hessian = learner.hessian(pool, weights, theta);
  assert.ok(choleskyFactor(hessian, theta.length));
  const step = g.map((value) => -value);
  choleskySolve(hessian, theta.length, step);
  return step;
}

function assertClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, j) =>
    assert.ok(Math.abs(actual[j] - value) <= tolerance, `${j}: ${actual[j]}, not ${value}`),
  );
}

for (const classCount of [2, 3]) {
  describe(`predictors from the size path, ${classCount} classes`, () => {
    const pool = cloudPool({ size: 48, dimension: 3, classCount, seed: classCount });
    const p = learner.parameterCount(pool);
    const subsets = uniformSizeSubsets({ poolSize: 48, count: 8, minimumSize: 12, labels: pool.labels, seed: 1 });
    const sizes = subsetSizes(subsets);
    const rowOf = (b: number) => takeSubsets(subsets, [b]);
    /** θ*(n) by Newton's method with equal real-valued weights, without the size path. */
    function sizeOptimum(size: number): Float64Array {
      const weights = new Float64Array(pool.size).fill(size / pool.size);
      const theta = new Float64Array(p);
      const everyPoint = { count: 1, poolSize: pool.size, weights: new Uint8Array(pool.size).fill(1) };
      for (let step = 0; step < 30; step++) {
        // ∇F at weights n/N is the data's part of the whole pool's times n/N, plus the regulariser's own.
        const points = learner.pointGradients(pool, theta);
        const gradient = learner.gradient(pool, everyPoint, theta);
        for (let i = 0; i < pool.size; i++)
          for (let j = 0; j < p; j++) gradient[j] -= (1 - size / pool.size) * points[i * p + j];
        solved(pool, weights, theta, gradient).forEach((change, j) => (theta[j] += change));
      }
      return theta;
    }

    it('take chord steps with the Hessian of the size', async () => {
      const predicted = await sizeAwareChordPredictor({ pool, learner, steps: 2 }).predict(subsets);
      for (let b = 0; b < subsets.count; b++) {
        const theta = sizeOptimum(sizes[b]);
        const start = theta.slice();
        const weights = new Float64Array(pool.size).fill(sizes[b] / pool.size);
        for (let step = 0; step < 2; step++) {
          const gradient = learner.gradient(pool, rowOf(b), theta);
          solved(pool, weights, start, gradient).forEach((change, j) => (theta[j] += change));
        }
        assertClose(predicted.subarray(b * p, (b + 1) * p), theta, 1e-8);
      }
    });

    it('take Newton steps with the Hessian of the subset', async () => {
      const predicted = await sizeAwareNewtonPredictor({ pool, learner, steps: 1 }).predict(subsets);
      let full = 0;
      for (let b = 0; b < subsets.count; b++) {
        const theta = sizeOptimum(sizes[b]);
        const step = solved(pool, rowOf(b).weights, theta, learner.gradient(pool, rowOf(b), theta));
        const whole = theta.map((value, j) => value + step[j]);
        const [before, after] = [theta, whole].map((point) => learner.objective(pool, rowOf(b), point)[0]);
        // Where the whole step lowers the objective by less than the safeguard asks, a shorter one is taken.
        if (after > before - 1e-3 * Math.abs(before)) continue;
        full++;
        assertClose(predicted.subarray(b * p, (b + 1) * p), whole, 1e-8);
      }
      assert.ok(full >= 4, `${full} whole steps compared`);
    });

    it('take the same Newton steps with Hessians one by one', async () => {
      for (const size of [12, pool.size]) {
        const start = sizeOptimum(size);
        assertClose(
          await newtonPredictor({ pool, learner, full: start, steps: 2 }).predict(subsets),
          await newtonPredictor({ pool, learner: withoutDirections, full: start, steps: 2 }).predict(subsets),
          1e-9,
        );
      }
    });

    it('come ever closer to the retrained parameters with more steps', async () => {
      const truth = (await learner.retrain(pool, subsets, { tolerance: 1e-11 })).parameters;
      for (const make of makers) {
        const worst = async (steps: number) =>
          Math.max(
            ...relativeErrors({
              predicted: await make(pool, steps).predict(subsets),
              retrained: truth,
              parameterCount: p,
            }),
          );
        const [none, few, many] = [await worst(0), await worst(2), await worst(40)];
        // The chord method converges linearly, slowly where the subset is unlike the pool.
        const enough = make === makers[0] ? 0.5 * few : 1e-3 * none;
        assert.ok(few < none && many < enough, `${make.name}: ${none}, ${few}, ${many}`);
      }
    });

    it('start L-BFGS on the size path', async () => {
      const predicted = await lbfgsPredictor({ pool, learner, iterations: 0 }).predict(subsets);
      for (let b = 0; b < subsets.count; b++)
        assertClose(predicted.subarray(b * p, (b + 1) * p), sizeOptimum(sizes[b]), 1e-8);
    });

    it('predict a subset the same in any batch', async () => {
      for (const make of makers) {
        const together = await make(pool, 2).predict(subsets);
        const alone = await make(pool, 2).predict(takeSubsets(subsets, [5]));
        assert.deepEqual(alone, together.slice(5 * p, 6 * p));
      }
    });

    it('refuse learners without an optimum, and empty subsets', async () => {
      const predictor = sizeAwareChordPredictor({ pool, learner: asScheduled(learner) });
      await assert.rejects(async () => predictor.predict(subsets), InputError);
      const empty = { count: 1, poolSize: pool.size, weights: new Uint8Array(pool.size) };
      await assert.rejects(async () => sizeAwareChordPredictor({ pool, learner }).predict(empty), InputError);
    });
  });
}

describe('numbers of steps', () => {
  it('are refused where they are none', () => {
    const pool = cloudPool({ size: 12, dimension: 2, classCount: 2, seed: 1 });
    const full = new Float64Array(3);
    const newton = newtonPredictor({ pool, learner, full });
    for (const steps of [-1, 1.5, NaN])
      for (const make of [
        () => newtonPredictor({ pool, learner, full, steps }),
        () => refinedByNewton({ predictor: newton, pool, learner, steps }),
        () => sizeAwareChordPredictor({ pool, learner, steps }),
        () => refinedByChord({ predictor: newton, pool, learner, steps }),
        () => sizeAwareNewtonPredictor({ pool, learner, steps }),
        () => lbfgsPredictor({ pool, learner, iterations: steps }),
        () => shortTrainingPredictor({ pool, learner, steps }),
      ])
        assert.throws(make, /(steps|iterations) is/);
  });
});

describe('the nearest subset', () => {
  const pool = cloudPool({ size: 20, dimension: 2, classCount: 2, seed: 3 });
  const draw = (count: number, seed: number) =>
    uniformSizeSubsets({ poolSize: 20, count, minimumSize: 6, labels: pool.labels, seed });
  it('has the fewest points that differ', async () => {
    const bank = await buildBank({ pool, learner, subsets: draw(40, 1) });
    const asked = draw(30, 2);
    const predicted = await nearestPredictor(bank).predict(asked);
    const p = learner.parameterCount(pool);
    for (let b = 0; b < asked.count; b++) {
      const distances = Array.from({ length: 40 }, (_, k) =>
        asked.weights
          .subarray(b * 20, (b + 1) * 20)
          .reduce((sum, weight, i) => sum + Number(weight !== bank.subsets.weights[k * 20 + i]), 0),
      );
      const nearest = distances.indexOf(Math.min(...distances));
      assert.deepEqual(predicted.slice(b * p, (b + 1) * p), bank.parameters.slice(nearest * p, (nearest + 1) * p));
    }
    assert.deepEqual(await nearestPredictor(bank).predict(bank.subsets), bank.parameters);
  });
});
