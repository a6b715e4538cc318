import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { referenceSplit } from '../../../../src/data/reference-split.js';
import { applyScaling, fitScaling } from '../../../../src/data/scaling.js';
import { InputError, InterruptedError } from '../../../../src/errors.js';
import { relativeErrors } from '../../../../src/evaluation/parameter-error.js';
import { loadTensorFlow } from '../../../../src/numerics/backend.js';
import { learningRateAt } from '../../../../src/prediction/modelpred/training/adam.js';
import {
  modelPredLosses,
  improvedSettings,
  type ModelPredSettings,
  modelPredSettings,
} from '../../../../src/prediction/modelpred/settings.js';
import { splitRows } from '../../../../src/prediction/modelpred/training/training-loop.js';
import { trainModelPred } from '../../../../src/prediction/modelpred/training/train-modelpred.js';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { buildBank } from '../../../../src/retraining/retrain-bank.js';
import type { Bank } from '../../../../src/retraining/bank.js';
import type { Dataset } from '../../../../src/data/dataset.js';
import { uniformSizeSubsets } from '../../../../src/subsets/uniform-size.js';
import { cloudPool } from '../../../learners/pools.js';

const smallPool = (size: number, dimension: number, classCount: number, seed = 1): Dataset =>
  cloudPool({ size, dimension, classCount, seed });
const logisticBank = (pool: Dataset, count: number, seed: number): Promise<Bank> =>
  buildBank({
    pool,
    learner: logisticRegression(),
    subsets: uniformSizeSubsets({ poolSize: pool.size, count, minimumSize: 7, seed, labels: pool.labels }),
  });
const mean = (x: Float64Array): number => x.reduce((sum, v) => sum + v, 0) / x.length;

