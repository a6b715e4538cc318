import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  airportGame,
  banzhaf,
  betaShapley,
  conditionalGame,
  exactSemivalues,
  leaveOneOutValues,
  memberGame,
  shapley,
  shoesGame,
  spanningTreeGame,
  trainingGame,
  votingGame,
  type ClosedFormGame,
  type Game,
  type Semivalue,
} from '../../src/games/index.js';
import { loadDataset, stratifiedSplit } from '../../src/data/index.js';
import { InputError } from '../../src/errors.js';
import { classWiseUtility, logLossUtility } from '../../src/evaluation/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { bernoulliSubsets, subsetsFromMembers } from '../../src/subsets/index.js';

const semivalues: Semivalue[] = [
  shapley,
  betaShapley(16, 1),
  betaShapley(1, 4),
  betaShapley(0.5, 2),
  banzhaf(),
  banzhaf(0.2),
];

const assertClose = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9, what = ''): void => {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++)
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `${what} player ${i}: ${actual[i]}, not ${expected[i]}`);
};

describe('semivalues', () => {
  it('have weights that are not negative and add up to 1, also of thousands of players', () => {
    for (const semivalue of semivalues)
      for (const n of [1, 2, 7, 5000]) {
        const weights = semivalue.weights(n);
        assert.equal(weights.length, n);
        assert.ok(weights.every((weight) => weight >= 0));
        assertClose([weights.reduce((a, b) => a + b, 0)], [1], 1e-9, `${semivalue.name} of ${n}`);
      }
  });

  it('Beta(1, 1) is the Shapley value, and larger α counts small subsets more', () => {
    assertClose(betaShapley(1, 1).weights(30), shapley.weights(30), 1e-12);
    const small = betaShapley(4, 1).weights(10);
    for (let j = 1; j < 10; j++) assert.ok(small[j] < small[j - 1]);
    assertClose(betaShapley(1, 4).weights(10).reverse(), small, 1e-12);
  });

  it('Beta(4, 2) of four players has the weights of its formula', () => {
    // C(3, j)·B(j + 2, 7 − j) / B(4, 2), B(a, b) = (a − 1)!(b − 1)!/(a + b − 1)!
    const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
    const beta = (a: number, b: number): number => (factorial(a - 1) * factorial(b - 1)) / factorial(a + b - 1);
    const choose = [1, 3, 3, 1];
    assertClose(
      betaShapley(4, 2).weights(4),
      choose.map((c, j) => (c * beta(j + 2, 3 - j + 4)) / beta(4, 2)),
      1e-12,
    );
  });

  it('refuse parameters that give no weights', () => {
    assert.throws(() => betaShapley(0, 1), InputError);
    assert.throws(() => banzhaf(1), InputError);
  });
});

describe('closed forms of games', () => {
  const matches = async (game: ClosedFormGame): Promise<void> => {
    const found = await exactSemivalues({ game, semivalues });
    semivalues.forEach((semivalue, s) =>
      assertClose(game.exact(semivalue), found[s].values, 1e-9, `${game.name}, ${semivalue.name},`),
    );
  };
  const games: [string, fc.Arbitrary<ClosedFormGame>][] = [
    [
      'voting',
      fc
        .tuple(
          fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 7 }),
          fc.integer({ min: 1, max: 40 }),
        )
        .map(([votes, quota]) => votingGame(votes, quota)),
    ],
    ['airport', fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 7 }).map(airportGame)],
    [
      'shoes',
      fc
        .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 4 }))
        .map(([left, right]) => shoesGame(left, right)),
    ],
    [
      'minimum spanning tree',
      fc
        .tuple(fc.array(fc.integer({ min: 3, max: 9 }), { minLength: 1, maxLength: 7 }), fc.integer({ min: 0, max: 3 }))
        .map(([costs, link]) => spanningTreeGame(costs, link)),
    ],
  ];
  for (const [name, arbitrary] of games)
    it(`${name}: equal enumeration to 1e-9 for every semivalue`, async () => {
      await fc.assert(fc.asyncProperty(arbitrary, matches), { numRuns: 40 });
    });

  it('textbook numbers: voting [51; 50, 30, 20] and two left shoes with one right shoe', () => {
    assertClose(votingGame([50, 30, 20], 51).exact(shapley), [4 / 6, 1 / 6, 1 / 6]);
    assertClose(votingGame([50, 30, 20], 51).exact(banzhaf()), [3 / 4, 1 / 4, 1 / 4]);
    assertClose(shoesGame(2, 1).exact(shapley), [1 / 6, 1 / 6, 4 / 6]);
  });

  it('unanimity: the Shapley value shares 1 equally among those that are needed', () => {
    assertClose(votingGame([1, 1, 1, 0, 0], 3).exact(shapley), [1 / 3, 1 / 3, 1 / 3, 0, 0]);
  });

  it('refuse games that are none', () => {
    assert.throws(() => votingGame([1.5], 1), InputError);
    assert.throws(() => votingGame([1], 0), InputError);
    assert.throws(() => airportGame([1, -1]), InputError);
    assert.throws(() => spanningTreeGame([1, 5], 2), InputError);
  });
});

