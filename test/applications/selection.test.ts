import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  classSimilarities,
  facilityLocation,
  gradientSelection,
  greedySelection,
  lossUtility,
  lowCluster,
  predictedGame,
  type RelaxedGame,
} from '../../src/applications/index.js';
import { memberGame, trainingGame } from '../../src/games/index.js';
import { scaleToCappedSimplex } from '../../src/applications/selection/capped-simplex.js';
import { InputError } from '../../src/errors.js';
import { f1Score } from '../../src/evaluation/f1-score.js';
import { logLossUtility } from '../../src/evaluation/utility.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { multilayerPerceptron } from '../../src/learners/network/multilayer-perceptron.js';
import { randomStream } from '../../src/numerics/random.js';
import { improvedSettings, trainModelPred } from '../../src/prediction/modelpred/index.js';
import { buildBank } from '../../src/retraining/retrain-bank.js';
import { uniformSizeSubsets } from '../../src/subsets/index.js';
import { cloudPool } from '../learners/pools.js';

/** All sets of `count` of the numbers below n. */
function combinations(n: number, count: number): number[][] {
  if (count === 0) return [[]];
  if (n < count) return [];
  return [...combinations(n - 1, count), ...combinations(n - 1, count - 1).map((set) => [...set, n - 1])];
}
const coverage = (similarities: Float64Array, n: number, members: readonly number[]): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += members.reduce((most, j) => Math.max(most, similarities[i * n + j]), 0);
  return sum;
};
/** Every step computes the objective of every candidate anew. */
function plainGreedy(similarities: Float64Array, n: number, count: number): number[] {
  const chosen: number[] = [];
  while (chosen.length < count) {
    const candidates = Array.from({ length: n }, (_, j) => j).filter((j) => !chosen.includes(j));
    const values = candidates.map((j) => coverage(similarities, n, [...chosen, j]));
    chosen.push(candidates[values.indexOf(Math.max(...values))]);
  }
  return chosen;
}

describe('facility location', () => {
  const similarityMatrices = fc.integer({ min: 1, max: 8 }).chain((n) =>
    fc.record({
      n: fc.constant(n),
      count: fc.integer({ min: 1, max: n }),
      // Whole numbers, so that gains are exact and ties common.
      similarities: fc
        .array(fc.integer({ min: 0, max: 20 }), { minLength: n * n, maxLength: n * n })
        .map((numbers) => Float64Array.from(numbers)),
    }),
  );
  it('chooses lazily what plain greedy chooses, with the gains of the objective', () => {
    fc.assert(
      fc.property(similarityMatrices, ({ n, count, similarities }) => {
        const { order, gains } = facilityLocation(similarities, count);
        assert.deepEqual([...order], plainGreedy(similarities, n, count));
        order.forEach((_, k) => {
          const before = coverage(similarities, n, [...order.subarray(0, k)]);
          assert.equal(gains[k], coverage(similarities, n, [...order.subarray(0, k + 1)]) - before);
        });
      }),
    );
  });
  it('reaches at least 1 − 1/e of the best of all sets', () => {
    fc.assert(
      fc.property(similarityMatrices, ({ n, count, similarities }) => {
        const best = Math.max(...combinations(n, count).map((set) => coverage(similarities, n, set)));
        const reached = coverage(similarities, n, [...facilityLocation(similarities, count).order]);
        assert.ok(reached >= (1 - 1 / Math.E) * best - 1e-12);
      }),
    );
  });
  it('represents every class by its own points', () => {
    const pool = cloudPool({ size: 30, dimension: 3, classCount: 3, seed: 4 });
    const similarities = classSimilarities(pool);
    const { order } = facilityLocation(similarities, 3);
    assert.deepEqual([...order].map((point) => pool.labels[point]).sort(), [0, 1, 2]);
    const between = (i: number, j: number): number =>
      Math.hypot(...Array.from({ length: 3 }, (_, k) => pool.features[i * 3 + k] - pool.features[j * 3 + k]));
    const largest = Math.max(...similarities);
    for (const [i, j] of [
      [0, 3],
      [7, 25],
      [2, 2],
    ])
      assert.ok(Math.abs(similarities[i * 30 + j] - (largest - between(i, j))) < 1e-12);
    assert.equal(similarities[1], 0);
  });
  it('refuses what is no matrix of similarities, and sizes there are not', () => {
    assert.throws(() => facilityLocation(new Float64Array(5), 1), InputError);
    assert.throws(() => facilityLocation(Float64Array.of(1, NaN, 0, 1), 1), /similarity is NaN/);
    assert.throws(() => facilityLocation(new Float64Array(4), 3), /Cannot choose 3 of 2 points/);
  });
});

