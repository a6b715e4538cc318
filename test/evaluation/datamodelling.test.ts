import { strict as assert } from 'node:assert';
import { InputError } from '../../src/errors.js';
import { correctClassMargins, linearDatamodellingScore, outputCorrelations } from '../../src/evaluation/index.js';
import { mean, spearman } from '../../src/statistics/index.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { randomStream } from '../../src/numerics/random.js';
import { cloudPool } from '../learners/pools.js';

describe('correct-class margins', () => {
  const learner = logisticRegression({ C: 1 });
  it('of two classes are the logit, signed by the label', () => {
    const points = cloudPool({ size: 10, dimension: 2, classCount: 2, seed: 1 });
    const parameters = Float64Array.of(1, -2, 0.5, 0.3, 0.1, -1);
    const margins = correctClassMargins({ learner, points, parameters });
    margins.forEach((margin, at) => {
      const [b, i] = [Math.floor(at / 10), at % 10];
      const [first, second, bias] = parameters.subarray(3 * b);
      const logit = first * points.features[2 * i] + second * points.features[2 * i + 1] + bias;
      assert.ok(Math.abs(margin - (points.labels[i] === 1 ? logit : -logit)) < 1e-9);
    });
  });
  it('of more classes are above 0 exactly where the label is most probable', () => {
    const points = cloudPool({ size: 30, dimension: 2, classCount: 3, seed: 2 });
    const stream = randomStream(1, 'parameters');
    const parameters = Float64Array.from({ length: 9 }, () => stream.normal());
    const probabilities = learner.probabilities(points, parameters);
    const margins = correctClassMargins({ learner, points, parameters });
    assert.ok(margins.some((margin) => margin > 0) && margins.some((margin) => margin < 0));
    margins.forEach((margin, i) => {
      const [own, ...others] = [0, 1, 2]
        .sort((a, b) => Number(b === points.labels[i]) - Number(a === points.labels[i]))
        .map((k) => probabilities[3 * i + k]);
      assert.ok(Math.abs(margin - Math.log(own / Math.max(...others))) < 1e-12);
    });
  });
});

describe('the linear datamodelling score', () => {
  const stream = randomStream(2, 'outputs');
  const actual = Float64Array.from({ length: 40 * 5 }, () => stream.normal());
  const predicted = actual.map((value) => value + stream.normal());
  it('is the mean rank correlation over points, within its interval', () => {
    const score = linearDatamodellingScore({ predicted, actual, points: 5, seed: 1 });
    const column = (rows: Float64Array, t: number) => Array.from({ length: 40 }, (_, b) => rows[b * 5 + t]);
    const expected = mean([0, 1, 2, 3, 4].map((t) => spearman(column(predicted, t), column(actual, t))));
    assert.ok(Math.abs(score.value - expected) < 1e-12);
    assert.ok(score.low < score.value && score.value < score.high && score.high < 1);
  });
  it('is 1 for any increasing function of the outputs, and leaves constant points out', () => {
    const constant = (rows: Float64Array) => rows.map((value, at) => (at % 5 === 3 ? 1 : value));
    const score = linearDatamodellingScore({
      predicted: actual.map(Math.exp),
      actual: constant(actual),
      points: 5,
      seed: 1,
    });
    assert.ok(Math.abs(score.value - 1) < 1e-12);
  });
  it('counts a prediction that does not vary as knowing nothing', () => {
    const constant = actual.map((value, at) => (at % 5 === 3 ? 1 : value));
    assert.deepEqual(outputCorrelations({ predicted: constant, actual, points: 5 })[3], 0);
    assert.ok(
      Math.abs(linearDatamodellingScore({ predicted: constant, actual, points: 5, seed: 1 }).value - 0.8) < 1e-12,
    );
  });
  it('refuses arrays of different shapes', () => {
    assert.throws(
      () => linearDatamodellingScore({ predicted, actual: actual.slice(5), points: 5, seed: 1 }),
      InputError,
    );
  });
});
