import assert from 'node:assert/strict';
import { takeRows } from '../../../../src/data/index.js';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { multilayerPerceptron } from '../../../../src/learners/network/multilayer-perceptron.js';
import { pointEncoder } from '../../../../src/prediction/modelpred/network/point-encoding.js';
import { authorsArchitecture, improvedArchitecture } from '../../../../src/prediction/modelpred/settings.js';
import { fullPool } from '../../../../src/subsets/subsets.js';
import { cloudPool } from '../../../learners/pools.js';

describe('the encoding of points', () => {
  const learner = logisticRegression();
  const encoderOf = async (classCount: number, dimension: number, size: number, standardise = false) => {
    const pool = cloudPool({ size, dimension, classCount, seed: 2 });
    const { parameters } = await learner.retrain(pool, fullPool(size));
    const encoder = pointEncoder({ ...improvedArchitecture, standardise }, pool, learner, parameters);
    return { pool, parameters, encoder };
  };

  it('describes binary points by label, probability, residual, curvature, signed features and influence', async () => {
    const { pool, parameters, encoder } = await encoderOf(2, 2, 12);
    const [d, p] = [2, 3];
    assert.equal(encoder.width, d + 1 + 3 + 1 + d + p);
    const encoded = encoder.encode(pool);
    const probabilities = learner.probabilities(pool, parameters);
    const gradients = learner.pointGradients(pool, parameters);
    const hessian = learner.hessian(pool, new Uint8Array(12).fill(1), parameters);
    for (let i = 0; i < pool.size; i++) {
      const row = encoded.subarray(i * encoder.width, (i + 1) * encoder.width);
      const [x, label, q] = [pool.features.subarray(i * d, (i + 1) * d), pool.labels[i], probabilities[2 * i + 1]];
      const sign = label === 1 ? 1 : -1;
      const expected = [...x, label, q, q - label, q * (1 - q), probabilities[2 * i + label], sign * x[0], sign * x[1]];
      expected.forEach((value, j) => assert.ok(Math.abs(row[j] - value) < 1e-6));
      // H times the influence is the point's gradient.
      for (let j = 0; j < p; j++) {
        const product = [0, 1, 2].reduce((sum, k) => sum + hessian[j * p + k] * row[expected.length + k], 0);
        assert.ok(Math.abs(product - gradients[i * p + j]) < 1e-5);
      }
    }
  });

  it('shows of many parameters as many influence directions as are worth their cost', async () => {
    const { encoder } = await encoderOf(5, 30, 140);
    assert.equal(encoder.width, 30 + 5 + 3 * 5 + 1 + 128);
  });

  it('has columns of mean 0 and deviation 1 over the pool where it standardises', async () => {
    const { pool, encoder } = await encoderOf(3, 2, 30, true);
    const encoded = encoder.encode(pool);
    for (let j = 0; j < encoder.width; j++) {
      const column = Array.from({ length: 30 }, (_, i) => encoded[i * encoder.width + j]);
      const mean = column.reduce((sum, v) => sum + v, 0) / 30;
      const variance = column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 30;
      assert.ok(Math.abs(mean) < 1e-5 && Math.abs(variance - 1) < 1e-4, `column ${j}: ${mean}, ${variance}`);
    }
  });

  it('describes a point alike among any others, also where the objective is a mean', async () => {
    const pool = cloudPool({ size: 30, dimension: 2, classCount: 2, seed: 4 });
    const perceptron = multilayerPerceptron({ hidden: [2], steps: 40, weightDecay: 0.05 });
    const { parameters } = await perceptron.retrain(pool, fullPool(30));
    const encoder = pointEncoder(improvedArchitecture, pool, perceptron, parameters);
    const { width } = encoder;
    assert.equal(width, 2 + 1 + 3 + 1 + 2 + 12);
    const [all, few] = [encoder.encode(pool), encoder.encode(takeRows(pool, [3, 17, 4]))];
    [3, 17, 4].forEach((i, k) => {
      for (let j = 0; j < width; j++) assert.ok(Math.abs(few[k * width + j] - all[i * width + j]) < 1e-4);
    });
  });

  it('reads binary labels as they are for the authors’ network', () => {
    const pool = cloudPool({ size: 6, dimension: 2, classCount: 2, seed: 1 });
    assert.equal(pointEncoder(authorsArchitecture, pool, learner, null).width, 3);
  });
});