describe('training ModelPred', function () {
  this.timeout(60_000);
  const pool = smallPool(14, 2, 2);
  let bank: Bank;
  before(async () => {
    bank = await logisticBank(pool, 80, 2);
  });
  const short = (changes: Partial<ModelPredSettings['optimisation']> = {}): ModelPredSettings =>
    modelPredSettings('full', { steps: 12, batchSize: 16, validateEvery: 4, ...changes });
  const scratch = mkdtempSync(join(tmpdir(), 'modelpred-training-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));

  it('learns: far better than the mean parameters on subsets of Iris it has not seen', async () => {
    const { train: raw } = await referenceSplit('iris_authors');
    const iris = applyScaling(fitScaling(raw, 'max-norm'), raw);
    const irisBank = (count: number, seed: number) =>
      buildBank({
        pool: iris,
        learner: logisticRegression(),
        subsets: uniformSizeSubsets({ poolSize: iris.size, count, minimumSize: 7, seed, labels: iris.labels }),
      });
    const [known, held] = [await irisBank(1000, 3), await irisBank(200, 4)];
    const settings = modelPredSettings('parameter MSE', { steps: 250, validateEvery: 50 });
    const model = await trainModelPred({ bank: known, settings, seed: 1 });
    const p = 5;
    const average = Float64Array.from({ length: p }, (_, j) => mean(known.parameters.filter((__, k) => k % p === j)));
    const averages = held.parameters.map((_, k) => average[k % p]);
    const baseline = mean(relativeErrors({ predicted: averages, retrained: held.parameters, parameterCount: p }));
    const error = mean(
      relativeErrors({ predicted: model.predict(held.subsets), retrained: held.parameters, parameterCount: p }),
    );
    assert.ok(baseline > 0.4, `mean parameters ${baseline}`);
    assert.ok(error < 0.12, `error ${error}`);
    const errors = model.history.map(({ validationError }) => validationError ?? NaN);
    const best = model.history.find(({ step }) => step === model.bestStep);
    assert.equal(best?.validationError, Math.min(...errors));
  });

  it('predicts better with the improved network than with the authors’, at equal training', async () => {
    const [known, held] = [await logisticBank(pool, 400, 11), await logisticBank(pool, 100, 12)];
    const training = { steps: 300, batchSize: 64, validateEvery: 100 };
    const errors = [];
    for (const settings of [improvedSettings(training), modelPredSettings('parameter MSE', training)]) {
      const model = await trainModelPred({ bank: known, settings, seed: 1 });
      errors.push(
        mean(relativeErrors({ predicted: model.predict(held.subsets), retrained: held.parameters, parameterCount: 3 })),
      );
    }
    assert.ok(errors[0] < 0.8 * errors[1], errors.join(' against '));
  });

  it('gives the same bytes for the same seed and others for another', async () => {
    const weights = async (seed: number) => (await trainModelPred({ bank, settings: short(), seed })).weights;
    const first = await weights(1);
    assert.deepEqual(await weights(1), first);
    assert.notDeepEqual(await weights(2), first);
  });

  it('holds no tensor after a training or a prediction', async () => {
    const tf = await loadTensorFlow();
    const before = tf.memory();
    for (const loss of ['full', 'stationarity + utility, mean square'] as const) {
      const settings = { ...short(), loss: modelPredLosses[loss] };
      const model = await trainModelPred({ bank, settings, seed: 1 });
      model.predict(bank.subsets);
      model.predictDataset(pool);
    }
    assert.equal(tf.memory().numTensors, before.numTensors);
    assert.equal(tf.memory().numBytes, before.numBytes);
  });

  it('stops when validation stops improving, and keeps the weights from before', async () => {
    // So high a rate that training soon wanders about.
    const settings = short({ steps: 400, validateEvery: 2, patience: 3, learningRate: 0.02, schedule: 'constant' });
    const { history, bestStep } = await trainModelPred({ bank, settings, seed: 1 });
    const last = history.at(-1)?.step ?? 0;
    assert.ok(last < 400);
    assert.equal(last, bestStep + 6);
  });

  it('keeps the last weights where nothing is held out', async () => {
    const { history, bestStep } = await trainModelPred({ bank, settings: short(), seed: 1, validationFraction: 0 });
    assert.equal(bestStep, 12);
    assert.ok(history.every(({ validationError }) => validationError === null));
  });

  it('reports every step', async () => {
    const seen: string[] = [];
    await trainModelPred({
      bank,
      settings: short(),
      seed: 1,
      onProgress: ({ label, done, total, detail }) => seen.push(`${label} ${done}/${total} ${detail}`),
    });
    assert.equal(seen.length, 12);
    assert.match(seen[11], /^training ModelPred \(full\) 12\/12 loss [\d.]+, validation error [\d.]+$/);
  });

  describe('with checkpoints', () => {
    /** Trains until a step has been reported, then aborts. */
    const interruptAt = async (folder: string, step: number): Promise<void> => {
      const controller = new AbortController();
      const training = trainModelPred({
        bank,
        settings: short(),
        seed: 1,
        checkpoint: { folder, everySteps: 5 },
        signal: controller.signal,
        onProgress: ({ done }) => {
          if (done === step) controller.abort();
        },
      });
      await assert.rejects(training, InterruptedError);
    };
    const train = (folder: string, changes: Partial<Parameters<typeof trainModelPred>[0]> = {}) =>
      trainModelPred({ bank, settings: short(), seed: 1, checkpoint: { folder, everySteps: 5 }, ...changes });

    it('continues after interruptions to the bytes of an uninterrupted training', async () => {
      const whole = await trainModelPred({ bank, settings: short(), seed: 1 });
      const folder = join(scratch, 'resumed');
      await interruptAt(folder, 3);
      await interruptAt(folder, 9);
      const resumed = await train(folder);
      assert.deepEqual(resumed.weights, whole.weights);
      assert.deepEqual(resumed.history, whole.history);
      assert.equal(resumed.bestStep, whole.bestStep);
    });

    it('does not train again what is finished', async () => {
      const folder = join(scratch, 'finished');
      const first = await train(folder);
      const again = await train(folder, { onProgress: () => assert.fail('a step was taken') });
      assert.deepEqual(again.weights, first.weights);
    });

    it('refuses the checkpoint of another training, saying what differs', async () => {
      const folder = join(scratch, 'other');
      await interruptAt(folder, 3);
      const refused = (changes: Partial<Parameters<typeof trainModelPred>[0]>, what: string) =>
        assert.rejects(
          train(folder, changes),
          (error) => error instanceof InputError && error.message.includes(`its ${what} differs`),
        );
      await refused({ seed: 2 }, 'seed');
      await refused({ settings: short({ learningRate: 1e-4 }) }, 'settings');
      await refused({ bank: await logisticBank(pool, 80, 5) }, 'bankHash');
      await refused({ bank: await logisticBank(smallPool(14, 2, 2, 6), 80, 2) }, 'data');
      await refused({ validationFraction: 0.2 }, 'validationFraction');
    });

    it('refuses a damaged or truncated checkpoint', async () => {
      const folder = join(scratch, 'damaged');
      await interruptAt(folder, 3);
      const file = join(folder, 'checkpoint.modelpred');
      const intact = readFileSync(file);
      const flipped = Buffer.from(intact);
      flipped[flipped.length - 10] ^= 1;
      for (const bytes of [flipped, intact.subarray(0, intact.length - 4), intact.subarray(0, 40), Buffer.alloc(0)]) {
        writeFileSync(file, bytes);
        await assert.rejects(
          train(folder),
          (error) => error instanceof InputError && /is damaged or cut short; delete it/.test(error.message),
        );
      }
    });
  });

  describe('splits the bank', () => {
    it('into parts that share no subset, even where rows repeat', () => {
      fc.assert(
        fc.property(
          fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 3, maxLength: 3 }), {
            minLength: 20,
            maxLength: 60,
          }),
          fc.integer(),
          (rows, seed) => {
            const distinct = new Set(rows.map(String)).size;
            fc.pre(distinct > 4);
            const subsets = { count: rows.length, poolSize: 3, weights: Uint8Array.from(rows.flat()) };
            const { training, validation } = splitRows(subsets, 0.5, seed);
            assert.deepEqual(
              [...training, ...validation].sort((a, b) => a - b),
              rows.map((_, b) => b),
            );
            const trained = new Set(Array.from(training, (b) => String(rows[b])));
            assert.ok(validation.every((b) => !trained.has(String(rows[b]))));
            assert.ok(validation.length <= rows.length / 2 + 1);
          },
        ),
        { seed: 3 },
      );
    });

    it('but not one that is too small', () => {
      const subsets = { count: 3, poolSize: 1, weights: Uint8Array.of(1, 1, 1) };
      assert.throws(() => splitRows(subsets, 0.4, 1), /A bank of 3 subsets, 1 of them different, is too small/);
    });
  });

  it('has a schedule that rises to its highest rate at 30 % and falls to nothing', () => {
    const { optimisation } = modelPredSettings('parameter MSE', { steps: 1000, learningRate: 0.5 });
    const rates = Array.from({ length: 1000 }, (_, step) => learningRateAt(step, optimisation));
    assert.ok(Math.abs(rates[0] - 0.5 / 25) < 1e-12);
    assert.equal(rates.indexOf(Math.max(...rates)), 300);
    assert.equal(rates[300], 0.5);
    assert.ok(rates[999] < 1e-5);
    assert.ok(rates.every((rate, i) => i === 0 || (i <= 300 ? rate > rates[i - 1] : rate < rates[i - 1])));
    assert.equal(learningRateAt(7, { ...optimisation, schedule: 'constant' }), 0.5);
  });

  describe('refuses', () => {
    const refuses = (changes: Partial<Parameters<typeof trainModelPred>[0]>, message: RegExp) =>
      assert.rejects(
        trainModelPred({ bank, settings: short(), seed: 1, ...changes }),
        (error) => error instanceof InputError && message.test(error.message),
      );

    it('settings that cannot be used', async () => {
      await refuses({ settings: short({ steps: 0 }) }, /setting optimisation\.steps cannot be used/);
      await refuses({ settings: short({ learningRate: -1 }) }, /setting optimisation\.learningRate cannot be used/);
      const nothing = { ...modelPredLosses['parameter MSE'], parameterError: 0, l1: 1 };
      await refuses({ settings: { ...short(), loss: nothing } }, /nothing to learn from/);
      await refuses({ validationFraction: 1 }, /validationFraction is 1; it must be/);
      await refuses({ checkpoint: { folder: scratch, everySteps: 0 } }, /everySteps is 0/);
    });

    it('a bank with untrained rows or of the wrong shape', async () => {
      const parameters = bank.parameters.slice();
      parameters[7 * 3 + 1] = NaN;
      await refuses({ bank: { ...bank, parameters } }, /^Row 7 of the bank has no trained parameters/);
      await refuses({ bank: { ...bank, parameters: parameters.subarray(3) } }, /does not fit together: 80 subsets/);
    });

    it('penalties on standardised parameters', async () => {
      const settings = { ...improvedSettings({ steps: 2 }), loss: modelPredLosses.stationarity };
      await refuses({ settings }, /standardised parameters cannot be trained with .*set standardise to false/);
    });

    it('penalties for a learner whose derivatives are not written out', async () => {
      const learner = { ...bank.learner, name: 'ridge regression' };
      await refuses(
        { bank: { ...bank, learner } },
        /penalty needs derivatives .* "ridge regression".*give it weight 0/,
      );
    });

    it('to go on after divergence', async () => {
      await refuses({ settings: short({ learningRate: 1e30, schedule: 'constant' }) }, /diverged at step \d+ .*lower/);
    });

    it('subsets and points of another kind than the pool', async () => {
      const model = await trainModelPred({ bank, settings: short(), seed: 1 });
      assert.throws(
        () => model.predict({ count: 1, poolSize: 2, weights: Uint8Array.of(1, 1) }),
        /a pool of 2 points, but "clouds" has 14/,
      );
      assert.throws(() => model.predictDataset(smallPool(4, 3, 2)), /has 3 features, but .* with 2/);
      assert.throws(() => model.predictDataset(smallPool(4, 2, 3)), /has the classes .*label the points/);
    });
  });

  it('predicts a pool given as points as it predicts the full subset', async () => {
    for (const settings of [short(), improvedSettings({ steps: 12, batchSize: 16 })]) {
      const model = await trainModelPred({ bank, settings, seed: 1 });
      const full = model.predict({ count: 1, poolSize: 14, weights: new Uint8Array(14).fill(1) });
      assert.deepEqual(model.predictDataset(pool), full);
    }
  });

  it('predicts real-valued weights, 0 and 1 as subsets, and follows its gradient in them', async () => {
    const model = await trainModelPred({ bank, settings: improvedSettings({ steps: 12, batchSize: 16 }), seed: 1 });
    const weights = Float64Array.from(bank.subsets.weights.subarray(0, 28));
    const ofSubsets = model.predict(bank.subsets).subarray(0, 6);
    model.predictWeights(weights).forEach((value, k) => assert.ok(Math.abs(value - ofSubsets[k]) < 1e-6));
    const cotangent = Float64Array.of(1, -2, 0.5, 0, 1, 1);
    const gradient = model.weightGradient(weights, cotangent);
    const value = (h: number): number =>
      model
        .predictWeights(weights.map((w, k) => w + h * (1 + (k % 3))))
        .reduce((sum, output, k) => sum + output * cotangent[k], 0);
    const analytic = gradient.reduce((sum, g, k) => sum + g * (1 + (k % 3)), 0);
    assert.ok(Math.abs((value(0.02) - value(0)) / 0.02 - analytic) < 0.05 * Math.abs(analytic) + 1e-3);
    assert.throws(() => model.predictWeights(Float64Array.of(-1)), /Weight 0 is -1/);
    assert.throws(() => model.predictWeights(new Float64Array(15)), /15 weights are no whole rows of the 14 points/);
    assert.throws(() => model.weightGradient(weights, new Float64Array(5)), /cotangent has 5 numbers/);
  });

  it('describes points outside the pool by its model and size: half a pool as points is that subset', async () => {
    const model = await trainModelPred({ bank, settings: improvedSettings({ steps: 12, batchSize: 16 }), seed: 1 });
    const half = Uint8Array.from({ length: 14 }, (_, i) => (i < 7 ? 1 : 0));
    const points = { ...pool, size: 7, features: pool.features.slice(0, 14), labels: pool.labels.slice(0, 7) };
    const expected = model.predict({ count: 1, poolSize: 14, weights: half });
    model.predictDataset(points).forEach((value, j) => assert.ok(Math.abs(value - expected[j]) < 1e-5));
  });
});
