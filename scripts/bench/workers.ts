import { Worker } from 'node:worker_threads';
import { loadProblem } from '../../src/experiments/problems/problem.js';
import { uniformSizeSubsets } from '../../src/index.js';
import { retrainInWorkers } from '../../src/retraining/retrain-in-workers.js';
import { ratioOf, spreadOf, type Spread } from './measure.js';

/** How two workers do against one, beside how two independent busy loops do against one on the same machine. Wall time. */
export interface WorkerSpeed {
  readonly models: number;
  /** Two workers the first time, when their threads have to start unless an earlier measurement has left them; once. */
  readonly firstSeconds: number;
  readonly oneSeconds: Spread;
  readonly twoSeconds: Spread;
  /** Throughput of two workers over that of one. */
  readonly workersSpeedup: Spread;
  /** Throughput of two busy loops over that of one. */
  readonly loopsSpeedup: Spread;
  /** The first as a share of the second, repetition by repetition. */
  readonly share: Spread;
}

const busyLoop = `
  const { parentPort } = require('node:worker_threads');
  let x = 1;
  for (let i = 0; i < 1.5e9; i++) x = (x * 1664525 + 1013904223) | 0;
  parentPort.postMessage(x);
`;

/** Threads stay from one retraining to the next, so only the first one waits for them to start. */
export async function measureWorkers(
  models: number,
  repetitions: number,
  say: (text: string) => void,
): Promise<WorkerSpeed> {
  say(`two workers against one, ${models} models`);
  const { pool, learner, minimumSize } = await loadProblem('breast cancer');
  const subsets = uniformSizeSubsets({ poolSize: pool.size, count: models, minimumSize, seed: 1, labels: pool.labels });
  const retrain = (workers: number) =>
    seconds(() => retrainInWorkers({ pool, learner, subsets, tolerance: 1e-8, workers }));
  const firstSeconds = await retrain(2);
  await retrain(1);
  const one: number[] = [];
  const two: number[] = [];
  const loops: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    one.push(await retrain(1));
    two.push(await retrain(2));
    const alone = await seconds(loop);
    const together = await seconds(() => Promise.all([loop(), loop()]));
    loops.push((2 * alone) / together);
  }
  const speedups = one.map((value, k) => value / two[k]);
  return {
    models,
    firstSeconds,
    oneSeconds: spreadOf(one),
    twoSeconds: spreadOf(two),
    workersSpeedup: spreadOf(speedups),
    loopsSpeedup: spreadOf(loops),
    share: ratioOf(speedups, loops),
  };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await work();
  return (performance.now() - since) / 1000;
}

function loop(): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(busyLoop, { eval: true });
    worker.once('message', resolve).once('error', reject);
  });
}
