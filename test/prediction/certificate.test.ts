import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { InputError } from '../../src/errors.js';
import { mean } from '../../src/statistics/index.js';
import { relativeErrors } from '../../src/evaluation/index.js';
import { loadProblem } from '../../src/experiments/problems/problem.js';
import { linearSvm } from '../../src/learners/linear/linear-svm.js';
import { ridgeRegression } from '../../src/learners/linear/ridge-regression.js';
import type { Learner } from '../../src/learners/learner.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { choleskyFactor, choleskySolve } from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';
import {
  certify,
  lbfgsPredictor,
  meanPredictor,
  predictWithin,
  ridgePredictor,
  Rung,
  sizeAwareChordPredictor,
  sizeAwareNewtonPredictor,
  type Predictor,
} from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { concatenateSubsets, fullPool, takeSubsets, uniformSizeSubsets } from '../../src/subsets/index.js';
import { asScheduled } from '../learners/scheduled.js';
import { cloudPool } from '../learners/pools.js';

const norm = (vector: Float64Array): number => Math.hypot(...vector);
/** `B` distances between the rows of two `B×p` arrays. */
function distances(a: Float64Array, b: Float64Array, p: number): number[] {
  const differences = a.map((value, at) => value - b[at]);
  return Array.from({ length: a.length / p }, (_, row) => norm(differences.subarray(row * p, (row + 1) * p)));
}

describe('certificates of predicted parameters', () => {
  for (const classCount of [2, 3]) {
    it(`estimate by the subset’s own Newton step, and bound where they prove it (${classCount} classes)`, async () => {
      let proven = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 1e6 }),
          fc.integer({ min: -7, max: 0 }),
          fc.constantFrom(0.3, 1, 5),
          async (seed, logNoise, C) => {
            const learner = logisticRegression({ C });
            const pool = cloudPool({ size: 40, dimension: 3, classCount, seed });
            const subsets = uniformSizeSubsets({ poolSize: 40, count: 3, minimumSize: 10, labels: pool.labels, seed });
            const { parameters: truth } = await learner.retrain(pool, subsets, { tolerance: 1e-11 });
            const p = learner.parameterCount(pool);
            const stream = randomStream(seed, 'noise');
            const predicted = truth.map((value) => value + 10 ** logNoise * stream.normal());
            const { stepNorms, bounds } = certify({ pool, learner, subsets, predicted });
            distances(predicted, truth, p).forEach((distance, b) => {
              const theta = predicted.slice(b * p, (b + 1) * p);
              const one = takeSubsets(subsets, [b]);
              const hessian = learner.hessian(pool, one.weights, theta);
              assert.ok(choleskyFactor(hessian, p));
              const step = learner.gradient(pool, one, theta);
              choleskySolve(hessian, p, step);
              assert.ok(Math.abs(stepNorms[b] - norm(step)) <= 1e-9 * (1 + norm(step)));
              if (Number.isNaN(bounds[b])) return;
              proven++;
              assert.ok(distance <= bounds[b] * (1 + 1e-6) + 1e-9, `${distance} is above the bound ${bounds[b]}`);
              // A proven bound also covers the step, which is no longer than the Newton decrement allows.
              assert.ok(bounds[b] >= stepNorms[b] * (1 - 1e-9));
            });
          },
        ),
        { seed: 1, numRuns: 40 },
      );
      assert.ok(proven > 40, `only ${proven} of 120 bounds proven`);
    });
  }

  it('prove nothing where the learner does not, or a class is missing', () => {
    const learner = logisticRegression({ C: 1 });
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
    const oneClass = { count: 1, poolSize: 30, weights: Uint8Array.from(pool.labels) };
    assert.ok(
      Number.isNaN(certify({ pool, learner, subsets: oneClass, predicted: Float64Array.of(0, 0, 1) }).bounds[0]),
    );
    const unbounded = asScheduled(learner);
    assert.ok(
      Number.isNaN(
        certify({ pool, learner: unbounded, subsets: fullPool(30), predicted: new Float64Array(3) }).bounds[0],
      ),
    );
  });

  it('have no estimate where the Hessian is not positive definite', () => {
    const learner = logisticRegression({ C: 1 });
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
    const flat: Learner = { ...learner, newtonDirections: (_pool, _subsets, parameters) => parameters.map(() => 0) };
    assert.ok(
      Number.isNaN(
        certify({ pool, learner: flat, subsets: fullPool(30), predicted: new Float64Array(3) }).stepNorms[0],
      ),
    );
  });
});

