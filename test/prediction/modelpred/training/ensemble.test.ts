import assert from 'node:assert/strict';
import { InputError } from '../../../../src/errors.js';
import { spearman } from '../../../../src/statistics/correlation.js';
import { mean } from '../../../../src/statistics/mean.js';
import { relativeErrors } from '../../../../src/evaluation/parameter-error.js';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { improvedSettings, trainEnsemble, type ModelPredEnsemble } from '../../../../src/prediction/index.js';
import { buildBank, type Bank } from '../../../../src/retraining/index.js';
import { uniformSizeSubsets } from '../../../../src/subsets/index.js';
import { cloudPool } from '../../../learners/pools.js';

describe('an ensemble of ModelPreds', function () {
  this.timeout(30_000);
  const pool = cloudPool({ size: 30, dimension: 3, classCount: 2, seed: 3 });
  const learner = logisticRegression({ C: 2 });
  const p = learner.parameterCount(pool);
  const settings = improvedSettings({ steps: 200, batchSize: 64, learningRate: 4e-3, validateEvery: 100 });
  const bankOf = (count: number, seed: number, minimumSize: number, maximumSize = 30): Promise<Bank> =>
    buildBank({
      pool,
      learner,
      subsets: uniformSizeSubsets({ poolSize: 30, count, minimumSize, maximumSize, labels: pool.labels, seed }),
    });
  let held: Bank;
  let ensemble: ModelPredEnsemble;
  before(async () => {
    held = await bankOf(200, 2, 5);
    ensemble = await trainEnsemble({ bank: await bankOf(500, 1, 12), settings, seed: 1, members: 4 });
  });
  const norms = (matrix: Float64Array): Float64Array =>
    Float64Array.from({ length: matrix.length / p }, (_, b) => Math.hypot(...matrix.subarray(b * p, (b + 1) * p)));

  it('predicts mean and standard deviation of its members', () => {
    const { parameters, spreads } = ensemble.predictWithSpread(held.subsets);
    const of = ensemble.members.map((member) => member.predict(held.subsets));
    for (const k of [0, 17, parameters.length - 1]) {
      const values = of.map((predicted) => predicted[k]);
      assert.ok(Math.abs(parameters[k] - mean(values)) < 1e-12);
      const variance = values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / 3;
      assert.ok(Math.abs(spreads[k] - Math.sqrt(variance)) < 1e-12);
    }
    assert.deepEqual(ensemble.predict(held.subsets), parameters);
    const dataset = ensemble.predictDataset?.(pool) as Float64Array;
    const members = ensemble.members.map((member) => member.predictDataset(pool)[0]);
    assert.ok(Math.abs(dataset[0] - mean(members)) < 1e-12);
  });

  it('is more accurate than its members are on average', () => {
    const errorOf = (predicted: Float64Array): number =>
      mean(relativeErrors({ predicted, retrained: held.parameters, parameterCount: p }));
    const members = mean(ensemble.members.map((member) => errorOf(member.predict(held.subsets))));
    assert.ok(errorOf(ensemble.predict(held.subsets)) < members);
  });

  it('disagrees more where it errs more, and on sizes it was not trained on', async () => {
    const { parameters, spreads } = ensemble.predictWithSpread(held.subsets);
    const errors = norms(parameters.map((value, k) => value - held.parameters[k]));
    const correlation = spearman(norms(spreads), errors);
    assert.ok(correlation > 0.3, `rank correlation ${correlation}`);
    const [unusual, usual] = await Promise.all([bankOf(100, 3, 4, 6), bankOf(100, 4, 20)]);
    const spreadOn = ({ subsets }: Bank): number => mean(norms(ensemble.predictWithSpread(subsets).spreads));
    assert.ok(spreadOn(unusual) > 1.5 * spreadOn(usual), `${spreadOn(unusual)} against ${spreadOn(usual)}`);
  });

  it('has the same bytes for the same seed, other members for each, and tells its progress as a whole', async () => {
    const bank = await bankOf(80, 5, 12);
    const short = improvedSettings({ steps: 6, batchSize: 16, validateEvery: 3 });
    const seen: string[] = [];
    const train = (seed: number) =>
      trainEnsemble({
        bank,
        settings: short,
        seed,
        members: 2,
        onProgress: ({ done, total }) => seen.push(`${done}/${total}`),
      });
    const [first, again, other] = [await train(1), await train(1), await train(2)];
    assert.deepEqual(first.predict(bank.subsets), again.predict(bank.subsets));
    assert.notDeepEqual(first.predict(bank.subsets), other.predict(bank.subsets));
    assert.notDeepEqual(first.members[0].weights, first.members[1].weights);
    assert.deepEqual(
      seen.slice(0, 12),
      Array.from({ length: 12 }, (_, k) => `${k + 1}/12`),
    );
  });

  it('needs two members', async () => {
    await assert.rejects(
      trainEnsemble({ bank: held, settings, seed: 1, members: 1 }),
      (error) => error instanceof InputError && /cannot have 1 members/.test(error.message),
    );
  });
});
