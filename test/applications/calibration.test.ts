import { strict as assert } from 'node:assert';
import { ensemblePrediction, fitTemperature, laplaceParameters, temper } from '../../src/applications/index.js';
import { loadDataset, stratifiedSplit, takeRows, type Dataset } from '../../src/data/index.js';
import { InputError } from '../../src/errors.js';
import { logLosses } from '../../src/evaluation/index.js';
import { mean } from '../../src/statistics/index.js';
import { logisticRegression, multilayerPerceptron, type Learner } from '../../src/learners/index.js';
import { choleskyFactor, choleskyInverse } from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';
import { bootstrapSubsets, fullPool } from '../../src/subsets/index.js';

const learner = logisticRegression();
const { train: pool, test } = stratifiedSplit(await loadDataset('iris'), { train: 40, test: 60, seed: 1 });
const close = (actual: number, expected: number, tolerance = 1e-10): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);

describe('predictive ensemble', () => {
  it('has the mean and standard deviation of its models, those without parameters left out', async () => {
    const subsets = bootstrapSubsets({ poolSize: 40, count: 5, seed: 1 });
    subsets.weights.fill(0, 80, 120);
    const { parameters } = await learner.retrain(pool, subsets);
    const { probabilities, spread, models } = ensemblePrediction({ learner, points: test, parameters });
    assert.equal(models, 4);
    const p = learner.parameterCount(pool);
    const each = [0, 1, 3, 4].map((b) => learner.probabilities(test, parameters.slice(b * p, (b + 1) * p)));
    for (let at = 0; at < 180; at++) {
      const values = each.map((own) => own[at]);
      close(probabilities[at], mean(values));
      close(spread[at], Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / 3));
    }
  });

  it('needs a model', () => {
    for (const size of [0, 1]) {
      const parameters = new Float64Array(size * learner.parameterCount(pool)).fill(NaN);
      assert.throws(() => ensemblePrediction({ learner, points: test, parameters }), InputError);
    }
  });

  it('of one model is the model, without spread', async () => {
    const { parameters } = await learner.retrain(pool, fullPool(40));
    const { probabilities, spread } = ensemblePrediction({ learner, points: test, parameters });
    learner.probabilities(test, parameters).forEach((value, at) => close(probabilities[at], value, 0));
    assert.ok(spread.every((value) => value === 0));
  });
});

describe('temperature', () => {
  /** Softmax probabilities of random logits, and labels drawn from them. */
  function calibrated(seed: number) {
    const stream = randomStream(seed, 'logits');
    const logits = Float64Array.from({ length: 3 * 2000 }, () => 2 * stream.normal());
    const exponentials = logits.map((z) => Math.exp(z));
    const probabilities = temper({ probabilities: exponentials, classCount: 3, temperature: 1 });
    const labels = Uint8Array.from({ length: 2000 }, (_, i) => {
      const u = stream.uniform();
      return u < probabilities[3 * i] ? 0 : u < probabilities[3 * i] + probabilities[3 * i + 1] ? 1 : 2;
    });
    return { logits, probabilities, labels };
  }
  const { logits, probabilities, labels } = calibrated(1);

  it('1 changes nothing, and softmax of logits over T is what another T gives', () => {
    temper({ probabilities, classCount: 3, temperature: 1 }).forEach((value, at) => close(value, probabilities[at]));
    const sharp = temper({ probabilities, classCount: 3, temperature: 0.5 });
    for (const row of [0, 3]) {
      const sum = [0, 1, 2].reduce((total, k) => total + Math.exp(2 * logits[row + k]), 0);
      for (const k of [0, 1, 2]) close(sharp[row + k], Math.exp(2 * logits[row + k]) / sum);
    }
  });

  it('is found again by fitting probabilities that were tempered by its inverse', () => {
    const temperatures = Array.from({ length: 12 }, (_, seed) =>
      fitTemperature({ ...calibrated(seed), classCount: 3 }),
    );
    // Three standard errors of a mean of twelve.
    close(mean(temperatures), 1, 0.025);
    const fitted = fitTemperature({ probabilities, labels, classCount: 3 });
    close(
      fitTemperature({
        probabilities: temper({ probabilities, classCount: 3, temperature: 0.4 }),
        labels,
        classCount: 3,
      }),
      fitted * 2.5,
      1e-6,
    );
  });

  it('has the least loss', () => {
    const loss = (t: number): number =>
      mean(
        logLosses({ probabilities: temper({ probabilities, classCount: 3, temperature: t }), labels, classCount: 3 }),
      );
    const best = fitTemperature({ probabilities, labels, classCount: 3 });
    assert.ok(loss(best) < loss(best * 1.02) && loss(best) < loss(best * 0.98));
  });

  it('must be positive', () => {
    assert.throws(() => temper({ probabilities, classCount: 3, temperature: 0 }), InputError);
  });
});

describe('Laplace approximation', () => {
  it('draws with the trained model as mean and the inverse Hessian as covariance', async () => {
    const two = { ...pool, classes: ['setosa', 'other'], labels: pool.labels.map((label) => Math.min(label, 1)) };
    const full = (await learner.retrain(two, fullPool(40))).parameters;
    const p = full.length;
    const draws = 40_000;
    const parameters = laplaceParameters({ pool: two, learner, full, draws, seed: 1 });
    const covariance = learner.hessian(two, fullPool(40).weights, full);
    choleskyFactor(covariance, p);
    const expected = choleskyInverse(covariance, p);
    for (let j = 0; j < p; j++)
      for (let k = 0; k < p; k++) {
        let sum = 0;
        for (let b = 0; b < draws; b++) sum += (parameters[b * p + j] - full[j]) * (parameters[b * p + k] - full[k]);
        const scale = Math.sqrt(expected[j * p + j] * expected[k * p + k]);
        close(sum / draws / scale, expected[j * p + k] / scale, 0.03);
      }
    const [first] = [laplaceParameters({ pool: two, learner, full, draws: 3, seed: 1 })];
    assert.deepEqual(first, parameters.slice(0, 3 * p));
  });

  it('is of the same posterior however the objective is scaled: C on x is C = 1 on √C·x', async () => {
    const two = { ...pool, classes: ['setosa', 'other'], labels: pool.labels.map((label) => Math.min(label, 1)) };
    const C = 0.04;
    const drawn = async (own: Dataset, of: Learner) => {
      const full = (await of.retrain(own, fullPool(40), { tolerance: 1e-11 })).parameters;
      return laplaceParameters({ pool: own, learner: of, full, draws: 5, seed: 1 });
    };
    const plain = await drawn(two, logisticRegression({ C }));
    const scaled = await drawn({ ...two, features: two.features.map((x) => x * Math.sqrt(C)) }, learner);
    plain.forEach((value, at) => close(value, scaled[at] * (at % 5 === 4 ? 1 : Math.sqrt(C)), 1e-6));
  });

  it('of an objective that is a mean narrows with the number of points', async () => {
    const perceptron = multilayerPerceptron({ hidden: [], steps: 20, weightDecay: 0.1 });
    const full = (await perceptron.retrain(pool, fullPool(40))).parameters;
    const deviations = (own: Dataset) =>
      laplaceParameters({ pool: own, learner: perceptron, full, draws: 2, seed: 1 }).map(
        (value, at) => value - full[at % full.length],
      );
    const twice = takeRows(
      pool,
      Array.from({ length: 80 }, (_, i) => i % 40),
    );
    const [once, half] = [deviations(pool), deviations(twice)];
    half.forEach((value, at) => close(value * Math.SQRT2, once[at], 1e-9));
  });
});