describe('greedy selection', () => {
  it('follows the largest utility step by step and goes on from given points', async () => {
    const worth = [3, -1, 4, 1, 5];
    const game = memberGame(5, (members) => members.reduce((sum, i) => sum + worth[i], 0));
    const free = await greedySelection({ game, count: 3 });
    assert.deepEqual([...free.order], [4, 2, 0]);
    assert.equal(free.utility, 12);
    assert.deepEqual([...(await greedySelection({ game, count: 3, start: [1] })).order], [1, 4, 2]);
    assert.equal((await greedySelection({ game, count: 1, start: [3] })).utility, 1);
  });
  it('finds a pair that only together is worth something when started with one of it', async () => {
    const game = memberGame(4, (members) => Number(members.includes(2) && members.includes(3)));
    assert.deepEqual([...(await greedySelection({ game, count: 2, start: [3] })).order], [3, 2]);
  });
  it('refuses starts that do not fit', async () => {
    const game = memberGame(3, (members) => members.length);
    for (const start of [[0, 0], [3], [0, 1, 2]])
      await assert.rejects(greedySelection({ game, count: 2, start }), /Cannot start 2 of 3 points/);
  });
});

describe('gradient selection', () => {
  /** Σ a_i·w_i + ½ w·Q·w, whose best k points depend on which others are chosen. */
  const quadraticGame = (n: number, seed: number): RelaxedGame => {
    const stream = randomStream(seed, 'quadratic game');
    const linear = Float64Array.from({ length: n }, () => stream.normal());
    const pairs = new Float64Array(n * n);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) pairs[i * n + j] = pairs[j * n + i] = i === j ? 0 : 0.3 * stream.normal();
    const slope = (weights: Float64Array, i: number): number =>
      weights.reduce((sum, weight, j) => sum + pairs[i * n + j] * weight, 0);
    return {
      players: n,
      utilities: (weights) =>
        Float64Array.from({ length: weights.length / n }, (_, b) => {
          const row = weights.subarray(b * n, (b + 1) * n);
          return row.reduce((sum, weight, i) => sum + weight * (linear[i] + slope(row, i) / 2), 0);
        }),
      gradients: (weights) => weights.map((_, i) => linear[i] + slope(weights, i)),
    };
  };
  const utilityOf = (game: RelaxedGame, members: Iterable<number>): number => {
    const weights = new Float64Array(game.players);
    for (const member of members) weights[member] = 1;
    return game.utilities(weights)[0];
  };

  it('takes the best points where they add up', async () => {
    const worth = [0.1, 2, -1, 0.3, 0.2, 1];
    const game: RelaxedGame = {
      players: 6,
      utilities: (weights) =>
        Float64Array.from({ length: weights.length / 6 }, (_, b) =>
          worth.reduce((sum, own, i) => sum + own * weights[b * 6 + i], 0),
        ),
      gradients: () => Float64Array.from(worth),
    };
    const { order, utility } = await gradientSelection({ game, count: 3, seed: 1 });
    assert.deepEqual([...order].sort(), [1, 3, 5]);
    assert.ok(Math.abs(utility - 3.3) < 1e-12);
  });
  it('comes near the best of all sets where points interact, and reports the utility of what it chose', async () => {
    let shortfalls = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const game = quadraticGame(12, seed);
      const { order, utility } = await gradientSelection({ game, count: 5, seed });
      assert.equal(new Set(order).size, 5);
      assert.ok(Math.abs(utility - utilityOf(game, order)) < 1e-12);
      const all = combinations(12, 5).map((set) => utilityOf(game, set));
      const best = Math.max(...all);
      const middle = all.sort((a, b) => a - b)[all.length / 2];
      if (utility < best - 1e-9) shortfalls++;
      assert.ok(utility >= best - 0.1 * (best - middle), `seed ${seed}: ${utility} of ${best}`);
    }
    assert.ok(shortfalls <= 3, `${shortfalls} of 10 not the best`);
  });
  it('lets a judge decide what is better', async () => {
    const game = quadraticGame(10, 3);
    // The judge wants the opposite, so no swap along the gradient is accepted: rounding the first ascent stays.
    const judge = memberGame(10, (members) => -utilityOf(game, members));
    const { order, utility } = await gradientSelection({ game, count: 4, seed: 1, starts: 1, judge });
    assert.ok(Math.abs(utility + utilityOf(game, order)) < 1e-12);
    const without = await gradientSelection({ game, count: 4, seed: 1, starts: 1 });
    assert.ok(without.utility >= -utility - 1e-12);
  });
  it('refuses numbers of starts, steps and rounds that are none', async () => {
    for (const options of [{ starts: 0 }, { steps: 1.5 }, { rounds: NaN }])
      await assert.rejects(gradientSelection({ game: quadraticGame(4, 1), count: 2, seed: 1, ...options }), InputError);
  });
  it('depends on the seed alone', async () => {
    const game = quadraticGame(12, 2);
    const [first, second] = [0, 1].map(() => gradientSelection({ game, count: 4, seed: 5 }));
    assert.deepEqual(await first, await second);
  });
  it('projects weights so that they add up with none above 1, keeping ratios below', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-6, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (numbers, share) => {
          const weights = Float64Array.from(numbers);
          const total = share * weights.length;
          scaleToCappedSimplex(weights, total);
          assert.ok(Math.abs(weights.reduce((sum, w) => sum + w, 0) - total) < 1e-6 * total);
          assert.ok(weights.every((w) => w >= 0 && w <= 1 + 1e-12));
          const free = [...weights.keys()].filter((i) => weights[i] < 1 - 1e-9);
          for (const i of free) {
            const ratio = weights[i] / numbers[i] / (weights[free[0]] / numbers[free[0]]);
            assert.ok(Math.abs(ratio - 1) < 1e-6);
          }
        },
      ),
    );
  });
});

