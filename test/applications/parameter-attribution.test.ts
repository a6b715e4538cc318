import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  banzhaf,
  exactSemivalues,
  leaveOneOutValues,
  permutationValues,
  sampleBudget,
  shapley,
  trainingGame,
} from '../../src/games/index.js';
import {
  contrastGame,
  leaveOneOutAttribution,
  parameterGame,
  permutationAttribution,
  type ParameterGame,
} from '../../src/applications/index.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { createLearner, logisticRegression } from '../../src/learners/index.js';
import { influencePredictor } from '../../src/prediction/index.js';
import { fullPool, subsetsFromMembers, type Subsets } from '../../src/subsets/index.js';
import { cloudPool } from '../learners/pools.js';

/** θ(S) by a formula on the members of S. */
function formulaGame(players: number, p: number, formula: (members: readonly number[]) => number[]): ParameterGame {
  return {
    players,
    parameterCount: p,
    parameters: ({ count, weights }: Subsets) =>
      Float64Array.from(
        Array.from({ length: count }, (_, b) =>
          formula(Array.from({ length: players }, (_, i) => i).filter((i) => weights[b * players + i] > 0)),
        ).flat(),
      ),
  };
}

const points = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
  minLength: 1,
  maxLength: 7,
});

/** The mean of the points, 0 of none: a learner whose attributions are known in closed form. */
const meanGame = (xs: readonly (readonly [number, number])[]): ParameterGame =>
  formulaGame(xs.length, 2, (members) =>
    [0, 1].map((j) => (members.length === 0 ? 0 : members.reduce((sum, i) => sum + xs[i][j], 0) / members.length)),
  );

/**
 * Shapley attribution of the mean. At position k a point moves the mean of random others by (x − m)/k, m the mean of all the
 * others; at the first it brings x: φ = x/N + (H_N − 1)/N·(x − m).
 */
function meanAttribution(xs: readonly (readonly [number, number])[]): number[] {
  const n = xs.length;
  const harmonic = xs.reduce((sum, _, k) => sum + 1 / (k + 1), 0);
  return xs.flatMap((x, i) =>
    x.map((value, j) => {
      const others = n === 1 ? value : xs.reduce((sum, y, k) => sum + (k === i ? 0 : y[j]), 0) / (n - 1);
      return value / n + ((harmonic - 1) / n) * (value - others);
    }),
  );
}

/** `N×p` exact values by enumeration, one parameter after the other. */
async function enumerate(game: ParameterGame, semivalue = shapley): Promise<Float64Array> {
  const { players: n, parameterCount: p } = game;
  const values = new Float64Array(n * p);
  for (let j = 0; j < p; j++) {
    const one = Array.from({ length: p }, (_, k) => Number(k === j));
    const [valuation] = await exactSemivalues({ game: contrastGame(game, one), semivalues: [semivalue] });
    valuation.values.forEach((value, i) => (values[i * p + j] = value));
  }
  return values;
}

function columnSums(values: Float64Array, p: number): Float64Array {
  const sums = new Float64Array(p);
  values.forEach((value, at) => (sums[at % p] += value));
  return sums;
}

const near = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  assert.equal(actual.length, expected.length);
  for (let k = 0; k < actual.length; k++)
    assert.ok(Math.abs(actual[k] - expected[k]) <= tolerance, `entry ${k}: ${actual[k]} is not ${expected[k]}`);
};

const pool = cloudPool({ size: 8, dimension: 2, classCount: 2, seed: 4 });
const learners = [logisticRegression(), createLearner({ name: 'ridge regression', hyperparameters: { C: 1 } })];

