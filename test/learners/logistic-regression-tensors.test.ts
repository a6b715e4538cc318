import assert from 'node:assert/strict';
import { logisticRegressionTensors } from '../../src/learners/logistic-regression-tensors.js';
import { loadTensorFlow } from '../../src/numerics/backend.js';
import { randomStream } from '../../src/numerics/random.js';
import { gaussianPool, logisticTwin } from '../prediction/modelpred/fixtures.js';

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
    const pool = gaussianPool(11, 3, classCount);
    const p = (classCount === 2 ? 1 : classCount) * 4;
    const B = 5;
    const random = randomStream(3);
    const theta = Float64Array.from({ length: B * p }, () => random.normal());
    // Multisets: integer weights, some 0.
    const weights = Float32Array.from({ length: B * pool.size }, () => random.integer(4));
    const twins = (parameters: Float64Array) =>
      Array.from({ length: B }, (_, b) =>
        logisticTwin(
          pool,
          C,
          weights.subarray(b * pool.size, (b + 1) * pool.size),
          parameters.subarray(b * p, (b + 1) * p),
        ),
      );

    it('agrees with plain float64 loops to float32 accuracy', async () => {
      const tf = await loadTensorFlow();
      const objective = logisticRegressionTensors(tf, pool, C);
      tf.tidy(() => {
        const parameters = tf.tensor2d(Float32Array.from(theta), [B, p]);
        const W = tf.tensor2d(weights, [B, pool.size]);
        const expected = twins(theta);
        close(
          objective.gradient(parameters, W).dataSync(),
          expected.flatMap(({ gradient }) => [...gradient]),
          2e-6,
        );
        close(
          objective.trainingLoss(parameters, W).dataSync(),
          expected.map(({ trainingLoss }) => trainingLoss),
          2e-6,
        );
      });
    });

    it('has the gradient that finite differences of the objective have', () => {
      const h = 1e-5;
      const analytic = twins(theta).flatMap(({ gradient }) => [...gradient]);
      const numeric = Array.from(theta, (_, k) => {
        const shifted = (by: number): number =>
          twins(theta.map((value, j) => (j === k ? value + by : value)))[Math.floor(k / p)].objective;
        return (shifted(h) - shifted(-h)) / (2 * h);
      });
      close(analytic, numeric, 1e-8);
    });

    it('can be differentiated once more in the parameters', async () => {
      const tf = await loadTensorFlow();
      const objective = logisticRegressionTensors(tf, pool, C);
      const direction = Float64Array.from({ length: B * p }, () => random.normal());
      const alongDirection = (parameters: Float64Array): number =>
        twins(parameters)
          .flatMap(({ gradient }) => [...gradient])
          .reduce((sum, g, k) => sum + g * direction[k], 0);
      const h = 1e-5;
      const numeric = Array.from(theta, (_, k) => {
        const shifted = (by: number): number => alongDirection(theta.map((value, j) => (j === k ? value + by : value)));
        return (shifted(h) - shifted(-h)) / (2 * h);
      });
      const actual = tf.tidy(() => {
        const W = tf.tensor2d(weights, [B, pool.size]);
        const v = tf.tensor2d(Float32Array.from(direction), [B, p]);
        const inner = (parameters: Parameters<typeof objective.gradient>[0]) =>
          tf.sum(tf.mul(objective.gradient(parameters, W), v));
        return tf
          .grad((x) => inner(tf.reshape(x, [B, p])))(tf.tensor2d(Float32Array.from(theta), [B, p]))
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
