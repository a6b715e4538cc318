import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Progress } from '../../src/control.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import type { Learner } from '../../src/learners/learner.js';
import { buildBank } from '../../src/retraining/retrain-bank.js';
import { retrainInWorkers } from '../../src/retraining/retrain-in-workers.js';
import { uniformSizeSubsets } from '../../src/subsets/uniform-size.js';
import { cloudPool } from '../learners/pools.js';

const pool = cloudPool({ size: 60, dimension: 5, classCount: 3, seed: 1 });
// Some subsets lack a class: their rows must come back as such.
const subsets = uniformSizeSubsets({ poolSize: 60, count: 600, minimumSize: 2, seed: 2 });
const learner = logisticRegression({ C: 3 });
const options = { pool, learner, subsets, tolerance: 1e-8 };
const namingWorker = fileURLToPath(new URL('./naming-worker.js', import.meta.url));
const dyingWorker = fileURLToPath(new URL('./dying-worker.js', import.meta.url));

describe('retraining in workers', function () {
  this.timeout(60_000);

  it('gives the same bytes in 1, 2 and 8 workers as in this thread', async () => {
    const here = await learner.retrain(pool, subsets, { tolerance: 1e-8 });
    assert.ok(here.status.some((status) => status === 2) && here.status.some((status) => status === 0));
    for (const workers of [1, 2, 8]) assert.deepEqual(await retrainInWorkers({ ...options, workers }), here);
  });

  it('builds the same bank', async () => {
    const every = { pool, learner, subsets, missingClass: 'drop' } as const;
    assert.deepEqual(await buildBank({ ...every, workers: 2 }), await buildBank(every));
  });

  it('gives the block of a worker that ends to another one', async () => {
    const here = await learner.retrain(pool, subsets, { tolerance: 1e-8 });
    assert.deepEqual(await retrainInWorkers({ ...options, workers: 2 }, dyingWorker), here);
  });

  it('says which subsets end every worker', async () => {
    await assert.rejects(
      retrainInWorkers({ ...options, tolerance: 1e-5, workers: 2 }, dyingWorker),
      /Subsets 256 to 511 could not be retrained: their worker failed 3 times/,
    );
  });

  it('reports progress up to the end', async () => {
    const seen: Progress[] = [];
    await retrainInWorkers({ ...options, workers: 2, onProgress: (progress) => seen.push(progress) });
    assert.equal(seen.at(-1)?.done, 600);
    assert.ok(seen.length === 3 && seen.every(({ total }) => total === 600));
  });

  it('stops on request, and the next retraining finds other threads', async () => {
    const many = uniformSizeSubsets({ poolSize: 60, count: 20_000, minimumSize: 10, seed: 3 });
    const abort = new AbortController();
    const started = retrainInWorkers({
      ...options,
      subsets: many,
      workers: 2,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    await assert.rejects(started, InterruptedError);
    const here = await learner.retrain(pool, subsets, { tolerance: 1e-8 });
    assert.deepEqual(await retrainInWorkers({ ...options, workers: 2 }), here);
    const aborted = retrainInWorkers({ ...options, workers: 2, signal: AbortSignal.abort() });
    await assert.rejects(aborted, InterruptedError);
  });

  it('keeps its threads for the next retraining, of the same or another pool', async () => {
    const threads = async (from: typeof options): Promise<Set<number>> => {
      const { iterations } = await retrainInWorkers({ ...from, workers: 2 }, namingWorker);
      return new Set(iterations);
    };
    const first = await threads(options);
    const other = await threads({ ...options, pool: cloudPool({ size: 60, dimension: 5, classCount: 3, seed: 4 }) });
    assert.equal(first.size, 2);
    assert.deepEqual(other, first);
  });

  it('retrains a pool whose numbers were changed in place', async () => {
    const changing = cloudPool({ size: 60, dimension: 5, classCount: 3, seed: 5 });
    await retrainInWorkers({ ...options, pool: changing, workers: 2 });
    changing.features[7] += 1;
    const here = await learner.retrain(changing, subsets, { tolerance: 1e-8 });
    assert.deepEqual(await retrainInWorkers({ ...options, pool: changing, workers: 2 }), here);
    changing.labels[3] = (changing.labels[3] + 1) % 3;
    const relabelled = await learner.retrain(changing, subsets, { tolerance: 1e-8 });
    assert.deepEqual(await retrainInWorkers({ ...options, pool: changing, workers: 2 }), relabelled);
  });

  it('does not keep a program from ending', async () => {
    const program = fileURLToPath(new URL('./ending-program.js', import.meta.url));
    const since = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    assert.equal(stdout, 'done\n');
    assert.ok(performance.now() - since < 20_000, 'threads wait half a minute for the next retraining');
  });

  it('refuses what it cannot do in a sentence', async () => {
    await assert.rejects(retrainInWorkers({ ...options, workers: 0 }), InputError);
    const unknown: Learner = { ...learner, name: 'crystal ball' };
    await assert.rejects(retrainInWorkers({ ...options, learner: unknown, workers: 2 }), InputError);
    const hole = { ...pool, features: pool.features.map((value, k) => (k === 7 ? NaN : value)) };
    // Some of the workers are still starting when they are stopped, which must not end the process.
    for (let time = 0; time < 5; time++) {
      await assert.rejects(retrainInWorkers({ ...options, pool: hole, workers: 4 }), InputError);
    }
  });
});
