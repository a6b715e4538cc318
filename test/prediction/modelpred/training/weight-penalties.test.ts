import assert from 'node:assert/strict';
import type { Scalar } from '@tensorflow/tfjs-core';
import { loadTensorFlow } from '../../../../src/numerics/backend.js';
import { randomStream } from '../../../../src/numerics/random.js';
import { addWeightPenalties } from '../../../../src/prediction/modelpred/training/weight-penalties.js';

describe('the weight penalties', () => {
  const settings = { l1: 0.3, l2: 0.7 };
  const random = randomStream(4);
  const normal = (length: number) => Float32Array.from({ length }, () => random.normal());
  const matrices = [normal(12), normal(35)];

  it('are those of the tensor library, and their gradient is added to the one there', async () => {
    const tf = await loadTensorFlow();
    const before = matrices.map((matrix) => normal(matrix.length));
    const gradients = before.map((g) => g.slice());
    const value = addWeightPenalties(settings, matrices, gradients);
    tf.tidy(() => {
      const expected = tf.valueAndGrads((...tensors) => {
        const absolute = tf.addN(tensors.map((m) => tf.sum<Scalar>(tf.abs(m))));
        const norms = tf.addN(tensors.map((m) => tf.sqrt(tf.sum<Scalar>(tf.square(m)))));
        return tf.add<Scalar>(tf.mul(absolute, settings.l1), tf.mul(norms, settings.l2));
      })(matrices.map((matrix) => tf.tensor1d(matrix)));
      assert.ok(Math.abs(value / expected.value.dataSync()[0] - 1) < 1e-6);
      expected.grads.forEach((grad, i) =>
        grad.dataSync().forEach((g, k) => assert.ok(Math.abs(gradients[i][k] - before[i][k] - g) < 1e-6)),
      );
    });
  });

  it('have gradient 0 where all weights are 0', () => {
    const gradient = new Float32Array(6);
    assert.equal(addWeightPenalties(settings, [new Float32Array(6)], [gradient]), 0);
    assert.deepEqual(gradient, new Float32Array(6));
  });

  it('of weight 0 leave the gradient alone', () => {
    const gradients = matrices.map((matrix) => normal(matrix.length));
    const before = gradients.map((g) => g.slice());
    assert.equal(addWeightPenalties({ l1: 0, l2: 0 }, matrices, gradients), 0);
    assert.deepEqual(gradients, before);
  });
});