describe('exact semivalues', () => {
  const randomGame = (n: number, utilities: readonly number[]): Game =>
    memberGame(n, (members) => utilities[members.reduce((set, i) => set + 2 ** i, 0)]);
  const utilitiesOfSize = (n: number): fc.Arbitrary<number[]> =>
    fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 2 ** n, maxLength: 2 ** n });

  it('share out U(all) − U(none) where the value is Shapley’s', async () => {
    await fc.assert(
      fc.asyncProperty(utilitiesOfSize(5), async (utilities) => {
        const [{ values }] = await exactSemivalues({ game: randomGame(5, utilities), semivalues: [shapley] });
        assertClose([values.reduce((a, b) => a + b, 0)], [utilities[31] - utilities[0]]);
      }),
      { numRuns: 25 },
    );
  });

  it('are additive in the game, and permuting players permutes values', async () => {
    await fc.assert(
      fc.asyncProperty(utilitiesOfSize(4), utilitiesOfSize(4), async (first, second) => {
        const valuesOf = async (game: Game): Promise<Float64Array[]> =>
          (await exactSemivalues({ game, semivalues })).map(({ values }) => values);
        const a = await valuesOf(randomGame(4, first));
        const b = await valuesOf(randomGame(4, second));
        const sum = await valuesOf(
          randomGame(
            4,
            first.map((utility, set) => utility + second[set]),
          ),
        );
        const reversed = await valuesOf(
          memberGame(4, (members) => first[members.reduce((set, i) => set + 2 ** (3 - i), 0)]),
        );
        semivalues.forEach((_, s) => {
          assertClose(
            sum[s],
            a[s].map((value, i) => value + b[s][i]),
          );
          assertClose(reversed[s].slice().reverse(), a[s]);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('refuse too many players, and utilities that are not numbers', async () => {
    await assert.rejects(
      exactSemivalues({ game: airportGame(new Array<number>(21).fill(1)), semivalues: [shapley] }),
      InputError,
    );
    await assert.rejects(exactSemivalues({ game: memberGame(0, () => 0), semivalues: [shapley] }), InputError);
    await assert.rejects(
      exactSemivalues({ game: memberGame(2, () => NaN), semivalues: [shapley] }),
      /subset of 0 points is NaN/,
    );
    await assert.rejects(
      exactSemivalues({ game: { players: 2, utilities: () => new Float64Array(3) }, semivalues: [shapley] }),
      /3 utilities for 4 subsets/,
    );
  });
});

describe('leave-one-out values', () => {
  it('are what the whole loses without the point', async () => {
    const { values, standardErrors } = await leaveOneOutValues(airportGame([1, 4, 9]));
    assert.deepEqual([...values], [0, 0, 5]);
    assert.deepEqual([...standardErrors], [0, 0, 0]);
  });
});

describe('the game of a pool', () => {
  it('gives the utility of the retrained model, and that of knowing nothing where a class is missing', async () => {
    const learner = logisticRegression();
    const { train: pool, test } = stratifiedSplit(await loadDataset('iris'), { train: 12, test: 60, seed: 1 });
    const utility = logLossUtility({ learner, points: test });
    const retrain = async (subsets: Parameters<typeof learner.retrain>[1]): Promise<Float64Array> =>
      (await learner.retrain(pool, subsets)).parameters;
    const oneClass = [...pool.labels.keys()].filter((i) => pool.labels[i] === 0);
    const all = [...pool.labels.keys()];
    const subsets = subsetsFromMembers(pool.size, [[], oneClass, all, all.slice(1)]);
    const found = await trainingGame({ pool, parametersOf: retrain, utility }).utilities(subsets);
    assert.deepEqual([...found.subarray(0, 2)], [utility.uninformed, utility.uninformed]);
    assertClose(found.subarray(2), utility.evaluate(await retrain(subsetsFromMembers(pool.size, [all, all.slice(1)]))));
  });
});

describe('the game among some players', () => {
  it('is the mean over what others may be there, whoever of the players the environments hold', async () => {
    const game = memberGame(4, (members) => Math.hypot(...members.map((i) => i + 1)));
    const environments = subsetsFromMembers(4, [[0], [0, 3, 1], []]);
    const utilities = await conditionalGame({ game, players: [3, 1], environments }).utilities(
      subsetsFromMembers(2, [[], [0], [0, 1]]),
    );
    assertClose(utilities, [
      (1 + 1 + 0) / 3,
      (Math.hypot(4, 1) + Math.hypot(4, 1) + 4) / 3,
      (2 * Math.hypot(4, 1, 2) + Math.hypot(4, 2)) / 3,
    ]);
  });

  it('with every environment equally often has the values that averaging over environments gives', async () => {
    // Three of the five players, given each of the four subsets of the others.
    const game = airportGame([4, 1, 7, 3, 9]);
    const players = [0, 2, 3];
    const environments = subsetsFromMembers(5, [[], [1], [4], [1, 4]]);
    const [{ values }] = await exactSemivalues({
      game: conditionalGame({ game, players, environments }),
      semivalues: [shapley],
    });
    const expected = new Float64Array(3);
    for (let e = 0; e < 4; e++) {
      const alone = conditionalGame({
        game,
        players,
        environments: subsetsFromMembers(5, [[[], [1], [4], [1, 4]][e]]),
      });
      const [found] = await exactSemivalues({ game: alone, semivalues: [shapley] });
      found.values.forEach((value, k) => (expected[k] += value / 4));
    }
    assertClose(values, expected);
  });

  it('gives class-wise values, lowest for a point of another class with that label', async () => {
    const learner = logisticRegression();
    const { train: clean, test } = stratifiedSplit(await loadDataset('iris'), { train: 18, test: 90, seed: 2 });
    const ofClass = [...clean.labels.keys()].filter((i) => clean.labels[i] === 0);
    // A point of another class that is labelled as the first.
    const stranger = clean.labels.indexOf(1);
    const pool = { ...clean, labels: clean.labels.map((label, i) => (i === stranger ? 0 : label)) };
    const players = [...ofClass, stranger];
    const parametersOf = async (subsets: Parameters<typeof learner.retrain>[1]): Promise<Float64Array> =>
      (await learner.retrain(pool, subsets)).parameters;
    const game = conditionalGame({
      game: trainingGame({ pool, parametersOf, utility: classWiseUtility({ learner, points: test, classIndex: 0 }) }),
      players,
      environments: bernoulliSubsets({ poolSize: 18, count: 12, probability: 0.5, seed: 1 }),
    });
    const [{ values }] = await exactSemivalues({ game, semivalues: [shapley] });
    assert.equal(values.indexOf(Math.min(...values)), players.length - 1, String(values));
  });

  it('refuses players and environments that are not the game’s', () => {
    const game = airportGame([1, 2, 3]);
    const environments = subsetsFromMembers(3, [[]]);
    assert.throws(() => conditionalGame({ game, players: [3], environments }), InputError);
    assert.throws(() => conditionalGame({ game, players: [1, 1], environments }), InputError);
    assert.throws(() => conditionalGame({ game, players: [1], environments: subsetsFromMembers(2, [[]]) }), InputError);
    assert.throws(() => conditionalGame({ game, players: [1], environments: subsetsFromMembers(3, []) }), InputError);
  });
});
