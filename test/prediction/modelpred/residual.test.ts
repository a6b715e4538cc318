import assert from 'node:assert/strict';
import { InputError } from '../../../src/errors.js';
import { mean } from '../../../src/statistics/mean.js';
import { relativeErrors } from '../../../src/evaluation/parameter-error.js';
import { logisticRegression } from '../../../src/learners/linear/logistic-regression.js';
import { randomStream } from '../../../src/numerics/random.js';
import {
  improvedSettings,
  refinedByChord,
  residualSettings,
  sizeAwareChordPredictor,
  sizeAwareNewtonPredictor,
  trainModelPred,
  type BaseSettings,
  type TrainedModelPred,
} from '../../../src/prediction/index.js';
import { basePredictor } from '../../../src/prediction/modelpred/base-prediction.js';
import { prepareBase } from '../../../src/prediction/modelpred/trained-modelpred.js';
import { correctBase, fitResiduals, weightSpreads } from '../../../src/prediction/modelpred/residual.js';
import { buildBank, type Bank } from '../../../src/retraining/index.js';
import { fullPool, subsetsFromMembers, takeSubsets, uniformSizeSubsets } from '../../../src/subsets/index.js';
import { asScheduled } from '../../learners/scheduled.js';
import { cloudPool } from '../../learners/pools.js';

const chord: BaseSettings = { method: 'chord', steps: 1 };
const training = { steps: 300, batchSize: 64, learningRate: 4e-3, validateEvery: 100 };

