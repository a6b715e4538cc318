import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Dataset } from '../../../src/data/dataset.js';
import { InputError } from '../../../src/errors.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { randomStream } from '../../../src/numerics/random.js';
import { fullPool, type Subsets } from '../../../src/subsets/subsets.js';
import { cloudPool } from '../pools.js';
import { naiveGradient, naiveHessian, naiveObjective, naiveProbabilities } from './reference-logistic.js';

const C = 0.7;
const learner = logisticRegression({ C });

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance * scale, `entry ${i}: ${actual[i]} is not ${expected[i]}`);
  }
}

for (const classCount of [2, 3, 4]) {
  describe(`logistic regression, ${classCount} classes`, () => {
    const pool = cloudPool({ size: 23, dimension: 3, classCount, seed: classCount });
    const N = pool.size;
    const p = (classCount === 2 ? 1 : classCount) * 4;
    const B = 9;
    const stream = randomStream(7, classCount);
    const theta = Float64Array.from({ length: B * p }, () => 2 * stream.normal());
    const subsets: Subsets = {
      count: B,
      poolSize: N,
      weights: Uint8Array.from({ length: B * N }, () => stream.integer(4)),
    };
    const model = (b: number) => theta.subarray(b * p, (b + 1) * p);
    const weightsOf = (b: number) => subsets.weights.subarray(b * N, (b + 1) * N);

    it('counts its parameters', () => assert.equal(learner.parameterCount(pool), p));

    it('computes the objective', () => {
      const expected = Array.from({ length: B }, (_, b) => naiveObjective(pool, weightsOf(b), model(b), C));
      close(learner.objective(pool, subsets, theta), expected, 1e-13);
    });

    it('computes gradients that agree with the definition and with finite differences', () => {
      const gradients = learner.gradient(pool, subsets, theta);
      const h = 1e-5;
      for (let b = 0; b < B; b++) {
        const gradient = gradients.subarray(b * p, (b + 1) * p);
        close(gradient, naiveGradient(pool, weightsOf(b), model(b), C), 1e-12);
        const numeric = Array.from({ length: p }, (_, j) => {
          const at = (by: number) => naiveObjective(pool, weightsOf(b), shifted(model(b), j, by), C);
          return (at(h) - at(-h)) / (2 * h);
        });
        close(gradient, numeric, 1e-7);
      }
    });

    it('computes Hessians that agree with the definition and with finite differences of gradients', () => {
      const h = 1e-5;
      for (let b = 0; b < B; b++) {
        const weights = Float64Array.from({ length: N }, () => 3 * stream.uniform());
        const hessian = learner.hessian(pool, weights, model(b));
        close(hessian, naiveHessian(pool, weights, model(b), C).flat(), 1e-12);
        const numeric = Array.from({ length: p }, (_, j) => {
          const above = naiveGradient(pool, weights, shifted(model(b), j, h), C);
          const below = naiveGradient(pool, weights, shifted(model(b), j, -h), C);
          return above.map((value, l) => (value - below[l]) / (2 * h));
        });
        close(hessian, numeric.flat(), 1e-7);
      }
    });

    it('has symmetric Hessians without negative curvature', () => {
      for (let b = 0; b < B; b++) {
        const hessian = learner.hessian(pool, weightsOf(b), model(b));
        for (let j = 0; j < p; j++) for (let l = 0; l < j; l++) assert.equal(hessian[j * p + l], hessian[l * p + j]);
        for (let trial = 0; trial < 50; trial++) {
          const direction = Float64Array.from({ length: p }, () => stream.normal());
          let curvature = 0;
          for (let j = 0; j < p; j++)
            for (let l = 0; l < p; l++) curvature += direction[j] * hessian[j * p + l] * direction[l];
          assert.ok(curvature >= 0);
        }
      }
    });

    it("adds the points' gradients up to the subset's", () => {
      const noPoints = { ...subsets, weights: new Uint8Array(B * N) };
      const regularisers = learner.gradient(pool, noPoints, theta);
      const gradients = learner.gradient(pool, subsets, theta);
      for (let b = 0; b < B; b++) {
        const points = learner.pointGradients(pool, model(b));
        assert.equal(points.length, N * p);
        const total = Array.from({ length: p }, (_, j) => {
          let sum = regularisers[b * p + j];
          for (let i = 0; i < N; i++) sum += weightsOf(b)[i] * points[i * p + j];
          return sum;
        });
        close(gradients.subarray(b * p, (b + 1) * p), total, 1e-12);
      }
    });

    it('predicts probabilities of every class that sum to 1', () => {
      const points = cloudPool({ size: 6, dimension: 3, classCount, seed: 99 });
      const probabilities = learner.probabilities(points, theta);
      assert.equal(probabilities.length, B * 6 * classCount);
      for (let b = 0; b < B; b++) {
        for (let i = 0; i < 6; i++) {
          const row = probabilities.subarray((b * 6 + i) * classCount, (b * 6 + i + 1) * classCount);
          close(row, naiveProbabilities(points, i, model(b)), 1e-14);
          close([row.reduce((sum, value) => sum + value, 0)], [1], 1e-15);
        }
      }
    });

    it('is stable at logits of ±800', () => {
      const point = (label: number): Dataset => ({
        ...pool,
        size: 1,
        dimension: 1,
        features: Float64Array.of(1),
        labels: Uint8Array.of(label),
        featureNames: ['x'],
      });
      // w puts 800 more on class 1 than on any other.
      const w = Float64Array.from({ length: classCount === 2 ? 2 : 2 * classCount }, (_, j) =>
        classCount === 2 ? (j === 0 ? 800 : 0) : j === 2 ? 800 : 0,
      );
      const penalty = 0.5 * 800 ** 2;
      const right = learner.objective(point(1), fullPool(1), w)[0];
      const wrong = learner.objective(point(0), fullPool(1), w)[0];
      assert.equal(right, penalty);
      close([wrong - penalty], [C * 800], 1e-12);
      for (const label of [0, 1]) {
        assert.ok(learner.gradient(point(label), fullPool(1), w).every(Number.isFinite));
        assert.ok(learner.hessian(point(label), [1], w).every(Number.isFinite));
        assert.ok(learner.probabilities(point(label), w).every((value) => value >= 0 && value <= 1));
      }
    });

    it('ignores points of weight 0', () => {
      fc.assert(
        fc.property(fc.nat({ max: N - 1 }), fc.double({ min: -1e3, max: 1e3, noNaN: true }), (i, value) => {
          const weights = Uint8Array.from(weightsOf(0));
          weights[i] = 0;
          const one = { count: 1, poolSize: N, weights };
          const features = Float64Array.from(pool.features);
          features[i * 3] = value;
          const changed = { ...pool, features };
          assert.deepEqual(learner.gradient(changed, one, model(0)), learner.gradient(pool, one, model(0)));
          assert.deepEqual(learner.objective(changed, one, model(0)), learner.objective(pool, one, model(0)));
          assert.deepEqual(learner.hessian(changed, weights, model(0)), learner.hessian(pool, weights, model(0)));
        }),
        { seed: 5, numRuns: 30 },
      );
    });
  });
}

