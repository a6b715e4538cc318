import assert from 'node:assert/strict';
import { InputError } from '../../src/errors.js';
import type { Learner } from '../../src/learners/learner.js';
import { linearSvm } from '../../src/learners/linear/linear-svm.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { multilayerPerceptron } from '../../src/learners/network/multilayer-perceptron.js';
import { createLearner, learnerNames } from '../../src/learners/registry.js';
import { networkLearner } from '../../src/learners/network/network-learner.js';
import { ridgeRegression } from '../../src/learners/linear/ridge-regression.js';
import { fullPool } from '../../src/subsets/subsets.js';
import { cloudPool } from './pools.js';

/** One of each, with hyper-parameters that are not the defaults. */
const learners: readonly Learner[] = [
  logisticRegression({ C: 0.3 }),
  linearSvm({ C: 0.2 }),
  multilayerPerceptron({
    hidden: [3, 2],
    activation: 'relu',
    steps: 9,
    learningRate: 0.02,
    weightDecay: 0.1,
    batchSize: 5,
    seed: 3,
  }),
  networkLearner({
    layers: [{ kind: 'dense', units: 3 }, { kind: 'gelu' }],
    optimiser: { kind: 'adam', decoupled: true },
    learningRate: 0.02,
    steps: 9,
  }),
  ridgeRegression({ C: 5 }),
];

describe('createLearner', () => {
  it('knows every learner', () => {
    assert.deepEqual(
      learners.map(({ name }) => name),
      // Other tests may have registered more.
      learnerNames().slice(0, learners.length),
    );
  });

  for (const learner of learners) {
    it(`makes ${learner.name} again from its description after a round trip through JSON`, async () => {
      const description = JSON.stringify({ name: learner.name, hyperparameters: learner.hyperparameters });
      const again = createLearner(JSON.parse(description) as Learner);
      assert.equal(again.name, learner.name);
      assert.deepEqual(again.hyperparameters, learner.hyperparameters);
      const pool = cloudPool({ size: 20, dimension: 2, classCount: 2, seed: 1 });
      const [first, second] = await Promise.all([learner, again].map((one) => one.retrain(pool, fullPool(20))));
      assert.deepEqual(second.parameters, first.parameters);
    });
  }

  it('refuses what it cannot make, naming it', () => {
    const refused = (name: string, hyperparameters: Record<string, number | string>, message: RegExp) =>
      assert.throws(
        () => createLearner({ name, hyperparameters }),
        (error) => error instanceof InputError && message.test(error.message),
      );
    refused('logistic regresion', {}, /no learner "logistic regresion"; choose one of logistic regression/);
    refused('constructor', {}, /no learner "constructor"/);
    refused('logistic regression', {}, /hyper-parameter C of "logistic regression"/);
    refused('logistic regression', { C: 'one' }, /hyper-parameter C of "logistic regression"/);
    refused('logistic regression', { C: 1, penalty: 'l1' }, /hyper-parameters of "logistic regression".*penalty/);
    refused('logistic regression', { C: -1 }, /C is -1/);
  });
});