describe('the game of predicted models', function () {
  this.timeout(30_000);
  const learner = logisticRegression({ C: 2 });
  const pool = cloudPool({ size: 24, dimension: 3, classCount: 2, seed: 1 });
  const validation = cloudPool({ size: 40, dimension: 3, classCount: 2, seed: 2 });

  it('has the loss of the validation points as its utility: C times the sum of log-losses', () => {
    const stream = randomStream(3);
    const parameters = Float64Array.from({ length: 3 * 4 }, () => stream.normal());
    const own = lossUtility({ learner, points: validation });
    const logLoss = logLossUtility({ learner, points: validation });
    own.evaluate(parameters).forEach((value, b) => {
      assert.ok(Math.abs(value - 2 * 40 * logLoss.evaluate(parameters)[b]) < 1e-9);
    });
    assert.ok(Math.abs(own.uninformed - 2 * 40 * logLoss.uninformed) < 1e-10);
    const gradient = own.gradient(parameters);
    const step = 1e-5;
    parameters.forEach((_, k) => {
      const value = (change: number): number =>
        own.evaluate(parameters.map((p, j) => (j === k ? p + change : p)))[Math.floor(k / 4)];
      assert.ok(Math.abs((value(step) - value(-step)) / (2 * step) - gradient[k]) < 1e-5);
    });
    const perceptron = multilayerPerceptron({ hidden: [4], seed: 1 });
    const weights = Float64Array.from({ length: perceptron.parameterCount(validation) }, () => stream.normal());
    const [mean] = lossUtility({ learner: perceptron, points: validation }).evaluate(weights);
    assert.ok(Math.abs(mean - logLossUtility({ learner: perceptron, points: validation }).evaluate(weights)[0]) < 1e-9);
  });

  it('gives gradients of the utility of predicted parameters that finite differences confirm', async () => {
    const subsets = uniformSizeSubsets({ poolSize: 24, count: 300, minimumSize: 6, labels: pool.labels, seed: 3 });
    const bank = await buildBank({ pool, learner, subsets });
    const settings = improvedSettings({ steps: 120, batchSize: 64, learningRate: 5e-3 });
    const model = await trainModelPred({ bank, settings, seed: 1 });
    const game = predictedGame({
      players: 24,
      predictor: model,
      utility: lossUtility({ learner, points: validation }),
    });
    const stream = randomStream(4);
    const weights = Float64Array.from({ length: 2 * 24 }, () => 0.2 + stream.uniform());
    const gradient = game.gradients(weights);
    // Along random directions, since single differences drown in the rounding of float32.
    for (let trial = 0; trial < 5; trial++) {
      const direction = Float64Array.from({ length: 24 }, () => stream.normal());
      for (const b of [0, 1]) {
        const along = (length: number): number =>
          game.utilities(weights.map((w, k) => (Math.floor(k / 24) === b ? w + length * direction[k % 24] : w)))[b];
        const slope = direction.reduce((sum, d, i) => sum + d * gradient[b * 24 + i], 0);
        const measured = (along(0.02) - along(-0.02)) / 0.04;
        assert.ok(Math.abs(measured - slope) < 0.02 + 0.02 * Math.abs(slope), `${measured}, gradient ${slope}`);
      }
    }
  });

  it('chooses points whose retrained model beats random choices, of a pool with planted errors', async () => {
    const labels = pool.labels.map((label, i) => (i % 6 === 0 ? 1 - label : label));
    const noisy = { ...pool, labels };
    const subsets = uniformSizeSubsets({ poolSize: 24, count: 400, minimumSize: 4, labels, seed: 5 });
    const bank = await buildBank({ pool: noisy, learner, subsets });
    const settings = improvedSettings({ steps: 200, batchSize: 64, learningRate: 5e-3 });
    const model = await trainModelPred({ bank, settings, seed: 1 });
    const utility = lossUtility({ learner, points: validation });
    const game = predictedGame({ players: 24, predictor: model, utility });
    const { order } = await gradientSelection({ game, count: 8, seed: 1 });
    const exact = trainingGame({
      pool: noisy,
      parametersOf: async (rows) => (await learner.retrain(noisy, rows)).parameters,
      utility,
    });
    const weights = new Uint8Array(101 * 24);
    for (const i of order) weights[i] = 1;
    for (let r = 1; r <= 100; r++)
      for (const i of randomStream(6, r).permutation(24).subarray(0, 8)) weights[r * 24 + i] = 1;
    const [chosen, ...random] = await exact.utilities({ count: 101, poolSize: 24, weights });
    assert.ok(random.filter((value) => value >= chosen).length <= 2);
  });
});

