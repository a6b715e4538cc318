import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset.js';
import { RetrainStatus } from '../../../src/learners/learner.js';
import { linearSvm } from '../../../src/learners/linear/linear-svm.js';
import { ridgeRegression } from '../../../src/learners/linear/ridge-regression.js';
import { randomStream } from '../../../src/numerics/random.js';
import { retrainInWorkers } from '../../../src/retraining/retrain-in-workers.js';
import { takeSubsets } from '../../../src/subsets/subsets.js';
import { uniformSizeSubsets } from '../../../src/subsets/uniform-size.js';
import { cloudPool } from '../pools.js';

const K = 3;
const width = 5;
const p = K * width;
const pool = cloudPool({ size: 48, dimension: width - 1, classCount: K, seed: 1 });
const subsets = uniformSizeSubsets({ poolSize: 48, count: 12, minimumSize: 12, seed: 2, labels: pool.labels });
const B = subsets.count;
const normals = randomStream(3, 'theta');
const theta = Float64Array.from({ length: B * p }, () => 0.5 * normals.normal());

/** The pool with one class as class 1 and all others as class 0. */
const against = (from: Dataset, k: number): Dataset => ({
  ...from,
  labels: from.labels.map((label) => (label === k ? 1 : 0)),
  classes: ['rest', 'own'],
});
const slice = (numbers: Float64Array, b: number, k: number) =>
  numbers.slice((b * K + k) * width, (b * K + k + 1) * width);
/** `B×w` of one class. */
const ofClass = (numbers: Float64Array, k: number) =>
  Float64Array.from(Array.from({ length: B }, (_, b) => [...slice(numbers, b, k)]).flat());
const classes = [0, 1, 2];

for (const make of [linearSvm, ridgeRegression]) {
  const learner = make({ C: 0.8 });

  describe(`${learner.name} of three classes`, () => {
    it('is one model of each class against the rest', async () => {
      const gradients = learner.gradient(pool, subsets, theta);
      const directions = learner.newtonDirections(pool, subsets, theta, gradients);
      const bounds = learner.errorBounds(pool, subsets, theta);
      const trained = await learner.retrain(pool, subsets);
      const total = new Float64Array(B);
      const squares = new Float64Array(B);
      for (const k of classes) {
        const own = against(pool, k);
        const ownTheta = ofClass(theta, k);
        const ownGradients = learner.gradient(own, subsets, ownTheta);
        learner.objective(own, subsets, ownTheta).forEach((value, b) => (total[b] += value));
        learner.errorBounds(own, subsets, ownTheta).forEach((bound, b) => (squares[b] += bound ** 2));
        assert.deepEqual(ofClass(gradients, k), ownGradients);
        assert.deepEqual(ofClass(directions, k), learner.newtonDirections(own, subsets, ownTheta, ownGradients));
        assert.deepEqual(ofClass(trained.parameters, k), (await learner.retrain(own, subsets)).parameters);
      }
      assert.deepEqual(learner.objective(pool, subsets, theta), total);
      assert.deepEqual(bounds, squares.map(Math.sqrt));
      assert.equal(learner.parameterCount(pool), p);
    });

    it('has a Hessian of blocks, and point gradients that add up', () => {
      const at = theta.subarray(0, p);
      const weights = subsets.weights.subarray(0, pool.size);
      const hessian = learner.hessian(pool, weights, at);
      const points = learner.pointGradients(pool, at);
      for (const k of classes) {
        const own = learner.hessian(against(pool, k), weights, slice(theta, 0, k));
        for (let i = 0; i < width; i++) {
          for (let j = 0; j < p; j++) {
            const expected = Math.floor(j / width) === k ? own[i * width + (j % width)] : 0;
            assert.equal(hessian[(k * width + i) * p + j], expected);
          }
        }
        const ownPoints = learner.pointGradients(against(pool, k), slice(theta, 0, k));
        for (let i = 0; i < pool.size; i++) {
          const row = points.slice(i * p + k * width, i * p + (k + 1) * width);
          assert.deepEqual(row, ownPoints.slice(i * width, (i + 1) * width));
        }
      }
    });

    it('has probabilities that sum to 1, in the order of the margins', () => {
      const points = cloudPool({ size: 7, dimension: width - 1, classCount: K, seed: 8 });
      const probabilities = learner.probabilities(points, theta);
      for (let b = 0; b < B; b++) {
        for (let i = 0; i < 7; i++) {
          const own = [...probabilities.subarray((b * 7 + i) * K, (b * 7 + i + 1) * K)];
          const margins = classes.map((k) => {
            const row = slice(theta, b, k);
            const features = points.features.subarray(i * (width - 1), (i + 1) * (width - 1));
            return features.reduce((sum, value, j) => sum + value * row[j], row[width - 1]);
          });
          const total = margins.reduce((sum, z) => sum + 1 / (1 + Math.exp(-z)), 0);
          own.forEach((value, k) => assert.ok(Math.abs(value - 1 / (1 + Math.exp(-margins[k])) / total) < 1e-14));
        }
      }
    });

    it('has a size path of its own classes', async () => {
      const path = learner.sizePath(pool);
      await path.prepare([20, 48]);
      const vectors = theta.slice(0, 2 * p);
      path.precondition([20, 48], vectors);
      for (const k of classes) {
        const own = learner.sizePath(against(pool, k));
        await own.prepare([20, 48]);
        const expected = Float64Array.from([...slice(theta, 0, k), ...slice(theta, 1, k)]);
        own.precondition([20, 48], expected);
        assert.deepEqual([...slice(vectors, 0, k), ...slice(vectors, 1, k)], [...expected]);
        const optima = own.optima([20, 48]);
        assert.deepEqual(slice(path.optima([20, 48]), 1, k), optima.slice(width));
      }
    });

    it('gives the same bytes in any batch and in workers, and starts where it is told', async () => {
      const together = await learner.retrain(pool, subsets);
      const first = await learner.retrain(pool, takeSubsets(subsets, [0, 1, 2]));
      assert.deepEqual(first.parameters, together.parameters.slice(0, 3 * p));
      assert.deepEqual(await retrainInWorkers({ pool, learner, subsets, tolerance: 1e-8, workers: 2 }), together);
      for (const from of [together.parameters, together.parameters.slice(0, p)]) {
        const again = await learner.retrain(pool, subsets, { from });
        assert.deepEqual([...new Set(again.status)], [RetrainStatus.converged]);
        assert.equal(again.iterations[0], 0);
      }
    });

    it('sees labels that were changed in place, flags a missing class and shows whole progress', async () => {
      const changing = { ...pool, labels: pool.labels.slice() };
      await learner.retrain(changing, subsets);
      const zeros = Array.from(changing.labels.keys()).filter((i) => changing.labels[i] === 0);
      changing.labels[zeros[0]] = 1;
      const fresh = await learner.retrain({ ...changing, labels: changing.labels.slice() }, subsets);
      assert.deepEqual(await learner.retrain(changing, subsets), fresh);
      const lacking = {
        ...subsets,
        weights: subsets.weights.map((weight, at) => (pool.labels[at % 48] === 2 ? 0 : weight)),
      };
      const done: number[] = [];
      const trained = await learner.retrain(pool, lacking, { onProgress: (progress) => done.push(progress.done) });
      assert.ok(trained.status.every((status) => status === RetrainStatus.missingClass));
      assert.ok(trained.parameters.every(Number.isNaN) && trained.residuals.every(Number.isNaN));
      await learner.retrain(pool, subsets, { onProgress: (progress) => done.push(progress.done) });
      assert.equal(done.at(-1), B);
    });
  });
}
