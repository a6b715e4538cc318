import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '../../src/errors.js';
import { buildBank } from '../../src/retraining/retrain-bank.js';
import { inArithmetic } from '../../src/retraining/store/arithmetic.js';
import { openBankStore } from '../../src/retraining/store/bank-store.js';
import { frame, unframe } from '../../src/retraining/store/framed-file.js';
import { manifestHash, readManifest } from '../../src/retraining/store/manifest.js';
import { inspectBank, readBank } from '../../src/retraining/store/read-bank.js';
import { verifyBank } from '../../src/retraining/store/verify-bank.js';
import { failAt } from './failing-writes.js';
import { smallBankOptions as options } from './stored-bank.js';

describe('a bank that is never lost', function () {
  this.timeout(120_000);
  let root: string;
  let finished: string;
  before(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'modelpred-bank-'));
    finished = path.join(root, 'finished');
    await buildBank({ ...options, store: finished });
  });
  after(() => rmSync(root, { recursive: true, force: true }));

  const contents = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder)
        .sort()
        .map((name) => [name, readFileSync(path.join(folder, name), 'hex')]),
    );
  const copy = (name: string): string => {
    const folder = path.join(root, name);
    rmSync(folder, { recursive: true, force: true });
    cpSync(finished, folder, { recursive: true });
    return folder;
  };
  const sentence = (error: unknown): boolean => error instanceof InputError && /^[^\n]*\.$/.test(error.message);

  it('has the same bytes whichever write it was killed in', async () => {
    let survived = false;
    for (let n = 1; !survived; n++) {
      const folder = path.join(root, `killed-${n}`);
      const { restore, count } = failAt(n, 'death');
      try {
        await buildBank({ ...options, store: folder });
      } catch (error) {
        assert.match(String(error), /dead/);
      } finally {
        survived = count() < n;
        restore();
      }
      await buildBank({ ...options, store: folder });
      assert.deepEqual(contents(folder), contents(finished), `killed in write ${n}`);
      assert.ok(n < 200);
    }
  });

  it('has the same bytes after kill −9, again and again', () => {
    const script = fileURLToPath(new URL('./killed-writes.js', import.meta.url));
    const folder = path.join(root, 'killed');
    const signals = [5, 12, 9, 0].map((n) => spawnSync(process.execPath, [script, folder, String(n)]).signal);
    assert.deepEqual(signals, ['SIGKILL', 'SIGKILL', 'SIGKILL', null]);
    assert.deepEqual(contents(folder), contents(finished));
  });

  it('goes on to the same bytes after a full disk at any write, which it says in a sentence', async () => {
    let survived = false;
    for (let n = 1; !survived; n++) {
      const folder = path.join(root, `full-${n}`);
      const { restore, count } = failAt(n, 'full disk');
      try {
        await buildBank({ ...options, store: folder });
      } catch (error) {
        assert.ok(sentence(error) && /disk is full/.test(String(error)), String(error));
      } finally {
        survived = count() < n;
        restore();
      }
      await buildBank({ ...options, store: folder });
      assert.deepEqual(contents(folder), contents(finished));
    }
  });

  it('is refused at every length that a file is cut to, and with every byte changed', async () => {
    const damages = (bytes: Buffer): Buffer[] => [
      ...Array.from(bytes, (_, length) => bytes.subarray(0, length)),
      ...Array.from(bytes, (byte, k) => Buffer.from(bytes).fill(byte ^ (1 + (k % 255)), k, k + 1)),
    ];
    for (const name of readdirSync(finished)) {
      const bytes = readFileSync(path.join(finished, name));
      const read = (damaged: Buffer): unknown =>
        name === 'manifest.json' ? readManifest(damaged, name) : unframe(damaged, name, 'delete it');
      read(bytes);
      const all = damages(bytes);
      for (const damaged of all) assert.throws(() => read(damaged), sentence);
      // And so is the whole bank.
      const folder = copy('damaged');
      for (const damaged of all.filter((_, k) => k % 97 === 0)) {
        writeFileSync(path.join(folder, name), damaged);
        await assert.rejects(readBank(folder), sentence, `${name}, ${damaged.length} of ${bytes.length} bytes`);
      }
    }
  });

  it('is one bank, in the same bytes, when two processes build it at once', async () => {
    const script = fileURLToPath(new URL('./killed-writes.js', import.meta.url));
    const folder = path.join(root, 'shared');
    const run = () =>
      new Promise<number | null>((resolve) =>
        spawn(process.execPath, [script, folder, '0'], { stdio: 'ignore' }).on('exit', resolve),
      );
    assert.deepEqual(await Promise.all([run(), run()]), [0, 0]);
    assert.deepEqual(contents(folder), contents(finished));
  });

  it('refuses the rows of another data set', async () => {
    const labels = options.pool.labels.map((label, i) => (i === 0 ? 1 - label : label));
    const other = { ...options, pool: { ...options.pool, labels }, store: copy('other') };
    await assert.rejects(buildBank(other), (error) => sentence(error) && /another pool/.test(String(error)));
    // A block of another bank, whole in itself, does not belong either.
    const another = path.join(root, 'another');
    await buildBank({ ...options, tolerance: 1e-7, store: another });
    cpSync(path.join(another, 'block-000001.bin'), path.join(other.store, 'block-000001.bin'));
    await assert.rejects(readBank(other.store), (error) => sentence(error) && /another bank/.test(String(error)));
  });

  it('is read back as it was built, and as far as it goes', async () => {
    const bank = await readBank(finished);
    const built = await inArithmetic('canonical', () => buildBank({ ...options, pool: { ...options.pool } }));
    assert.deepEqual(bank.parameters, built.parameters);
    assert.deepEqual(bank.subsets, built.subsets);
    assert.equal(bank.learner.name, built.learner.name);
    const folder = copy('short');
    rmSync(path.join(folder, 'block-000001.bin'));
    await assert.rejects(readBank(folder), /1 of 3 blocks .* are missing/);
    assert.equal((await readBank(folder, { partial: true })).subsets.count, 4);
    assert.deepEqual((await inspectBank(folder)).stored, [0, 2]);
    await assert.rejects(readBank(root), /There is no bank in/);
  });

  it('is verified by retraining, which finds a single changed number behind a right checksum', async () => {
    const receipt = await verifyBank({ folder: finished, blocks: 'all' });
    assert.ok(receipt.verified);
    assert.deepEqual(receipt.checked, [0, 1, 2]);
    assert.equal((await verifyBank({ folder: finished, blocks: 2, seed: 5 })).checked.length, 2);

    const folder = copy('forged');
    const file = path.join(folder, 'block-000001.bin');
    const { header, arrays } = unframe(readFileSync(file), file, '');
    const numbers = new DataView(arrays);
    numbers.setFloat64(8, numbers.getFloat64(8, true) * (1 + Number.EPSILON), true);
    writeFileSync(file, frame(header as object, [new Uint8Array(arrays)]));
    const found = await verifyBank({ folder, blocks: 'all' });
    assert.ok(!found.verified);
    assert.deepEqual(found.differing, [{ block: 1, row: 3, what: 'parameters' }]);
    await assert.rejects(verifyBank({ folder, blocks: 0 }), InputError);
  });

  it('says what its rows follow from', async () => {
    const { manifest } = await openBankStore(finished);
    assert.equal(manifest.arithmetic, 'canonical');
    assert.equal(manifest.subsets.count, 7);
    assert.match(manifestHash(manifest), /^[0-9a-f]{64}$/);
  });
});
