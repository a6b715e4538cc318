import assert from 'node:assert/strict';
import {
  bernoulliSubsets,
  buildBank,
  exactSemivalues,
  InputError,
  logisticRegression,
  memberGame,
  newtonPredictor,
  permutationValues,
  sampleBudget,
  shapley,
  trainModelPred,
} from '../src/index.js';
import { cloudPool } from './learners/pools.js';

describe('unknown options', () => {
  const pool = cloudPool({ size: 12, dimension: 2, classCount: 2, seed: 1 });
  const learner = logisticRegression();
  const subsets = bernoulliSubsets({ poolSize: 12, count: 2, probability: 0.9, seed: 1 });
  const game = memberGame(2, (members) => members.length);
  const refused = async (call: () => unknown, message: RegExp) =>
    assert.rejects(Promise.resolve().then(call), (error) => error instanceof InputError && message.test(error.message));

  it('are refused by name, with the names there are', async () => {
    const mistyped = (options: object) => options as never;
    await refused(
      () => logisticRegression(mistyped({ c: 1 })),
      /logisticRegression has no option "c"; choose one of C\./,
    );
    await refused(() => bernoulliSubsets(mistyped({ poolsize: 3 })), /no option "poolsize"; choose one of poolSize/);
    await refused(() => buildBank(mistyped({ pool, learner, subsets, worker: 2 })), /buildBank has no option "worker"/);
    await refused(() => newtonPredictor(mistyped({ pool, learner, ful: 1 })), /newtonPredictor has no option "ful"/);
    await refused(
      () => exactSemivalues(mistyped({ game, semivalue: [shapley] })),
      /no option "semivalue"; .*semivalues/,
    );
    await refused(
      () => permutationValues(mistyped({ game, seed: 1, stop: sampleBudget(1), sampeling: 'antithetic' })),
      /permutationValues has no option "sampeling"/,
    );
    await refused(() => trainModelPred(mistyped({ bnak: 1 })), /trainModelPred has no option "bnak"/);
  });
});
