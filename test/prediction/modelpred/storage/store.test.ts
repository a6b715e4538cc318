import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 } from '../../../../src/data/files.js';
import { applyScaling, fitScaling } from '../../../../src/data/scaling.js';
import { InputError } from '../../../../src/errors.js';
import { logisticRegression } from '../../../../src/learners/linear/logistic-regression.js';
import { loadTensorFlow } from '../../../../src/numerics/backend.js';
import { encodePoints } from '../../../../src/prediction/modelpred/network/point-encoding.js';
import type { TrainedModelPred } from '../../../../src/prediction/modelpred/trained-modelpred.js';
import {
  improvedSettings,
  modelPredSettings,
  residualSettings,
} from '../../../../src/prediction/modelpred/settings.js';
import { loadModelPred, saveModelPred } from '../../../../src/prediction/modelpred/storage/store.js';
import { trainModelPred } from '../../../../src/prediction/modelpred/training/train-modelpred.js';
import { buildBank } from '../../../../src/retraining/retrain-bank.js';
import { uniformSizeSubsets } from '../../../../src/subsets/uniform-size.js';
import { cloudPool } from '../../../learners/pools.js';

describe('a stored ModelPred', function () {
  this.timeout(30_000);
  const raw = cloudPool({ size: 12, dimension: 2, classCount: 3, seed: 4 });
  const scaling = fitScaling(raw, 'standardise');
  const pool = applyScaling(scaling, raw);
  const learner = logisticRegression({ C: 2 });
  const subsets = uniformSizeSubsets({ poolSize: 12, count: 30, minimumSize: 6, seed: 1, labels: pool.labels });
  const scratch = mkdtempSync(join(tmpdir(), 'modelpred-store-'));
  const stored = join(scratch, 'stored');
  let model: TrainedModelPred;
  before(async () => {
    const bank = await buildBank({ pool, learner, subsets });
    const settings = modelPredSettings('stationarity', { steps: 6, batchSize: 8, validateEvery: 3 });
    model = await trainModelPred({ bank, settings, seed: 1 });
    await saveModelPred({ model, folder: stored, scaling });
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  let copies = 0;
  /** A copy of the stored folder to spoil. */
  const copy = (): string => {
    const folder = join(scratch, `copy-${++copies}`);
    cpSync(stored, folder, { recursive: true });
    return folder;
  };
  const contentsOf = (folder: string): string => {
    const { contents } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { contents: string };
    return join(folder, contents);
  };
  const changeManifest = (change: (manifest: Record<string, unknown>) => void): string => {
    const folder = copy();
    const file = join(folder, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    change(manifest);
    writeFileSync(file, JSON.stringify(manifest));
    return folder;
  };
  const refuses = (folder: string, message: RegExp, use: Partial<Parameters<typeof loadModelPred>[1]> = {}) =>
    assert.rejects(loadModelPred(folder, { pool, learner, ...use }), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.match(error.message, message);
      assert.ok(!error.message.includes('\n'));
      return true;
    });

  it('predicts, when loaded, exactly what it predicted before', async () => {
    const loaded = await loadModelPred(stored, { pool, learner, scaling });
    assert.deepEqual(loaded.predict(subsets), model.predict(subsets));
    assert.deepEqual(loaded.predictDataset(pool), model.predictDataset(pool));
    assert.deepEqual(loaded.provenance, model.provenance);
    assert.deepEqual(loaded.history, model.history);
    assert.equal(loaded.name, model.name);
  });

  it('predicts the same with model features, sizes, skip and standardised parameters', async () => {
    const bank = await buildBank({ pool, learner, subsets });
    const improved = await trainModelPred({ bank, settings: improvedSettings({ steps: 4, batchSize: 8 }), seed: 2 });
    const folder = join(scratch, 'improved');
    await saveModelPred({ model: improved, folder });
    const loaded = await loadModelPred(folder, { pool, learner });
    assert.deepEqual(loaded.predict(subsets), improved.predict(subsets));
    assert.deepEqual(loaded.predictDataset(pool), improved.predictDataset(pool));
  });

  it('predicts the same as a correction of a base', async () => {
    const bank = await buildBank({ pool, learner, subsets });
    const settings = residualSettings({ method: 'chord', steps: 1 }, { steps: 4, batchSize: 8 });
    const corrected = await trainModelPred({ bank, settings, seed: 2 });
    const folder = join(scratch, 'residual');
    await saveModelPred({ model: corrected, folder });
    // Another object with the same points, whose size path is not solved yet.
    const loaded = await loadModelPred(folder, { pool: { ...pool }, learner });
    assert.deepEqual(loaded.residual, corrected.residual);
    assert.deepEqual(loaded.predict(subsets), corrected.predict(subsets));
    assert.deepEqual(loaded.predictDataset(pool), corrected.predictDataset(pool));
  });

  it('is two layers models that the tensor library alone runs to the same parameters', async () => {
    const tf = await loadTensorFlow();
    const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
    const load = (network: string) => {
      const folder = join(contentsOf(stored), network);
      const json = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
        modelTopology: object;
        weightsManifest: { paths: string[]; weights: never[] }[];
      };
      assert.deepEqual(json.weightsManifest[0].paths, ['weights.bin']);
      const weightData = new Uint8Array(readFileSync(join(folder, 'weights.bin'))).buffer;
      return loadLayersModel(
        tf.io.fromMemory({
          modelTopology: json.modelTopology,
          weightSpecs: json.weightsManifest[0].weights,
          weightData,
        }),
      );
    };
    const [point, subset] = [await load('point-network'), await load('subset-network')];
    const actual = tf.tidy(() => {
      const points = tf.tensor2d(encodePoints(pool), [12, 5]);
      const pooled = tf.sum(point.predict(points) as typeof points, 0, true);
      return (subset.predict(pooled) as typeof points).dataSync();
    });
    point.dispose();
    subset.dispose();
    model.predictDataset(pool).forEach((value, j) => assert.ok(Math.abs(actual[j] - value) < 1e-6));
  });

  it('has the same bytes whenever it is stored, holds no tensor, and leaves nothing beside its folder', async () => {
    const tf = await loadTensorFlow();
    const before = tf.memory().numTensors;
    const again = join(scratch, 'again', 'model');
    await saveModelPred({ model, folder: again, scaling });
    await saveModelPred({ model, folder: again, scaling });
    await loadModelPred(again, { pool, learner });
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(readdirSync(join(scratch, 'again')), ['model']);
    for (const file of readdirSync(stored, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(json|bin)$/.test(file)) continue;
      assert.equal(sha256(readFileSync(join(again, file))), sha256(readFileSync(join(stored, file))), file);
    }
  });

  it('does not replace a folder of something else', async () => {
    const folder = join(scratch, 'precious');
    mkdirSync(folder);
    writeFileSync(join(folder, 'thesis.tex'), 'x');
    await assert.rejects(saveModelPred({ model, folder }), /is no stored ModelPred; name another folder/);
    assert.ok(existsSync(join(folder, 'thesis.tex')));
  });

  describe('is refused', () => {
    it('with other data', async () => {
      const labels = pool.labels.slice();
      labels[3] = (labels[3] + 1) % 3;
      await refuses(stored, /was trained on other data: "clouds" with hash \w{12}…, not "flipped" with hash/, {
        pool: { ...pool, name: 'flipped', labels },
      });
      await refuses(stored, /was trained on other data/, { pool: raw });
    });

    it('with another learner or other hyper-parameters', async () => {
      await refuses(
        stored,
        /trained for the learner logistic regression \(C = 2\), not for .* \(C = 1\); load it with/,
        {
          learner: logisticRegression({ C: 1 }),
        },
      );
      await refuses(stored, /not for linear SVM \(C = 2\)/, { learner: { ...learner, name: 'linear SVM' } });
    });

    it('with another scaling', async () => {
      await refuses(stored, /another scaling \(standardise\) than the given one \(max-norm\)/, {
        scaling: fitScaling(raw, 'max-norm'),
      });
      const unscaled = join(scratch, 'unscaled');
      await saveModelPred({ model, folder: unscaled });
      await refuses(unscaled, /no recorded scaling than the given one/, { scaling });
    });

    it('with a file that is truncated, changed or missing', async () => {
      for (const network of ['point-network', 'subset-network']) {
        for (const name of ['weights.bin', 'model.json']) {
          const damaged = copy();
          const file = join(contentsOf(damaged), network, name);
          const bytes = readFileSync(file);
          writeFileSync(file, bytes.subarray(0, bytes.length - 5));
          await refuses(damaged, new RegExp(`${network}/${name} is damaged or cut short`));
          bytes[10] ^= 1;
          writeFileSync(file, bytes);
          await refuses(damaged, new RegExp(`${network}/${name} is damaged or cut short`));
          rmSync(file);
          await refuses(damaged, new RegExp(`${network}/${name} is missing`));
        }
      }
    });

    it('with a manifest that is truncated, incomplete or missing', async () => {
      const cut = copy();
      const file = join(cut, 'manifest.json');
      writeFileSync(file, readFileSync(file).subarray(0, 200));
      await refuses(cut, /manifest\.json is damaged or cut short: it is not JSON/);
      rmSync(file);
      await refuses(cut, /is no stored ModelPred: it has no readable manifest\.json/);
      await refuses(join(scratch, 'nowhere'), /is no stored ModelPred/);
      await refuses(
        changeManifest((manifest) => delete manifest.provenance),
        /its entry "provenance" is wrong/,
      );
      await refuses(
        changeManifest((manifest) => {
          delete (manifest.files as Record<string, string>)['subset-network/weights.bin'];
        }),
        /does not list subset-network\/weights\.bin/,
      );
    });

    it('in the format of a later version', async () => {
      const later = changeManifest((manifest) => {
        manifest.formatVersion = 5;
        manifest.unheardOf = true;
      });
      await refuses(later, /was stored in format 5 by a later version of modelpred, this one reads format 4; update/);
    });
  });
});
