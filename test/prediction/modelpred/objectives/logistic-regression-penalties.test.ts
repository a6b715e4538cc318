import assert from 'node:assert/strict';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { logisticRegressionPenalties } from '../../../../src/prediction/modelpred/objectives/logistic-regression-penalties.js';
import { logisticRegressionTensors } from '../../../../src/prediction/modelpred/objectives/logistic-regression-tensors.js';
import { loadTensorFlow } from '../../../../src/numerics/backend.js';
import { randomStream } from '../../../../src/numerics/random.js';
import { cloudPool } from '../../../learners/pools.js';
import { naiveGradient, naiveObjective } from '../../../learners/linear/reference-logistic.js';

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.equal(actual.length, expected.length);
  const scale = Math.max(1, ...Array.from(expected, Math.abs));
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance * scale, `entry ${i}: ${actual[i]} is not ${expected[i]}`);
  }
};

for (const [classCount, size, dimension] of [
  [2, 11, 3],
  [2, 16, 7],
  [3, 11, 3],
  [4, 9, 8],
]) {
  describe(`logistic regression for penalties, ${classCount} classes, ${size} points, ${dimension} features`, () => {
    const C = 0.7;
    const pool = cloudPool({ size, dimension, classCount, seed: 1 });
    const p = (classCount === 2 ? 1 : classCount) * (dimension + 1);
    const B = 5;
    const random = randomStream(3);
    const normal = (length: number): Float32Array => Float32Array.from({ length }, () => random.normal());
    const theta = normal(B * p);
    const multiset = Uint8Array.from({ length: B * size }, (_, k) => (k % size === 0 ? 1 : random.integer(4)));
    const subsets = { count: B, poolSize: size, weights: multiset };
    const weightsOf = (b: number): Uint8Array => multiset.subarray(b * size, (b + 1) * size);
    const meanLoss = (b: number, model: Float64Array): number => {
      const regulariser = naiveObjective(pool, new Uint8Array(size), model, 1);
      const sum = weightsOf(b).reduce((total, weight) => total + weight, 0);
      return (naiveObjective(pool, weightsOf(b), model, 1) - regulariser) / sum;
    };
    const objective = logisticRegressionPenalties(pool, C);

    it("has the learner's gradients and the mean losses of the points", () => {
      const { gradients, losses } = objective.evaluate(theta, subsets);
      close(gradients, logisticRegression({ C }).gradient(pool, subsets, Float64Array.from(theta)), 2e-6);
      close(
        losses,
        Array.from({ length: B }, (_, b) => meanLoss(b, Float64Array.from(theta.subarray(b * p, (b + 1) * p)))),
        2e-6,
      );
    });

    it('pulls back what finite differences find, after other evaluations too', () => {
      objective.evaluate(normal(p), { ...subsets, count: 1 });
      const [ofGradients, ofLosses] = [normal(B * p), normal(B)];
      const actual = objective.evaluate(theta, subsets).pullBack(ofGradients, ofLosses);
      const along = (b: number, model: Float64Array): number =>
        naiveGradient(pool, weightsOf(b), model, C).reduce((sum, g, j) => sum + g * ofGradients[b * p + j], 0) +
        ofLosses[b] * meanLoss(b, model);
      const h = 1e-5;
      const numeric = Array.from(theta, (_, k) => {
        const b = Math.floor(k / p);
        const shifted = (by: number): number => {
          const model = Float64Array.from(theta.subarray(b * p, (b + 1) * p));
          model[k % p] += by;
          return along(b, model);
        };
        return (shifted(h) - shifted(-h)) / (2 * h);
      });
      close(actual, numeric, 5e-6);
    });

    it('stays finite and right at extreme logits', async () => {
      const tf = await loadTensorFlow();
      const tensors = logisticRegressionTensors(tf, pool, C);
      const large = theta.map((v) => 60 * v);
      const { gradients, losses, pullBack } = objective.evaluate(large, subsets);
      const [ofGradients, ofLosses] = [normal(B * p), normal(B)];
      const expected = tf.tidy(() => {
        const models = tf.tensor2d(large, [B, p]);
        const weights = tf.tensor2d(Float32Array.from(multiset), [B, size]);
        return [tensors.gradient(models, weights).dataSync(), tensors.trainingLoss(models, weights).dataSync()];
      });
      close(gradients, expected[0], 1e-5);
      close(losses, expected[1], 1e-5);
      assert.ok(pullBack(ofGradients, ofLosses).every(Number.isFinite));
    });
  });
}