describe('attribution of parameters', () => {
  it('by enumeration is the closed form of the mean', () =>
    fc.assert(
      fc.asyncProperty(points, async (xs) => near(await enumerate(meanGame(xs)), meanAttribution(xs), 1e-10)),
      { numRuns: 30 },
    ));

  it('by permutations covers the closed form within two standard errors about 95 times in 100', async () => {
    const stream = Array.from({ length: 12 }, (_, i): [number, number] => [(i * 7) % 5, Math.sin(i)]);
    const expected = meanAttribution(stream);
    let covered = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const { values, standardErrors } = await permutationAttribution({
        game: meanGame(stream),
        seed,
        stop: sampleBudget(60),
      });
      covered += values.filter((value, k) => Math.abs(value - expected[k]) <= 2 * standardErrors[k]).length;
    }
    const share = covered / (40 * expected.length);
    assert.ok(share > 0.9 && share < 0.98, String(share));
  });

  it('of a sum of effects is each effect exactly, by any estimator', () =>
    fc.assert(
      fc.asyncProperty(points, fc.integer(), async (xs, seed) => {
        const game = formulaGame(xs.length, 2, (members) =>
          [0, 1].map((j) => 3 * j + members.reduce((sum, i) => sum + xs[i][j], 0)),
        );
        for (const sampling of ['independent', 'antithetic'] as const) {
          const { values, standardErrors } = await permutationAttribution({
            game,
            seed,
            sampling,
            stop: sampleBudget(3),
          });
          near(values, xs.flat(), 1e-12);
          near(standardErrors, new Float64Array(values.length), 1e-12);
        }
        near(await leaveOneOutAttribution(game), xs.flat(), 1e-12);
      }),
      { numRuns: 20 },
    ));

  for (const learner of learners)
    it(`of ${learner.name} agrees with enumeration and adds up to the trained parameters`, async () => {
      const game = parameterGame({ pool, learner });
      const p = game.parameterCount;
      const { parameters: full } = await learner.retrain(pool, fullPool(pool.size));
      const exact = await enumerate(game);
      near(columnSums(exact, p), full, 1e-10);
      const sampled = await permutationAttribution({ game, seed: 2, sampling: 'antithetic', stop: sampleBudget(400) });
      near(columnSums(sampled.values, p), full, 1e-10);
      exact.forEach((value, k) => {
        const errors = Math.abs(sampled.values[k] - value) / sampled.standardErrors[k];
        assert.ok(errors < 4.5, `entry ${k} is ${errors} standard errors off`);
      });
      assert.ok(sampled.standardErrors.every((error) => error > 0 && error < 0.1));
    });

  it('takes other semivalues', async () => {
    const game = parameterGame({ pool, learner: learners[1] });
    const sampled = await permutationAttribution({ game, seed: 1, semivalue: banzhaf(), stop: sampleBudget(400) });
    (await enumerate(game, banzhaf())).forEach((value, k) =>
      assert.ok(Math.abs(sampled.values[k] - value) < 4.5 * sampled.standardErrors[k]),
    );
  });

  it('gives each parameter the values of its own game, and a utility linear in θ its combination', async () => {
    const game = parameterGame({ pool, learner: learners[0] });
    const p = game.parameterCount;
    const coefficients = [2, -1, 0.5];
    const all = await permutationAttribution({ game, seed: 7, stop: sampleBudget(5) });
    const one = await permutationValues({
      game: contrastGame(game, coefficients),
      seed: 7,
      stop: sampleBudget(5),
    });
    near(
      one.values,
      Float64Array.from({ length: pool.size }, (_, i) =>
        coefficients.reduce((sum, c, j) => sum + c * all.values[i * p + j], 0),
      ),
      1e-12,
    );
    assert.equal(one.evaluations, all.evaluations);
  });

  it('does not depend on how points are numbered', async () => {
    const order = [3, 0, 6, 1, 7, 5, 2, 4];
    const moved = {
      ...pool,
      features: Float64Array.from(order.flatMap((i) => [...pool.features.subarray(2 * i, 2 * i + 2)])),
      labels: Uint8Array.from(order, (i) => pool.labels[i]),
    };
    const [before, after] = [
      await enumerate(parameterGame({ pool, learner: learners[0] })),
      await enumerate(parameterGame({ pool: moved, learner: learners[0] })),
    ];
    order.forEach((i, k) => near(after.subarray(3 * k, 3 * k + 3), before.subarray(3 * i, 3 * i + 3), 1e-7));
  });

  it('counts subsets that lack a class as θ = 0, which is what the log-loss of knowing nothing means', async () => {
    const game = parameterGame({ pool, learner: learners[0] });
    const [first, second] = [0, 1].map((k) => [...pool.labels.keys()].filter((i) => pool.labels[i] === k));
    const subsets = subsetsFromMembers(pool.size, [[], first, second, [...first, second[0]]]);
    const found = await game.parameters(subsets);
    near(found.subarray(0, 9), new Float64Array(9), 0);
    assert.ok(found.subarray(9).every((value) => value !== 0));
    const value = learners[0].probabilities(pool, new Float64Array(3));
    assert.ok(value.every((probability) => probability === 0.5));
  });

  it('by leaving points out is the retrained difference, and influences with that predictor', async () => {
    const [learner] = learners;
    const game = parameterGame({ pool, learner });
    const found = await leaveOneOutAttribution(game);
    const { parameters: full } = await learner.retrain(pool, fullPool(pool.size));
    const rest = subsetsFromMembers(pool.size, [[0, 1, 2, 4, 5, 6, 7]]);
    const { parameters: without } = await learner.retrain(pool, rest);
    near(
      found.subarray(9, 12),
      full.map((value, j) => value - without[j]),
      1e-12,
    );
    const influence = influencePredictor({ pool, learner, full });
    const byInfluence = await leaveOneOutAttribution(
      parameterGame({ pool, learner, parametersOf: (subsets) => influence.predict(subsets) }),
    );
    // First order in 1/N: near the exact change, here within half of the largest.
    const largest = Math.max(...found.map(Math.abs));
    near(byInfluence, found, largest / 2);
    const [value] = (
      await leaveOneOutValues(
        trainingGame({
          pool,
          parametersOf: async (subsets) => (await learner.retrain(pool, subsets)).parameters,
          utility: {
            name: 'second coefficient',
            uninformed: 0,
            evaluate: (parameters) => parameters.filter((_, k) => k % 3 === 1),
          },
        }),
      )
    ).values;
    assert.ok(Math.abs(value - found[1]) < 1e-12);
  });

  it('continues an estimate with the same bytes, and stops on request', async () => {
    const game = parameterGame({ pool, learner: learners[0] });
    const whole = await permutationAttribution({ game, seed: 3, stop: sampleBudget(9) });
    const start = await permutationAttribution({ game, seed: 3, stop: sampleBudget(4) });
    const continued = await permutationAttribution({ game, seed: 3, stop: sampleBudget(9), from: start });
    assert.deepEqual(continued, whole);
    await assert.rejects(permutationAttribution({ game, seed: 4, stop: sampleBudget(9), from: start }), InputError);
    const abort = new AbortController();
    abort.abort();
    await assert.rejects(
      permutationAttribution({ game, seed: 3, stop: sampleBudget(5000), signal: abort.signal }),
      InterruptedError,
    );
  });

  it('refuses numbers that do not fit', async () => {
    const short = { players: 3, parameterCount: 2, parameters: ({ count }: Subsets) => new Float64Array(count) };
    await assert.rejects(permutationAttribution({ game: short, seed: 1, stop: sampleBudget(1) }), InputError);
    const infinite = formulaGame(3, 1, (members) => [1 / members.length]);
    await assert.rejects(leaveOneOutAttribution({ ...infinite, parameters: () => Float64Array.of(NaN) }), InputError);
    await assert.rejects(permutationAttribution({ game: infinite, seed: 1, stop: sampleBudget(1) }), InputError);
    assert.throws(() => contrastGame(infinite, [1, 2]), InputError);
  });
});
