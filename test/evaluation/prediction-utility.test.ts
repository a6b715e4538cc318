import { strict as assert } from 'node:assert';
import { loadDataset, stratifiedSplit } from '../../src/data/index.js';
import { InputError } from '../../src/errors.js';
import {
  accuracyUtility,
  brierScores,
  brierUtility,
  classWiseUtility,
  labelAgreement,
  logLossUtility,
  marginUtility,
  predictionUtility,
} from '../../src/evaluation/index.js';
import { mean } from '../../src/statistics/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { fixedSizeSubsets } from '../../src/subsets/index.js';

const learner = logisticRegression();
const { train: pool, test } = stratifiedSplit(await loadDataset('iris'), { train: 30, test: 60, seed: 1 });
const { parameters } = await learner.retrain(
  pool,
  fixedSizeSubsets({ poolSize: pool.size, count: 3, size: 20, seed: 1 }),
);
const probabilities = learner.probabilities(test, parameters);
const ofModel = (b: number): Float64Array => probabilities.subarray(b * test.size * 3, (b + 1) * test.size * 3);
/** All classes equally probable. */
const uniform = { ...learner, probabilities: () => new Float64Array(test.size * 3).fill(1 / 3) };

describe('utilities of predictions', () => {
  it('Brier: minus the mean Brier score', () => {
    const utility = brierUtility({ learner, points: test });
    utility.evaluate(parameters).forEach((value, b) => {
      const scores = brierScores({ probabilities: ofModel(b), labels: test.labels, classCount: 3 });
      assert.ok(Math.abs(value + mean(scores)) < 1e-12);
    });
    assert.ok(
      Math.abs(brierUtility({ learner: uniform, points: test }).evaluate(parameters)[0] - utility.uninformed) < 1e-12,
    );
  });

  it('margin: the label’s probability over that of the best other class', () => {
    const utility = marginUtility({ learner, points: test });
    utility.evaluate(parameters).forEach((value, b) => {
      const margins = [...test.labels].map((label, i) => {
        const row = [...ofModel(b).subarray(3 * i, 3 * i + 3)];
        const [own] = row.splice(label, 1);
        return own - Math.max(...row);
      });
      assert.ok(Math.abs(value - mean(margins)) < 1e-12);
    });
    assert.ok(
      Math.abs(marginUtility({ learner: uniform, points: test }).evaluate(parameters)[0] - utility.uninformed) < 1e-12,
    );
  });

  it('class-wise: correct of the class times e to the correct of the others, which add up to the accuracy', () => {
    const accuracies = accuracyUtility({ learner, points: test }).evaluate(parameters);
    const predicted = (b: number, i: number): number => {
      const row = [...ofModel(b).subarray(3 * i, 3 * i + 3)];
      return row.indexOf(Math.max(...row));
    };
    for (const c of [0, 1, 2])
      classWiseUtility({ learner, points: test, classIndex: c })
        .evaluate(parameters)
        .forEach((value, b) => {
          const own = [...test.labels].filter((label, i) => label === c && predicted(b, i) === c).length / test.size;
          assert.ok(Math.abs(value - own * Math.exp(accuracies[b] - own)) < 1e-12);
        });
    assert.throws(() => classWiseUtility({ learner, points: test, classIndex: 3 }), InputError);
  });

  it('of NaN parameters are NaN, whatever the utility', () => {
    const two = parameters.slice(0, (2 * parameters.length) / 3).fill(NaN, parameters.length / 3);
    const utilities = [accuracyUtility, logLossUtility, brierUtility, marginUtility].map((make) =>
      make({ learner, points: test }),
    );
    for (const utility of [...utilities, classWiseUtility({ learner, points: test, classIndex: 0 })])
      assert.deepEqual([...utility.evaluate(two)].map(Number.isNaN), [false, true], utility.name);
    assert.deepEqual(
      [...labelAgreement({ learner, points: test, first: parameters.slice(0, two.length), second: two })].map(
        Number.isNaN,
      ),
      [false, true],
    );
  });

  it('a user’s function gets each model’s own probabilities', () => {
    const utility = predictionUtility({
      learner,
      points: test,
      score: {
        name: 'first',
        uninformed: 1 / 3,
        score: (given, labels) => given[labels[0]],
      },
    });
    assert.deepEqual(
      [...utility.evaluate(parameters)],
      [0, 1, 2].map((b) => ofModel(b)[test.labels[0]]),
    );
    assert.equal(utility.uninformed, 1 / 3);
  });
});
