import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { InputError } from '../../src/errors.js';
import { mean, quantile, relativeErrors, spearman } from '../../src/evaluation/index.js';
import { loadProblem } from '../../src/experiments/problem.js';
import type { Learner } from '../../src/learners/learner.js';
import { logisticRegression } from '../../src/learners/logistic-regression.js';
import { choleskyFactor, choleskySolve } from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';
import {
  certify,
  chordStepNorms,
  predictWithin,
  ridgePredictor,
  Rung,
  sizeAwareChordPredictor,
} from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { concatenateSubsets, fullPool, takeSubsets, uniformSizeSubsets } from '../../src/subsets/index.js';
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
            const { stepNorms, bounds } = certify(pool, learner, subsets, predicted);
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
    assert.ok(Number.isNaN(certify(pool, learner, oneClass, Float64Array.of(0, 0, 1)).bounds[0]));
    const unbounded: Learner = { ...learner, errorBounds: undefined };
    assert.ok(Number.isNaN(certify(pool, unbounded, fullPool(30), new Float64Array(3)).bounds[0]));
  });

  it('estimate by a chord step with the Hessian of the whole pool at the subset’s size', async () => {
    const learner = logisticRegression({ C: 1 });
    const pool = cloudPool({ size: 40, dimension: 3, classCount: 2, seed: 4 });
    const subsets = uniformSizeSubsets({ poolSize: 40, count: 5, minimumSize: 12, labels: pool.labels, seed: 1 });
    const p = learner.parameterCount(pool);
    const predicted = new Float64Array(5 * p).map((_, k) => Math.sin(k));
    const norms = await chordStepNorms(pool, learner, subsets, predicted);
    const path = learner.sizePath?.(pool);
    for (let b = 0; b < 5; b++) {
      const one = takeSubsets(subsets, [b]);
      const size = one.weights.reduce((sum, weight) => sum + weight, 0);
      const theta = path?.optima([size]) ?? new Float64Array(p);
      const hessian = learner.hessian(pool, new Float64Array(40).fill(size / 40), theta);
      assert.ok(choleskyFactor(hessian, p));
      const step = learner.gradient(pool, one, predicted.slice(b * p, (b + 1) * p));
      choleskySolve(hessian, p, step);
      assert.ok(Math.abs(norms[b] - norm(step)) <= 1e-8 * (1 + norm(step)));
    }
  });

  it('have no estimate where the Hessian is not positive definite', () => {
    const learner = logisticRegression({ C: 1 });
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
    const flat: Learner = { ...learner, newtonDirections: (_pool, _subsets, parameters) => parameters.map(() => 0) };
    assert.ok(Number.isNaN(certify(pool, flat, fullPool(30), new Float64Array(3)).stepNorms[0]));
  });
});

describe('prediction within a tolerance', () => {
  it('holds it on breast cancer, whatever the predictor, climbing only where needed', async () => {
    const { pool, learner, minimumSize } = await loadProblem('breast cancer');
    const p = learner.parameterCount(pool);
    const draw = (count: number, seed: number) =>
      uniformSizeSubsets({ poolSize: pool.size, count, minimumSize, labels: pool.labels, seed });
    const subsets = draw(200, 1);
    const { parameters: truth } = await buildBank({ pool, learner, subsets });
    const bank = await buildBank({ pool, learner, subsets: draw(400, 2) });
    for (const predictor of [sizeAwareChordPredictor(pool, learner, 2), ridgePredictor(bank)]) {
      const predicted = await predictor.predict(subsets);
      const estimates = certify(pool, learner, subsets, predicted).stepNorms;
      const exact = distances(predicted, truth, p);
      assert.ok(spearman(estimates, exact) > 0.95);
      assert.ok(
        Math.abs(
          quantile(
            exact.map((distance, b) => estimates[b] / distance),
            0.5,
          ) - 0.9,
        ) < 0.2,
      );
      for (const tolerance of [0.1, 0.01]) {
        const result = await predictWithin({ pool, learner, predictor, subsets, tolerance });
        const errors = relativeErrors(result.parameters, truth, p);
        const covered = mean(Array.from(errors, (error) => Number(error <= 2 * tolerance)));
        assert.ok(covered >= 0.99, `${predictor.name}, ${tolerance}: ${covered} within twice the tolerance`);
        result.certificates.forEach((certificate) => assert.ok(certificate <= tolerance));
        const shareOf = (rung: Rung) => mean(Array.from(result.rungs, (reached) => Number(reached === rung)));
        assert.ok(shareOf(Rung.refined) > 0 && shareOf(Rung.retrained) < 1, predictor.name);
        result.rungs.forEach((rung, b) => {
          const row = result.parameters.subarray(b * p, (b + 1) * p);
          if (rung === Rung.predicted) assert.deepEqual(row, predicted.subarray(b * p, (b + 1) * p));
          if (rung === Rung.retrained) assert.ok(errors[b] < 1e-5);
        });
      }
    }
  });

  it('predicts every subset the same in any batch', async () => {
    const { pool, learner, minimumSize } = await loadProblem('iris 1/2');
    const draw = { poolSize: pool.size, count: 30, minimumSize, labels: pool.labels, seed: 3 };
    const subsets = uniformSizeSubsets(draw);
    const predictor = sizeAwareChordPredictor(pool, learner);
    const together = await predictWithin({ pool, learner, predictor, subsets, tolerance: 0.01 });
    assert.ok(new Set(together.rungs).size > 1);
    const p = learner.parameterCount(pool);
    for (const b of [0, 7, 29]) {
      const alone = await predictWithin({
        pool,
        learner,
        predictor,
        subsets: takeSubsets(subsets, [b]),
        tolerance: 0.01,
      });
      assert.deepEqual(alone.parameters, together.parameters.slice(b * p, (b + 1) * p));
      assert.deepEqual([alone.rungs[0], alone.certificates[0]], [together.rungs[b], together.certificates[b]]);
    }
  });

  it('climbs by Newton steps where the learner has no size path', async () => {
    const learner: Learner = { ...logisticRegression({ C: 1 }), sizePath: undefined };
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
    const subsets = uniformSizeSubsets({ poolSize: 30, count: 20, minimumSize: 10, labels: pool.labels, seed: 2 });
    const { parameters: truth } = await learner.retrain(pool, subsets);
    const predictor = ridgePredictor(await buildBank({ pool, learner, subsets }));
    const result = await predictWithin({ pool, learner, predictor, subsets, tolerance: 0.01 });
    for (const error of relativeErrors(result.parameters, truth, 3)) assert.ok(error <= 0.02);
    assert.ok(result.rungs.some((rung) => rung === Rung.refined));
  });

  it('gives NaN for subsets that lack a class, as retraining does', async () => {
    const learner = logisticRegression({ C: 1 });
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 1 });
    const oneClass = { count: 1, poolSize: 30, weights: Uint8Array.from(pool.labels) };
    const subsets = concatenateSubsets(fullPool(30), oneClass);
    const predictor = sizeAwareChordPredictor(pool, learner);
    const result = await predictWithin({ pool, learner, predictor, subsets, tolerance: 1 });
    assert.deepEqual(result.rungs, Uint8Array.of(Rung.predicted, Rung.retrained));
    assert.ok(result.parameters.slice(0, 3).every(Number.isFinite) && result.parameters.slice(3).every(Number.isNaN));
    assert.ok(result.certificates[0] < 1e-6 && Number.isNaN(result.certificates[1]));
    await assert.rejects(predictWithin({ pool, learner, predictor, subsets, tolerance: 0 }), InputError);
  });
});
