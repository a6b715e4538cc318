import assert from 'node:assert/strict';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
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

for (const classCount of [2, 3]) {
  describe(`logistic regression in tensors, ${classCount} classes`, () => {
    const C = 0.7;
    const pool = cloudPool({ size: 11, dimension: 3, classCount, seed: 1 });
    const p = (classCount === 2 ? 1 : classCount) * 4;
    const B = 5;
    const random = randomStream(3);
    const theta = Float64Array.from({ length: B * p }, () => random.normal());
    // Multisets: integer weights, some 0.
    const subsets = {
      count: B,
      poolSize: pool.size,
      weights: Uint8Array.from({ length: B * pool.size }, () => random.integer(4)),
    };
    const weightsOf = (b: number): Uint8Array => subsets.weights.subarray(b * pool.size, (b + 1) * pool.size);

    it("agrees with the learner's float64 gradient to float32 accuracy", async () => {
      const tf = await loadTensorFlow();
      const objective = logisticRegressionTensors(tf, pool, C);
      const actual = tf.tidy(() =>
        objective
          .gradient(
            tf.tensor2d(Float32Array.from(theta), [B, p]),
            tf.tensor2d(Float32Array.from(subsets.weights), [B, pool.size]),
          )
          .dataSync(),
      );
      close(actual, logisticRegression({ C }).gradient(pool, subsets, theta), 2e-6);
    });

    it('has the mean loss of the points as training loss', async () => {
      const tf = await loadTensorFlow();
      const objective = logisticRegressionTensors(tf, pool, C);
      const actual = tf.tidy(() =>
        objective
          .trainingLoss(
            tf.tensor2d(Float32Array.from(theta), [B, p]),
            tf.tensor2d(Float32Array.from(subsets.weights), [B, pool.size]),
          )
          .dataSync(),
      );
      const expected = Array.from({ length: B }, (_, b) => {
        const model = theta.subarray(b * p, (b + 1) * p);
        const nothing = new Uint8Array(pool.size);
        const summed = naiveObjective(pool, weightsOf(b), model, 1) - naiveObjective(pool, nothing, model, 1);
        return summed / weightsOf(b).reduce((sum, w) => sum + w, 0);
      });
      close(actual, expected, 2e-6);
    });

    it('can be differentiated once more in the parameters', async () => {
      const tf = await loadTensorFlow();
      const objective = logisticRegressionTensors(tf, pool, C);
      const direction = Float64Array.from({ length: B * p }, () => random.normal());
      const alongDirection = (b: number, model: Float64Array): number =>
        naiveGradient(pool, weightsOf(b), model, C).reduce((sum, g, j) => sum + g * direction[b * p + j], 0);
      const h = 1e-5;
      const numeric = Array.from(theta, (_, k) => {
        const b = Math.floor(k / p);
        const shifted = (by: number): number => {
          const model = theta.slice(b * p, (b + 1) * p);
          model[k % p] += by;
          return alongDirection(b, model);
        };
        return (shifted(h) - shifted(-h)) / (2 * h);
      });
      const actual = tf.tidy(() => {
        const W = tf.tensor2d(Float32Array.from(subsets.weights), [B, pool.size]);
        const v = tf.tensor2d(Float32Array.from(direction), [B, p]);
        return tf
          .grad((x) => tf.sum(tf.mul(objective.gradient(tf.reshape(x, [B, p]), W), v)))(
            tf.tensor2d(Float32Array.from(theta), [B, p]),
          )
          .dataSync();
      });
      close(actual, numeric, 5e-6);
    });

    it('names the intercepts', async () => {
      const { intercepts } = logisticRegressionTensors(await loadTensorFlow(), pool, C);
      assert.deepEqual(
        [...intercepts],
        Array.from({ length: p }, (_, j) => (j % 4 === 3 ? 1 : 0)),
      );
    });
  });
}
