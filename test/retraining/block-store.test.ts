import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from '../../src/control.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { inArithmetic } from '../../src/retraining/store/arithmetic.js';
import { buildBank } from '../../src/retraining/retrain-bank.js';
import { storedBankOptions as options } from './stored-bank.js';

describe('a bank in a store', function () {
  this.timeout(60_000);
  let store: string;
  beforeEach(() => (store = mkdtempSync(path.join(tmpdir(), 'modelpred-store-'))));
  afterEach(() => rmSync(store, { recursive: true, force: true }));

  const blocks = (): string[] => readdirSync(store).filter((name) => /^block-\d+\.bin$/.test(name));
  const canonical = (changes: object = {}) =>
    inArithmetic('canonical', () => buildBank({ ...options, pool: { ...options.pool }, ...changes }));
  const build = async (changes: object = {}) => {
    const seen: Progress[] = [];
    const bank = await buildBank({ ...options, store, onProgress: (progress) => seen.push(progress), ...changes });
    return { bank, found: seen.filter(({ detail }) => detail === 'found in the store').length };
  };

  it('is the bank without a store, in any blocks and workers, and is read back', async () => {
    const plain = await canonical({ blockSubsets: 1024 });
    assert.deepEqual((await build({ workers: 2 })).bank, plain);
    assert.equal(blocks().length, 7);
    const again = await build();
    assert.deepEqual(again.bank, plain);
    assert.equal(again.found, 7);
  });

  it('goes on after its process was killed, to the same bytes', async () => {
    const script = fileURLToPath(new URL('./killed-bank.js', import.meta.url));
    assert.equal(spawnSync(process.execPath, [script, store]).signal, 'SIGKILL');
    const finished = blocks().length;
    assert.ok(finished >= 2 && finished < 7, `${finished} blocks were finished`);
    const { bank, found } = await build();
    assert.equal(found, finished);
    assert.deepEqual(bank, await canonical());
  });

  it('keeps finished blocks when it is stopped', async () => {
    const abort = new AbortController();
    const onProgress = ({ done }: Progress) => done > 250 && abort.abort();
    await assert.rejects(buildBank({ ...options, store, signal: abort.signal, onProgress }), InterruptedError);
    assert.equal(blocks().length, 2);
  });

  it('refuses another retraining and says what differs', async () => {
    await build();
    const others: [RegExp, object][] = [
      [/another learner: .*"C":2.*, not .*"C":3/, { learner: logisticRegression({ C: 3 }) }],
      [/another tolerance: 1e-8, not 0.000001/, { tolerance: 1e-6 }],
      [/another size of blocks: 100, not 50/, { blockSubsets: 50 }],
      [/another arithmetic: "canonical", not "plain"/, { arithmetic: 'plain' }],
      [/another pool/, { pool: { ...options.pool, features: options.pool.features.map((value) => value + 1) } }],
      [/another set of subsets/, { subsets: { ...options.subsets, weights: options.subsets.weights.toReversed() } }],
    ];
    for (const [message, changes] of others) {
      await assert.rejects(build(changes), (error) => error instanceof InputError && message.test(error.message));
    }
  });

  it('refuses a damaged block or manifest', async () => {
    await build();
    const file = path.join(store, blocks()[3]);
    const bytes = readFileSync(file);
    for (const damaged of [bytes.subarray(0, -9), bytes.map((byte, k) => (k === 1000 ? byte ^ 1 : byte))]) {
      writeFileSync(file, damaged);
      await assert.rejects(build(), /block-000003.bin is damaged; delete this file/);
    }
    writeFileSync(path.join(store, 'manifest.json'), '{"format": 1');
    await assert.rejects(build(), /manifest.json is damaged/);
  });

  it('refuses impossible blocks and tolerances before it writes anything', async () => {
    for (const tolerance of [0, NaN]) await assert.rejects(build({ tolerance }), InputError);
    assert.deepEqual(readdirSync(store), []);
    for (const blockSubsets of [0, 1.5, NaN]) await assert.rejects(build({ blockSubsets }), InputError);
  });
});
