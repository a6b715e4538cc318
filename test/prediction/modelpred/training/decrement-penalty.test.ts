import assert from 'node:assert/strict';
import { InputError } from '../../../../src/errors.js';
import { mean } from '../../../../src/statistics/mean.js';
import { relativeErrors } from '../../../../src/evaluation/parameter-error.js';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { choleskyFactor, choleskySolve, dot } from '../../../../src/numerics/dense.js';
import { randomStream } from '../../../../src/numerics/random.js';
import { improvedSettings, meanPredictor, residualSettings, trainModelPred } from '../../../../src/prediction/index.js';
import { decrementPenalty } from '../../../../src/prediction/modelpred/training/decrement-penalty.js';
import { buildBank, type Bank } from '../../../../src/retraining/index.js';
import { bootstrapSubsets, subsetSizes, takeSubsets, uniformSizeSubsets } from '../../../../src/subsets/index.js';
import { cloudPool } from '../../../learners/pools.js';
import { asScheduled } from '../../../learners/scheduled.js';

for (const classCount of [2, 3]) {
  describe(`the decrement penalty, ${classCount} classes`, function () {
    this.timeout(20_000);
    const pool = cloudPool({ size: 24, dimension: 2, classCount, seed: 6 });
    const learner = logisticRegression({ C: 1.5 });
    const p = learner.parameterCount(pool);
    const bankOf = (count: number, seed: number): Promise<Bank> =>
      buildBank({
        pool,
        learner,
        subsets: uniformSizeSubsets({ poolSize: 24, count, minimumSize: 8, labels: pool.labels, seed }),
      });
    let bank: Bank;
    before(async () => {
      bank = await bankOf(300, 1);
    });

    it('is that of plain linear algebra, with its finite differences', async () => {
      const subsets = takeSubsets(bank.subsets, [0, 1, 2, 3]);
      const sizes = subsetSizes(subsets);
      const random = randomStream(4);
      const scaling = {
        shift: Float64Array.from({ length: p }, () => random.normal()),
        scale: Float64Array.from({ length: p }, () => 0.5 + random.uniform()),
      };
      const outputs = Float32Array.from({ length: 4 * p }, () => random.normal());
      const { penalty, prepare } = decrementPenalty(bank, 0.7, scaling);
      await prepare();
      const optima = learner.sizePath(pool).optima(sizes);
      const twin = (z: Float64Array): number => {
        const theta = z.map((value, k) => scaling.shift[k % p] + scaling.scale[k % p] * value);
        const gradients = learner.gradient(pool, subsets, theta);
        let sum = 0;
        for (let b = 0; b < 4; b++) {
          const weights = new Float64Array(24).fill(sizes[b] / 24);
          const hessian = learner.hessian(pool, weights, optima.subarray(b * p, (b + 1) * p));
          const step = gradients.slice(b * p, (b + 1) * p);
          assert.ok(choleskyFactor(hessian, p));
          choleskySolve(hessian, p, step);
          sum += (0.7 / 2 / 4) * dot(gradients, b * p, step, 0, p);
        }
        return sum;
      };
      const exact = Float64Array.from(outputs);
      const gradient = new Float32Array(4 * p).fill(1);
      const value = penalty(outputs, subsets, gradient);
      assert.ok(Math.abs(value / twin(exact) - 1) < 1e-5, `${value}, not ${twin(exact)}`);
      gradient.forEach((actual, k) => {
        const at = (h: number): number => twin(exact.map((z, j) => (j === k ? z + h : z)));
        const expected = 1 + (at(1e-5) - at(-1e-5)) / 2e-5;
        assert.ok(Math.abs(actual - expected) < 1e-4 * (1 + Math.abs(expected)), `${k}: ${actual}, not ${expected}`);
      });
    });

    it('is prepared for multisets larger than the pool', async () => {
      const bags = bootstrapSubsets({ poolSize: 24, count: 3, size: 40, seed: 1 });
      const { penalty, prepare } = decrementPenalty(await buildBank({ pool, learner, subsets: bags }), 1, null);
      await prepare();
      assert.ok(penalty(new Float32Array(3 * p), bags, new Float32Array(3 * p)) > 0);
    });

    it('teaches a network without any labels', async () => {
      const settings = improvedSettings({ steps: 200, batchSize: 64, learningRate: 4e-3, validateEvery: 100 });
      const unlabelled = { ...settings, loss: { ...settings.loss, parameterError: 0, decrement: 1 } };
      const held = await bankOf(80, 2);
      const errorOf = (predicted: Float64Array): number =>
        mean(relativeErrors({ predicted, retrained: held.parameters, parameterCount: p }));
      const model = await trainModelPred({ bank, settings: unlabelled, seed: 1 });
      const [error, ofMean] = [
        errorOf(model.predict(held.subsets)),
        errorOf(await meanPredictor(bank).predict(held.subsets)),
      ];
      assert.ok(error < 0.6 * ofMean, `${error}, mean parameters ${ofMean}`);
    });

    it('is refused where it cannot be taken', async () => {
      const settings = improvedSettings({ steps: 2 });
      const loss = { ...settings.loss, decrement: 1 };
      const refuses = (changes: Partial<Parameters<typeof trainModelPred>[0]>, message: RegExp) =>
        assert.rejects(
          trainModelPred({ bank, settings: { ...settings, loss }, seed: 1, ...changes }),
          (error) => error instanceof InputError && message.test(error.message),
        );
      await refuses({ bank: { ...bank, learner: asScheduled(learner) } }, /The decrement penalty needs a learner with/);
      const ridge = { ...learner, name: 'ridge regression' };
      await refuses({ bank: { ...bank, learner: ridge } }, /needs derivatives of the objective of "ridge regression"/);
      const residual = residualSettings({ method: 'chord', steps: 1 });
      await refuses({ settings: { ...residual, loss } }, /on parameters, not on residuals/);
    });
  });
}
