import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createLearner,
  fixedSizeSubsets,
  fullPool,
  initialParameters,
  InputError,
  InterruptedError,
  networkLearner,
  retrainInBlocks,
  retrainInWorkers,
  RetrainStatus,
  subsetsFromMembers,
  takeSubsets,
  trainNetwork,
  type Dataset,
  type NetworkLearnerOptions,
} from '../../../src/index.js';
import { relativeDifference } from '../../networks/networks.js';
import { cloudPool } from '../pools.js';

const pool = cloudPool({ size: 40, dimension: 6, classCount: 3, seed: 2 });
const options: NetworkLearnerOptions = {
  layers: [{ kind: 'dense', units: 5 }, { kind: 'tanh' }],
  optimiser: { kind: 'sgd', weightDecay: 1e-3 },
  learningRate: 0.1,
  schedule: 'cosine',
  steps: 40,
  batchSize: 8,
  seed: 3,
};
const learner = networkLearner(options);
const exact = networkLearner({ ...options, precision: 'float64' });
const subsets = fixedSizeSubsets({ poolSize: 40, size: 25, count: 7, seed: 1 });
const start = (points: Dataset): Float64Array => initialParameters(exact.network(points), 1);

describe('the network learner', () => {
  it('retrains to the end of its schedule, with the residual of its objective', async () => {
    const trained = await exact.retrain(pool, subsets);
    assert.ok(trained.status.every((status) => status === RetrainStatus.scheduleEnded));
    const gradients = exact.gradient(pool, subsets, trained.parameters);
    const p = trained.parameterCount;
    trained.residuals.forEach((residual, b) => {
      assert.equal(residual, Math.max(...gradients.subarray(b * p, (b + 1) * p).map(Math.abs)));
    });
    const weights = subsets.weights.subarray(0, 40);
    const { training, precision } = exact;
    const alone = await trainNetwork({ network: exact.network(pool), pool, training, weights, precision });
    assert.deepEqual(trained.parameters.subarray(0, p), alone);
  });

  it('gives the same bytes in any batch, block and worker, and from a store', async () => {
    const trained = await learner.retrain(pool, subsets);
    const two = await learner.retrain(pool, takeSubsets(subsets, [5, 2]));
    const p = trained.parameterCount;
    assert.deepEqual(two.parameters.subarray(0, p), trained.parameters.subarray(5 * p, 6 * p));
    const threads = await retrainInWorkers({ pool, learner, subsets, tolerance: 1, workers: 2 });
    assert.deepEqual(threads, trained);
    const directory = await mkdtemp(join(tmpdir(), 'networks-'));
    try {
      // Stores keep the canonical arithmetic, whatever this process computes with.
      const stored = async (store: string, blockSubsets: number): Promise<Float64Array> =>
        (await retrainInBlocks({ pool, learner, subsets, tolerance: 1, store: join(directory, store), blockSubsets }))
          .parameters;
      const parameters = await stored('threes', 3);
      assert.equal(relativeDifference(await stored('threes', 3), parameters), 0);
      assert.equal(relativeDifference(await stored('twos', 2), parameters), 0);
      assert.ok(relativeDifference(parameters, trained.parameters) < 1e-4);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('is made again from its name and hyper-parameters', async () => {
    const again = createLearner(JSON.parse(JSON.stringify(learner)) as typeof learner);
    assert.deepEqual(again.hyperparameters, learner.hyperparameters);
    const trained = await learner.retrain(pool, subsets);
    assert.deepEqual(await again.retrain(pool, subsets), trained);
  });

  it('has gradients, shares of points and a Gauss–Newton matrix that belong to its objective', () => {
    const theta = start(pool);
    const p = theta.length;
    const whole = fullPool(40);
    const gradient = exact.gradient(pool, whole, theta);
    const shares = exact.pointGradients(pool, theta);
    const sum = gradient.map((_, j) => shares.reduce((all, value, at) => (at % p === j ? all + value : all), 0));
    assert.ok(relativeDifference(sum, gradient) < 1e-12);
    for (const j of [0, 7, p - 1]) {
      const at = (step: number): number =>
        exact.objective(
          pool,
          whole,
          theta.map((value, k) => (k === j ? value + step : value)),
        )[0];
      assert.ok(Math.abs((at(1e-5) - at(-1e-5)) / 2e-5 - gradient[j]) < 1e-8);
    }
    const linear = networkLearner({ ...options, layers: [], precision: 'float64' });
    const at = initialParameters(linear.network(pool), 1);
    const hessian = linear.hessian(pool, new Uint8Array(40).fill(1), at);
    const column = at.map((_, k) => hessian[k * at.length + 4]);
    const [up, down] = [1e-5, -1e-5].map((step) =>
      linear.gradient(
        pool,
        whole,
        at.map((value, k) => (k === 4 ? value + step : value)),
      ),
    );
    assert.ok(
      relativeDifference(
        column,
        up.map((value, k) => (value - down[k]) / 2e-5),
      ) < 1e-8,
    );
  });

  it('scores as its probabilities do', () => {
    const probabilities = exact.probabilities(pool, start(pool));
    const { logLosses } = exact.scores(pool, start(pool));
    const losses = Array.from(pool.labels, (label, i) => -Math.log(probabilities[i * 3 + label]));
    assert.ok(Math.abs(losses.reduce((sum, loss) => sum + loss, 0) / 40 - logLosses[0]) < 1e-12);
  });

  it('stops short on request, fine-tunes, and refuses what cannot be', async () => {
    const short = await learner.retrain(pool, subsets, { maxIterations: 10 });
    assert.ok(short.status.every((status) => status === RetrainStatus.notConverged));
    const tuned = await learner.retrain(pool, subsets, { maxIterations: 0, from: short.parameters });
    assert.equal(relativeDifference(tuned.parameters, short.parameters), 0);
    const empty = await learner.retrain(pool, subsetsFromMembers(40, [[], [1, 2]]));
    assert.deepEqual([...empty.status], [RetrainStatus.missingClass, RetrainStatus.scheduleEnded]);
    assert.ok(Number.isNaN(empty.parameters[0]) && Number.isNaN(empty.residuals[0]));
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(learner.retrain(pool, subsets, { signal: abort.signal }), InterruptedError);
    const bad: readonly [Partial<NetworkLearnerOptions>, RegExp][] = [
      [{ steps: -1 }, /steps/],
      [{ learningRate: 0 }, /learningRate/],
      [{ optimiser: { kind: 'sgd', momentum: 2 } }, /optimiser.momentum/],
      [{ bogus: 1 } as Partial<NetworkLearnerOptions>, /bogus/],
      [{ precision: 'float16' as 'float32' }, /float16/],
    ];
    for (const [change, message] of bad) {
      assert.throws(
        () => networkLearner({ ...options, ...change }),
        (error) => {
          assert.ok(error instanceof InputError);
          return message.test(error.message);
        },
      );
    }
    const odd = networkLearner({ ...options, layers: [{ kind: 'dens' as 'dense', units: 3 }] });
    assert.throws(() => odd.parameterCount(pool), /There is no layer "dens".*dense/);
  });
});