for (const classCount of [2, 3]) {
  describe(`ModelPred as a correction of a base prediction, ${classCount} classes`, function () {
    this.timeout(30_000);
    const pool = cloudPool({ size: 30, dimension: 3, classCount, seed: 3 });
    const learner = logisticRegression({ C: 2 });
    const p = learner.parameterCount(pool);
    const bankOf = (count: number, seed: number): Promise<Bank> =>
      buildBank({
        pool,
        learner,
        subsets: uniformSizeSubsets({ poolSize: 30, count, minimumSize: 8, labels: pool.labels, seed }),
      });
    let bank: Bank;
    let held: Bank;
    let model: TrainedModelPred;
    before(async () => {
      [bank, held] = [await bankOf(600, 1), await bankOf(100, 2)];
      model = await trainModelPred({ bank, settings: residualSettings(chord, training), seed: 1 });
    });
    const errorOf = (predicted: Float64Array): number =>
      mean(relativeErrors({ predicted, retrained: held.parameters, parameterCount: p }));

    it('has as bases what the predictors from the size path predict, with their last steps', async () => {
      for (const steps of [1, 2]) {
        for (const method of ['chord', 'Newton'] as const) {
          const settings = residualSettings({ method, steps });
          await prepareBase(settings, pool, learner);
          const { parameters, lastSteps } = basePredictor(pool, learner, { method, steps }).predict(pool, held.subsets);
          const predictor = method === 'chord' ? sizeAwareChordPredictor : sizeAwareNewtonPredictor;
          assert.deepEqual(parameters, await predictor({ pool, learner, steps }).predict(held.subsets));
          const before = await predictor({ pool, learner, steps: steps - 1 }).predict(held.subsets);
          assert.deepEqual(
            lastSteps,
            parameters.map((value, k) => value - before[k]),
          );
        }
      }
    });

    it('reaches parameters that the base misses, on subsets it has not seen', async () => {
      const base = errorOf(await sizeAwareChordPredictor({ pool, learner, steps: 1 }).predict(held.subsets));
      const error = errorOf(model.predict(held.subsets));
      assert.ok(error < 0.85 * base, `${error}, the base ${base}`);
      const refined = errorOf(await refinedByChord({ predictor: model, pool, learner }).predict(held.subsets));
      assert.ok(refined < 0.8 * error, `${refined} after a chord step, ${error} before`);
    });

    it('never has a higher objective than the base', async () => {
      const base = await sizeAwareChordPredictor({ pool, learner, steps: 1 }).predict(held.subsets);
      const [before, after] = [base, model.predict(held.subsets)].map((parameters) =>
        learner.objective(pool, held.subsets, parameters),
      );
      after.forEach((value, b) => assert.ok(value <= before[b]));
    });

    it('goes back to the base, row by row, where its outputs would raise the objective', async () => {
      const settings = residualSettings(chord);
      await prepareBase(settings, pool, learner);
      const { outputScaling, ofBank, targets } = fitResiduals(basePredictor(pool, learner, chord), bank);
      const random = randomStream(5);
      const outputs = targets.map((target, k) => (Math.floor(k / p) % 2 === 0 ? target : 9 * random.normal()));
      const corrected = correctBase(learner, pool, bank.subsets, ofBank, outputs, outputScaling);
      const [before, after] = [ofBank.parameters, corrected].map((theta) =>
        learner.objective(pool, bank.subsets, theta),
      );
      let kept = 0;
      after.forEach((value, b) => {
        const row = corrected.subarray(b * p, (b + 1) * p);
        assert.ok(value <= before[b]);
        kept += Number(row.every((v, j) => v === ofBank.parameters[b * p + j]));
        const exact = targets.subarray(b * p, (b + 1) * p).every((target) => Math.abs(target) <= 4);
        // Targets that are put out exactly give the trained parameters.
        if (b % 2 === 0 && exact) {
          row.forEach((v, j) => assert.ok(Math.abs(v - bank.parameters[b * p + j]) < 1e-9));
        }
      });
      assert.ok(kept > 100 && kept < 350, `${kept} rows kept`);
    });

    it('is exact for the whole pool, where nothing is left to correct', async () => {
      const { parameters } = await learner.retrain(pool, fullPool(30));
      model.predict(fullPool(30)).forEach((value, j) => assert.ok(Math.abs(value - parameters[j]) < 1e-6));
      assert.deepEqual(model.predictDataset(pool), model.predict(fullPool(30)));
    });

    it('predicts half a pool given as points as that subset, and refines it', async () => {
      const size = 15;
      const half = { ...pool, size, features: pool.features.slice(0, size * 3), labels: pool.labels.slice(0, size) };
      const subset = subsetsFromMembers(30, [Array.from({ length: size }, (_, i) => i)]);
      const expected = model.predict(subset);
      model.predictDataset(half).forEach((value, j) => assert.ok(Math.abs(value - expected[j]) < 1e-5));
      const refined = refinedByChord({ predictor: model, pool, learner });
      const [actual, wanted] = [await refined.predictDataset?.(half), await refined.predict(subset)];
      actual?.forEach((value, j) => assert.ok(Math.abs(value - wanted[j]) < 1e-5));
      assert.equal(actual?.length, p);
    });

    it('predicts each subset the same in any batch, and with the same seed to the same bytes', async () => {
      const all = model.predict(held.subsets);
      for (const b of [0, 57]) {
        const alone = model.predict(takeSubsets(held.subsets, [b]));
        alone.forEach((value, j) => assert.ok(Math.abs(value - all[b * p + j]) < 1e-5));
      }
      const short = residualSettings({ method: 'Newton', steps: 1 }, { ...training, steps: 20 });
      const [first, second] = [
        await trainModelPred({ bank, settings: short, seed: 1 }),
        await trainModelPred({ bank, settings: short, seed: 1 }),
      ];
      assert.deepEqual(first.weights, second.weights);
      assert.deepEqual(first.predict(held.subsets), second.predict(held.subsets));
    });

    it('refuses what it has no base for', async () => {
      const refuses = (error: unknown, message: RegExp): boolean =>
        error instanceof InputError && message.test(error.message);
      const settings = residualSettings(chord, training);
      const scheduled = asScheduled(learner);
      await assert.rejects(trainModelPred({ bank: { ...bank, learner: scheduled }, settings, seed: 1 }), (error) =>
        refuses(error, /^A base that residuals are predicted from needs a learner with a convex objective/),
      );
      const unscaled = { ...settings, architecture: { ...improvedSettings().architecture, standardise: false } };
      await assert.rejects(trainModelPred({ bank, settings: unscaled, seed: 1 }), (error) =>
        refuses(error, /set standardise to true/),
      );
      assert.throws(
        () => model.predictWeights(new Float64Array(30).fill(0.5)),
        (error) => refuses(error, /whole subsets only/),
      );
      assert.throws(
        () => model.predict({ count: 1, poolSize: 30, weights: new Uint8Array(30).fill(2) }),
        (error) => refuses(error, /A subset has 60 points; .* predicts for 1 to 30/),
      );
    });
  });
}

describe('the spread of subset weights', () => {
  it('is (N − n)/n for n of N points, 0 for the whole pool, and larger for multisets', () => {
    const subsets = subsetsFromMembers(4, [[0], [1, 3], [0, 1, 2, 3], [0, 0, 1, 2]]);
    assert.deepEqual([...weightSpreads(subsets, 4)], [3, 1, 0, 0.5]);
  });
});
