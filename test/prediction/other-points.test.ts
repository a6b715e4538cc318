import { strict as assert } from 'node:assert';
import { takeRows, type Dataset } from '../../src/data/index.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { multilayerPerceptron } from '../../src/learners/network/multilayer-perceptron.js';
import { choleskyFactor, choleskySolve } from '../../src/numerics/dense.js';
import {
  influencePredictor,
  meanPredictor,
  newtonPredictor,
  refinedByNewton,
  shortTrainingPredictor,
  sizeAwareNewtonPredictor,
  type Predictor,
} from '../../src/prediction/index.js';
import { buildBank } from '../../src/retraining/index.js';
import { concatenateSubsets, fullPool, takeSubsets, uniformSizeSubsets } from '../../src/subsets/index.js';
import { cloudPool } from '../learners/pools.js';

const pool = cloudPool({ size: 40, dimension: 3, classCount: 2, seed: 1 });
const learner = logisticRegression({ C: 1.5 });
const perceptron = multilayerPerceptron({ hidden: [3], steps: 30 });
const subsets = uniformSizeSubsets({ poolSize: 40, count: 6, minimumSize: 15, labels: pool.labels, seed: 2 });

function assertClose(actual: Float64Array, expected: Float64Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, j) =>
    assert.ok(Math.abs(actual[j] - value) <= tolerance, `${j}: ${actual[j]}, not ${value}`),
  );
}

describe('training sets of points that need not be in the pool', () => {
  let full: Float64Array;
  let predictors: Predictor[];
  before(async () => {
    full = (await learner.retrain(pool, fullPool(40), { tolerance: 1e-12 })).parameters;
    const mlpFull = (await perceptron.retrain(pool, fullPool(40))).parameters;
    const newton = newtonPredictor({ pool, learner, full });
    predictors = [
      influencePredictor({ pool, learner, full }),
      influencePredictor({ pool, learner, full, formula: 'authors' }),
      newton,
      sizeAwareNewtonPredictor({ pool, learner, steps: 2 }),
      refinedByNewton({ predictor: newton, pool, learner }),
      shortTrainingPredictor({ pool, learner: perceptron, steps: 7 }),
      shortTrainingPredictor({ pool, learner: perceptron, steps: 7, from: mlpFull }),
    ];
  });

  it('are predicted like subsets where all points are in it', async () => {
    for (const predictor of predictors) {
      const expected = await predictor.predict(subsets);
      assertClose((await predictor.predictDataset?.(pool, subsets)) ?? new Float64Array(0), expected, 1e-8);
      const p = expected.length / subsets.count;
      const members = Array.from(pool.labels.keys()).filter((i) => subsets.weights[3 * 40 + i] > 0);
      const alone = await predictor.predictDataset?.(takeRows(pool, members));
      assertClose(alone ?? new Float64Array(0), expected.slice(3 * p, 4 * p), 1e-8);
    }
  });

  it('are moved by influence functions along what each new point adds', async () => {
    const other = cloudPool({ size: 44, dimension: 3, classCount: 2, seed: 5 });
    const joint: Dataset = { ...pool, size: 42, features: new Float64Array(42 * 3), labels: new Uint8Array(42) };
    joint.features.set(pool.features);
    joint.features.set(other.features.subarray(0, 6), 40 * 3);
    joint.labels.set(pool.labels);
    joint.labels.set(other.labels.subarray(0, 2), 40);
    const hessian = learner.hessian(pool, fullPool(40).weights, full);
    assert.ok(choleskyFactor(hessian, full.length));
    const expected = full.slice();
    const gradients = learner.pointGradients(joint, full).slice(40 * full.length);
    for (const i of [0, 1]) {
      choleskySolve(hessian, full.length, gradients, i * full.length);
      expected.forEach((_, j) => (expected[j] -= gradients[i * full.length + j]));
    }
    assertClose((await predictors[0].predictDataset?.(joint)) ?? new Float64Array(0), expected, 1e-8);
    // One more or fewer copies of the new points, beside each other.
    const both = concatenateSubsets(fullPool(42), fullPool(42));
    both.weights.fill(0, 40, 42);
    assertClose((await predictors[0].predictDataset?.(joint, takeSubsets(both, [0]))) ?? full, full, 1e-8);
  });

  it('cannot be predicted from a bank of the pool alone', async () => {
    const mean = meanPredictor(await buildBank({ pool, learner, subsets }));
    assert.equal(mean.predictDataset?.(pool), undefined);
    assert.equal(refinedByNewton({ predictor: mean, pool, learner }).predictDataset?.(pool), undefined);
  });

  it('add the regulariser’s share per point in the authors’ formula, which hardly moves from no change', async () => {
    const hessian = learner.hessian(pool, fullPool(40).weights, full);
    assert.ok(choleskyFactor(hessian, full.length));
    const [correct, authors] = [await predictors[0].predict(subsets), await predictors[1].predict(subsets)];
    for (let b = 0; b < subsets.count; b++) {
      const size = subsets.weights.subarray(b * 40, (b + 1) * 40).reduce((sum, weight) => sum + weight, 0);
      // w, without the bias, which is not penalised.
      const step = full.map((value, j) => (j < 3 ? (value * (40 - size)) / 40 : 0));
      choleskySolve(hessian, full.length, step);
      const row = (rows: Float64Array) => rows.slice(b * full.length, (b + 1) * full.length);
      assertClose(
        row(authors),
        row(correct).map((value, j) => value + step[j]),
        1e-9,
      );
    }
  });
});

describe('training for a few steps', () => {
  it('is the learner’s own start of training, or goes on from given parameters', async () => {
    const few = multilayerPerceptron({ hidden: [3], steps: 7 });
    const asked = takeSubsets(subsets, [0, 1]);
    assertClose(
      await shortTrainingPredictor({ pool, learner: perceptron, steps: 7 }).predict(asked),
      (await few.retrain(pool, asked)).parameters,
      1e-12,
    );
    const from = (await perceptron.retrain(pool, fullPool(40))).parameters;
    const tuned = shortTrainingPredictor({ pool, learner: perceptron, steps: 7, from });
    assertClose(await tuned.predict(asked), (await few.retrain(pool, asked, { from })).parameters, 1e-12);
    assert.equal(tuned.name, 'fine-tuning for 7 steps');
  });
});
