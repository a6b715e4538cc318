import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { root } from '../../kernels/modelpred/root.cjs';
import { loadDataset, selectClasses, takeRows, type Dataset } from '../../src/data/index.js';
import { InputError } from '../../src/errors.js';
import { logisticRegression } from '../../src/learners/index.js';
import { evaluateOnBank, lbfgsPredictor } from '../../src/prediction/index.js';
import { exportBank } from '../../src/retraining/exchange/export-bank.js';
import { importBank, readNpy, readNpz } from '../../src/retraining/exchange/import-bank.js';
import { decodeNpy, encodeNpy } from '../../src/retraining/exchange/npy.js';
import { buildBank } from '../../src/retraining/index.js';
import { smallBankOptions } from './stored-bank.js';

const fixture = (name: string) => readNpy(path.join(root, 'test/fixtures/numpy', `${name}.npy`));

/** Every fourth of the 100 points of two irises, as in scripts/reference/make_numpy_bank.py. */
async function quarter(): Promise<Dataset> {
  const points = selectClasses(await loadDataset('iris'), ['versicolor', 'virginica']);
  return takeRows(
    points,
    Array.from({ length: 25 }, (_, k) => 4 * k),
  );
}

describe('banks of other programs', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(path.join(tmpdir(), 'modelpred-exchange-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('come from masks and parameters that NumPy wrote, and predictions are scored on them', async () => {
    const learner = logisticRegression();
    const pool = await quarter();
    const [masks, parameters] = [await fixture('masks'), await fixture('parameters')];
    const bank = importBank({ pool, learner, masks, parameters });
    assert.deepEqual([bank.subsets.count, bank.subsets.poolSize], [6, 25]);
    assert.ok(bank.residuals.every((residual) => residual < 1e-6));
    const own = await buildBank({ pool, learner, subsets: bank.subsets });
    const exact = await evaluateOnBank({ bank, predictions: own.parameters });
    assert.ok(exact.worst < 1e-4 && exact.agreement === 1, `${exact.worst}`);
    await learner.sizePath?.(pool).prepare([16]);
    const predicted = await evaluateOnBank({ bank, predictions: lbfgsPredictor({ pool, learner, iterations: 4 }) });
    assert.ok(predicted.median > exact.median && predicted.median < 0.5);
    await assert.rejects(evaluateOnBank({ bank, predictions: own.parameters.slice(1) }), InputError);
    const lost = own.parameters.map((x, k) => (k === 7 ? NaN : x));
    await assert.rejects(evaluateOnBank({ bank, predictions: lost }), /row 1 is not finite/);
  });

  it('are the same in any type, byte order and order of numbers', async () => {
    const [masks, parameters] = [await fixture('masks'), await fixture('parameters')];
    assert.deepEqual(Array.from((await fixture('masks-int64-fortran')).values), Array.from(masks.values));
    assert.deepEqual(await fixture('parameters-big-endian'), parameters);
    const single = await fixture('parameters-float32');
    assert.deepEqual(single.values, parameters.values.map(Math.fround));
  });

  it('are read from archives that numpy.savez and numpy.savez_compressed wrote, and from no others', async () => {
    for (const name of ['bank', 'bank-compressed']) {
      const { masks, parameters } = await readNpz(path.join(root, `test/fixtures/numpy/${name}.npz`));
      assert.deepEqual(masks, await fixture('masks'));
      assert.deepEqual(parameters, await fixture('parameters'));
    }
    await assert.rejects(readNpz(path.join(root, 'test/fixtures/numpy/masks.npy')), /is not a \.npz file/);
  });

  it('that do not fit are refused in a sentence', async () => {
    const learner = logisticRegression();
    const pool = await quarter();
    const [masks, parameters] = [await fixture('masks'), await fixture('parameters')];
    const refused = (changes: object, message: RegExp) =>
      assert.throws(
        () => importBank({ pool, learner, masks, parameters, ...changes }),
        (error: Error) => error instanceof InputError && message.test(error.message),
      );
    refused({ masks: parameters }, /shape \(6, 5\); they need one row per model and 25 columns/);
    refused({ parameters: masks }, /6 masks of "logistic regression" on this pool need \(6, 5\)/);
    refused({ masks: { shape: [6, 25], values: new Float64Array(150).fill(0.5) } }, /hold 0.5 in row 0/);
    refused({ parameters: { shape: [6, 5], values: new Float64Array(30).fill(NaN) } }, /no trained parameters/);
    await assert.rejects(readNpy(path.join(folder, 'none.npy')), InputError);
  });

  it('get arrays back as they were, and files that are cut off or no arrays are refused', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 12 }), fc.integer({ min: 0, max: 200 }), (numbers, cut) => {
        const array = { shape: [numbers.length], values: Float64Array.from(numbers) };
        const bytes = encodeNpy(array);
        assert.deepEqual(decodeNpy(bytes, 'x.npy'), array);
        if (cut < bytes.length) assert.throws(() => decodeNpy(bytes.subarray(0, cut), 'x.npy'), InputError);
      }),
    );
    const text = encodeNpy({ shape: [1], values: Float64Array.of(1) })
      .toString('latin1')
      .replace('<f8', '<U2');
    assert.throws(() => decodeNpy(Buffer.from(text, 'latin1'), 'x.npy'), /numbers of the type "<U2"/);
  });

  it('take a bank as arrays or as a Parquet table', async () => {
    const bank = await buildBank(smallBankOptions);
    await exportBank({ bank, to: folder, format: 'npy' });
    const [masks, parameters] = await Promise.all(
      ['masks', 'parameters'].map((name) => readNpy(path.join(folder, `${name}.npy`))),
    );
    const again = importBank({ pool: bank.pool, learner: bank.learner, masks, parameters });
    assert.deepEqual({ ...again, residuals: bank.residuals }, bank);
    again.residuals.forEach((residual, b) => assert.ok(Math.abs(residual - bank.residuals[b]) < 1e-12));

    const archive = path.join(folder, 'bank.npz');
    await exportBank({ bank, to: archive, format: 'npz' });
    const arrays = await readNpz(archive);
    assert.deepEqual(
      importBank({ pool: bank.pool, learner: bank.learner, masks: arrays.masks, parameters: arrays.parameters }),
      again,
    );
    assert.deepEqual(arrays.residuals.values, bank.residuals);

    const file = path.join(folder, 'bank.parquet');
    await exportBank({ bank, to: file, format: 'parquet' });
    const bytes = readFileSync(file);
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      utf8: false,
    });
    assert.equal(rows.length, 7);
    assert.deepEqual(
      [0, 1, 2].map((j) => Number(rows[4][`theta_${j}`])),
      Array.from(bank.parameters.subarray(12, 15)),
    );
    assert.deepEqual(Array.from(rows[4].mask as Uint8Array), Array.from(bank.subsets.weights.subarray(48, 60)));
    await assert.rejects(
      exportBank({ bank, to: file, format: 'csv' as 'npy' }),
      /no format "csv"; choose one of npy, npz, parquet/,
    );
  });
});