describe('flagging low values', () => {
  it('splits values where two clusters leave the least squared distances, whatever their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 9 }), (values) => {
        fc.pre(new Set(values).size > 1);
        const within = (cluster: readonly number[]): number => {
          const centre = cluster.reduce((a, b) => a + b, 0) / cluster.length;
          return cluster.reduce((sum, value) => sum + (value - centre) ** 2, 0);
        };
        const left = (isLow: (value: number) => boolean): number =>
          within(values.filter(isLow)) + within(values.filter((value) => !isLow(value)));
        const flags = lowCluster(values);
        const threshold = Math.max(...values.filter((_, i) => flags[i]));
        assert.deepEqual(
          flags,
          values.map((value) => value <= threshold),
        );
        const splits = values.filter((value) => value < Math.max(...values));
        const least = Math.min(...splits.map((split) => left((value) => value <= split)));
        assert.ok(left((value) => value <= threshold) <= least + 1e-9);
      }),
    );
    assert.throws(() => lowCluster([2, 2]), InputError);
  });
  it('is scored by F1', () => {
    assert.equal(f1Score([true, true, false, false], [true, false, true, false]), 0.5);
    assert.equal(f1Score([true, false], [true, false]), 1);
    assert.equal(f1Score([false, false], [true, false]), 0);
  });
});