describe('prediction within a tolerance', () => {
  it('holds it on breast cancer, whatever the predictor, climbing only where needed', async () => {
    const { pool, learner, minimumSize } = await loadProblem('breast cancer');
    const p = learner.parameterCount(pool);
    const draw = (count: number, seed: number) =>
      uniformSizeSubsets({ poolSize: pool.size, count, minimumSize, labels: pool.labels, seed });
    const subsets = draw(300, 1);
    const { parameters: truth } = await buildBank({ pool, learner, subsets, tolerance: 1e-11 });
    const bank = await buildBank({ pool, learner, subsets: draw(200, 2) });
    const predictors = [
      meanPredictor(bank),
      ridgePredictor(bank, { features: 'mask' }),
      sizeAwareChordPredictor({ pool, learner }),
      sizeAwareNewtonPredictor({ pool, learner }),
      lbfgsPredictor({ pool, learner, iterations: 4 }),
    ];
    for (const predictor of predictors) {
      const predicted = await predictor.predict(subsets);
      for (const tolerance of [0.1, 0.01, 0.001]) {
        const result = await predictWithin({ pool, learner, predictor, subsets, tolerance });
        const errors = relativeErrors({ predicted: result.parameters, retrained: truth, parameterCount: p });
        const covered = mean(Array.from(errors, (error) => Number(error <= 2 * tolerance)));
        assert.ok(covered >= 0.99, `${predictor.name}, ${tolerance}: ${covered} within twice the tolerance`);
        result.certificates.forEach((certificate) => assert.ok(certificate <= tolerance));
        // What costs a gradient or more is left out.
        assert.equal(result.predictorUsed, predictors.indexOf(predictor) < 2, predictor.name);
        const usual = result.predictorUsed ? Rung.refined : Rung.stoppedEarly;
        assert.ok(mean(Array.from(result.rungs, (rung) => Number(rung === usual))) > 0.3, predictor.name);
        result.rungs.forEach((rung, b) => {
          const row = result.parameters.subarray(b * p, (b + 1) * p);
          if (rung === Rung.predicted) assert.deepEqual(row, predicted.subarray(b * p, (b + 1) * p));
          if (rung === Rung.retrained) assert.ok(errors[b] < 1e-5);
        });
      }
    }
  });

  for (const [name, learner] of [
    ['iris 0/1', logisticRegression({ C: 1 })],
    ['iris 1/2', linearSvm({ C: 1 })],
    ['iris 1/2', ridgeRegression({ C: 1 })],
    ['iris 0/1/2', logisticRegression({ C: 1 })],
    ['iris 0/1/2', linearSvm({ C: 1 })],
    ['german credit', logisticRegression({ C: 1 })],
    ['digits 16', logisticRegression({ C: 1 })],
  ] as const) {
    it(`holds it for ${learner.name} on ${name}, with the predictor and without`, async () => {
      const { pool, minimumSize } = await loadProblem(name, learner);
      const p = learner.parameterCount(pool);
      const draw = { poolSize: pool.size, count: 120, minimumSize, labels: pool.labels, seed: 1 };
      const subsets = uniformSizeSubsets(draw);
      const { parameters: truth } = await buildBank({ pool, learner, subsets, tolerance: 1e-10 });
      const chord = sizeAwareChordPredictor({ pool, learner });
      for (const nanoseconds of [0, Infinity]) {
        const predictor = { ...chord, estimatedNanoseconds: () => nanoseconds };
        for (const tolerance of [0.1, 0.001]) {
          const result = await predictWithin({ pool, learner, predictor, subsets, tolerance });
          assert.equal(result.predictorUsed, nanoseconds === 0);
          const outside = relativeErrors({ predicted: result.parameters, retrained: truth, parameterCount: p }).filter(
            (error) => !(error <= 2 * tolerance),
          );
          assert.ok(outside.length <= 1, `${outside.length} of 120 are further off than twice ${tolerance}`);
          result.certificates.forEach((certificate) => assert.ok(certificate <= tolerance));
        }
      }
    });
  }

  it('predicts every subset the same in any batch', async () => {
    const { pool, learner, minimumSize } = await loadProblem('breast cancer');
    const draw = { poolSize: pool.size, count: 30, minimumSize, labels: pool.labels, seed: 3 };
    const subsets = uniformSizeSubsets(draw);
    const bank = await buildBank({ pool, learner, subsets: uniformSizeSubsets({ ...draw, seed: 4 }) });
    for (const predictor of [meanPredictor(bank), sizeAwareNewtonPredictor({ pool, learner })]) {
      const together = await predictWithin({ pool, learner, predictor, subsets, tolerance: 0.1 });
      const p = learner.parameterCount(pool);
      for (const b of [0, 7, 29]) {
        const own = takeSubsets(subsets, [b]);
        const alone = await predictWithin({ pool, learner, predictor, subsets: own, tolerance: 0.1 });
        assert.deepEqual(alone.parameters, together.parameters.slice(b * p, (b + 1) * p));
        assert.deepEqual([alone.rungs[0], alone.certificates[0]], [together.rungs[b], together.certificates[b]]);
      }
    }
  });

  it('climbs by Newton steps where the learner runs a schedule', async () => {
    const learner = asScheduled(logisticRegression({ C: 1 }));
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
    const subsets = uniformSizeSubsets({ poolSize: 30, count: 20, minimumSize: 10, labels: pool.labels, seed: 2 });
    const { parameters: truth } = await learner.retrain(pool, subsets);
    const predictor = ridgePredictor(await buildBank({ pool, learner, subsets }));
    const result = await predictWithin({ pool, learner, predictor, subsets, tolerance: 0.01 });
    for (const error of relativeErrors({ predicted: result.parameters, retrained: truth, parameterCount: 3 }))
      assert.ok(error <= 0.02);
    assert.ok(result.rungs.some((rung) => rung === Rung.refined));
  });

  it('gives NaN for subsets that lack a class, as retraining does', async () => {
    const learner = logisticRegression({ C: 1 });
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
    const oneClass = { count: 1, poolSize: 30, weights: Uint8Array.from(pool.labels) };
    const subsets = concatenateSubsets(fullPool(30), oneClass);
    const predictor: Predictor = { ...sizeAwareChordPredictor({ pool, learner }), estimatedNanoseconds: undefined };
    const result = await predictWithin({ pool, learner, predictor, subsets, tolerance: 1 });
    assert.deepEqual(result.rungs, Uint8Array.of(Rung.predicted, Rung.retrained));
    assert.ok(result.parameters.slice(0, 3).every(Number.isFinite) && result.parameters.slice(3).every(Number.isNaN));
    assert.ok(result.certificates[0] < 1e-6 && Number.isNaN(result.certificates[1]));
    await assert.rejects(predictWithin({ pool, learner, predictor, subsets, tolerance: 0 }), InputError);
  });
});