describe('softmax Hessian', () => {
  it('is not kron(diag(p) − ppᵀ of pooled points, XᵀX): each point has its own curvature', () => {
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 3, seed: 21, separation: 2 });
    const theta = Float64Array.from({ length: 9 }, (_, j) => Math.sin(j));
    const ones = new Array<number>(30).fill(1);
    const hessian = learner.hessian(pool, ones, theta);
    // The shortcut of the code published with ModelPred: one K×K matrix from all points' probabilities together.
    const P = Array.from({ length: 30 }, (_, i) => naiveProbabilities(pool, i, theta));
    const shortcut = Array.from({ length: 81 }, (_, at) => {
      const [j, l] = [Math.floor(at / 9), at % 9];
      const [kj, kl] = [Math.floor(j / 3), Math.floor(l / 3)];
      const feature = (i: number, a: number) => (a % 3 === 2 ? 1 : pool.features[i * 2 + (a % 3)]);
      const outer = P.reduce((sum, row) => sum + row[kj] * row[kl], 0);
      const inner = P.reduce((sum, _, i) => sum + feature(i, j) * feature(i, l), 0);
      return ((kj === kl ? P[kj][kj] : 0) - outer) * inner;
    });
    const distance = Math.hypot(...hessian.map((value, at) => value - shortcut[at]));
    assert.ok(distance > Math.hypot(...hessian), 'the shortcut must be far off for this test to mean anything');
    close(hessian, naiveHessian(pool, ones, theta, C).flat(), 1e-12);
  });
});

describe('logistic regression input', () => {
  const pool = cloudPool({ size: 5, dimension: 2, classCount: 2, seed: 3 });
  const refused = (work: () => unknown, message: RegExp) =>
    assert.throws(work, (error) => error instanceof InputError && message.test(error.message));

  it('is checked', () => {
    const one = new Float64Array(3);
    refused(() => learner.gradient(pool, fullPool(5), new Float64Array(4)), /Expected 3 parameters, got 4/);
    refused(() => learner.objective(pool, fullPool(6), one), /pool of 6 points, but "clouds" has 5/);
    refused(() => learner.objective(pool, { ...fullPool(5), count: 2 }, one), /2 subsets of 5 points need 10 weights/);
    refused(() => learner.hessian(pool, [1, 1], one), /Expected 5 weights, got 2/);
    refused(() => learner.pointGradients(pool, new Float64Array(2)), /Expected 3 parameters/);
    refused(() => learner.probabilities(pool, new Float64Array(4)), /4 parameters are not whole models of 3/);
    refused(() => learner.gradient({ ...pool, labels: Uint8Array.of(0, 1, 2, 0, 1) }, fullPool(5), one), /has label 2/);
    refused(
      () => learner.gradient({ ...pool, labels: Uint8Array.of(0, 1) }, fullPool(5), one),
      /2 labels for 5 points/,
    );
    refused(() => learner.gradient({ ...pool, features: new Float64Array(9) }, fullPool(5), one), /9 feature values/);
    refused(() => learner.parameterCount({ ...pool, classes: ['only'] }), /has 1 class/);
  });
});

function shifted(theta: Float64Array, index: number, by: number): Float64Array {
  return theta.map((value, j) => (j === index ? value + by : value));
}
