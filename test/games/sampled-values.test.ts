import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  absoluteError,
  airportGame,
  allOf,
  anyOf,
  banzhaf,
  banzhafValues,
  betaShapley,
  estimatedError,
  memberGame,
  permutationValues,
  prefixUtilities,
  rankStability,
  sampleBudget,
  shapley,
  shapleyValues,
  shoesGame,
  spanningTreeGame,
  trainingGame,
  votingGame,
  type ClosedFormGame,
  type Game,
  type PermutationValuesOptions,
  type SampledValues,
  type SamplingOptions,
} from '../../src/games/index.js';
import { loadDataset, stratifiedSplit } from '../../src/data/index.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { weightsPerSubset } from '../../src/games/semivalue.js';
import { logLossUtility } from '../../src/evaluation/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { bernoulliSubsets, drawPermutations } from '../../src/subsets/index.js';

const airport = airportGame([1, 3, 4, 7, 10, 12, 2, 9]);
const games: ClosedFormGame[] = [
  airport,
  votingGame([5, 4, 3, 2, 2, 1, 1, 1], 10),
  shoesGame(3, 5),
  spanningTreeGame([6, 3, 9, 4, 8, 5, 7, 3], 2),
];

interface Estimator {
  readonly name: string;
  readonly samples: number;
  readonly exact: (game: ClosedFormGame) => Float64Array;
  readonly estimate: (game: Game, options: SamplingOptions) => Promise<SampledValues>;
}
const permutations = (
  name: string,
  samples: number,
  settings: Omit<Parameters<typeof permutationValues>[0], 'game' | 'seed' | 'stop'>,
): Estimator => ({
  name,
  samples,
  exact: (game) => game.exact(settings.semivalue ?? shapley),
  estimate: (game, options) => permutationValues({ game, ...settings, ...options }),
});
const maximumSampleReuse = (name: string, samples: number, probability: number): Estimator => ({
  name,
  samples,
  exact: (game) => game.exact(banzhaf(probability)),
  estimate: (game, options) => banzhafValues({ game, probability, ...options }),
});
const estimators: Estimator[] = [
  permutations('Shapley, independent permutations', 60, {}),
  permutations('Shapley, antithetic pairs', 100, { sampling: 'antithetic' }),
  permutations('Shapley, stratified', 60, { sampling: 'stratified' }),
  permutations('Beta(4, 1)', 100, { semivalue: betaShapley(4, 1) }),
  permutations('Banzhaf from permutations', 100, { semivalue: banzhaf() }),
  maximumSampleReuse('Banzhaf, maximum-sample reuse', 400, 0.5),
  maximumSampleReuse('Banzhaf(0.3), maximum-sample reuse', 400, 0.3),
];

const estimatesOf = (
  estimate: Estimator['estimate'],
  game: Game,
  stop: SamplingOptions['stop'],
  more: Partial<SamplingOptions> = {},
): Promise<SampledValues> => estimate(game, { seed: 5, stop, ...more });

describe('sampled values', () => {
  for (const { name, samples, exact, estimate } of estimators) {
    it(`${name}: intervals cover closed forms as often as they should over 200 seeds`, async () => {
      let total = 0;
      let withinTwo = 0;
      let withinThree = 0;
      for (const [g, game] of games.entries()) {
        const truth = exact(game);
        for (let seed = 50 * g; seed < 50 * (g + 1); seed++) {
          const { values, standardErrors } = await estimate(game, { seed, stop: sampleBudget(samples) });
          for (let i = 0; i < truth.length; i++) {
            const error = Math.abs(values[i] - truth[i]);
            total++;
            withinTwo += Number(error <= 2 * standardErrors[i] + 1e-9);
            withinThree += Number(error <= 3 * standardErrors[i] + 1e-9);
          }
        }
      }
      assert.ok(withinTwo / total > 0.92 && withinTwo / total < 0.98, `two errors cover ${withinTwo / total}`);
      assert.ok(withinThree / total > 0.98, `three errors cover ${withinThree / total}`);
    });

    it(`${name}: going on from a shorter run gives the bytes of one run, whatever the batches`, async () => {
      const whole = await estimatesOf(estimate, airport, sampleBudget(23));
      const part = await estimatesOf(estimate, airport, sampleBudget(9));
      assert.deepEqual(await estimatesOf(estimate, airport, sampleBudget(23), { from: part }), whole);
      assert.equal(part.samples, 9);
    });
  }

  it('antithetic pairs and strata have smaller errors than as many independent permutations', async () => {
    const errorOf = async (sampling: 'independent' | 'antithetic' | 'stratified', samples: number): Promise<number> => {
      let squares = 0;
      const truth = airport.exact(shapley);
      for (let seed = 0; seed < 100; seed++) {
        const { values } = await permutationValues({ game: airport, sampling, seed, stop: sampleBudget(samples) });
        values.forEach((value, i) => (squares += (value - truth[i]) ** 2));
      }
      return squares;
    };
    const independent = await errorOf('independent', 40);
    assert.ok((await errorOf('antithetic', 20)) < 0.9 * independent);
    assert.ok((await errorOf('stratified', 10)) < 0.9 * independent);
  });

  it('from permutations are those of the same permutations summed at once', async () => {
    const learner = logisticRegression();
    const { train: pool, test } = stratifiedSplit(await loadDataset('iris'), { train: 9, test: 60, seed: 1 });
    const utility = logLossUtility({ learner, points: test });
    const parametersOf = async (subsets: Parameters<typeof learner.retrain>[1]): Promise<Float64Array> =>
      (await learner.retrain(pool, subsets)).parameters;
    const orders = drawPermutations({ poolSize: pool.size, count: 6, seed: 3 });
    const [utilities] = await prefixUtilities({ pool, permutations: orders, utilities: [utility], parametersOf });
    const expected = shapleyValues(orders, utilities);
    const game = trainingGame({ pool, parametersOf, utility });
    const found = await permutationValues({ game, seed: 3, stop: sampleBudget(6) });
    for (let i = 0; i < pool.size; i++) {
      assert.ok(Math.abs(found.values[i] - expected.values[i]) < 1e-6);
      assert.ok(Math.abs(found.standardErrors[i] - expected.standardErrors[i]) < 1e-6);
    }
    assert.equal(found.evaluations, 6 * 8);
  });

  it('by maximum-sample reuse are differences of means over the subsets with and without a point', async () => {
    const found = await banzhafValues({ game: airport, seed: 4, stop: sampleBudget(90) });
    const subsets = bernoulliSubsets({ poolSize: 8, count: 90, probability: 0.5, seed: 4 });
    const utilities = await airport.utilities(subsets);
    for (let i = 0; i < 8; i++) {
      const side = (inside: number): number[] => [...utilities].filter((_, b) => subsets.weights[b * 8 + i] === inside);
      const mean = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;
      const variance = (numbers: number[]): number =>
        numbers.reduce((sum, u) => sum + (u - mean(numbers)) ** 2, 0) / (numbers.length - 1) / numbers.length;
      assert.ok(Math.abs(found.values[i] - (mean(side(1)) - mean(side(0)))) < 1e-9);
      assert.ok(Math.abs(found.standardErrors[i] - Math.sqrt(variance(side(1)) + variance(side(0)))) < 1e-9);
    }
    assert.ok(Number.isNaN((await banzhafValues({ game: airport, seed: 4, stop: sampleBudget(1) })).values[0]));
  });

  it('add up to U(all) − U(none) for the Shapley value, whatever the sampling', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer(),
        fc.constantFrom('independent' as const, 'antithetic' as const, 'stratified' as const),
        async (seed, sampling) => {
          const { values } = await permutationValues({ game: airport, sampling, seed, stop: sampleBudget(3) });
          assert.ok(Math.abs(values.reduce((a, b) => a + b, 0) - 12) < 1e-9);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of a truncated permutation: what comes after it is as good as the whole contributes nothing', async () => {
    // Everything is there once four points are.
    const game = memberGame(40, (members) => Math.min(4, members.length));
    const settings = { game, seed: 2, stop: sampleBudget(20) };
    const whole = await permutationValues(settings);
    const truncated = await permutationValues({ ...settings, truncation: 0 });
    assert.deepEqual(truncated.values, whole.values);
    assert.ok(truncated.evaluations < whole.evaluations / 2, `${truncated.evaluations} of ${whole.evaluations}`);
    const early = await permutationValues({ ...settings, truncation: 1 });
    assert.ok(Math.abs(early.values.reduce((a, b) => a + b, 0) - 3) < 1e-9);
  });
});

describe('stopping rules', () => {
  const estimate = (stop: SamplingOptions['stop']): Promise<SampledValues> =>
    permutationValues({ game: airport, seed: 8, stop });
  const reached = ({ standardErrors }: SampledValues): number => 1.96 * Math.max(...standardErrors);

  it('estimated error: at the first sample where all standard errors are that small', async () => {
    const found = await estimate(estimatedError(0.7));
    assert.ok(reached(found) <= 0.7);
    assert.ok(reached(await estimate(sampleBudget(found.samples - 1))) > 0.7);
  });

  /** Worth 1 only to players 0 and 1 together without any other: of ten, 1/90 to each of them and −1/360 to each other one. */
  const rarePair = (n: number): ClosedFormGame => ({
    name: `a pair among ${n}`,
    ...memberGame(n, (members) => Number(members.length === 2 && members[1] === 1), [0, 1]),
    exact(semivalue) {
      const [, one, two] = weightsPerSubset(semivalue, n);
      return Float64Array.from({ length: n }, (_, i) => (i < 2 ? one : -two));
    },
  });

  const cases: readonly [ClosedFormGame, number, Partial<PermutationValuesOptions>][] = [
    [rarePair(5), 0.045, {}],
    [rarePair(4), 0.075, { sampling: 'antithetic' }],
    [votingGame([5, 4, 3, 2, 2, 1, 1, 1], 10), 0.2, {}],
    [airport, 2, {}],
    [shoesGame(3, 5), 0.6, { semivalue: betaShapley(2, 1) }],
    [spanningTreeGame([6, 3, 9, 4, 8, 5, 7, 3], 2), 7, { sampling: 'stratified' }],
  ];
  for (const [game, tolerance, settings] of cases) {
    it(`absolute error: all values within ${tolerance} for 95 % of 200 seeds at least (${game.name})`, async () => {
      const exact = game.exact(settings.semivalue ?? shapley);
      let kept = 0;
      for (let seed = 0; seed < 200; seed++) {
        const { values } = await permutationValues({ game, seed, stop: absoluteError(tolerance), ...settings });
        kept += Number(values.every((value, i) => Math.abs(value - exact[i]) <= tolerance));
      }
      assert.ok(kept >= 190, `${kept} of 200`);
    });
  }

  it('absolute error: also of Banzhaf values by maximum-sample reuse', async () => {
    for (const [game, tolerance] of [
      [rarePair(3), 0.3],
      [airport, 4],
    ] as const) {
      const exact = game.exact(banzhaf());
      let kept = 0;
      for (let seed = 0; seed < 200; seed++) {
        const { values } = await banzhafValues({ game, seed, stop: absoluteError(tolerance) });
        kept += Number(values.every((value, i) => Math.abs(value - exact[i]) <= tolerance));
      }
      assert.ok(kept >= 190, `${kept} of 200 (${game.name})`);
    }
  });

  it('absolute error: does not take what no sample has met for nothing, whatever is known of the range', async () => {
    const known = rarePair(10);
    const unknown: Game = { players: 10, utilities: (subsets) => known.utilities(subsets) };
    for (const game of [known, unknown]) {
      const { values, samples } = await permutationValues({ game, seed: 1, stop: absoluteError(0.01) });
      assert.ok(samples > 3000);
      assert.ok(Math.abs(values[0] - 1 / 90) <= 0.01);
    }
    const [surer, sure] = await Promise.all(
      [0.999, 0.95].map((confidence) =>
        permutationValues({ game: known, seed: 1, stop: absoluteError(0.03, { confidence }) }),
      ),
    );
    assert.ok(surer.samples > sure.samples);
  });

  it('absolute error: needs samples of a known range, and utilities within what the game states', async () => {
    const stop = absoluteError(0.1);
    await assert.rejects(permutationValues({ game: airport, seed: 1, stop, truncation: 0.1 }), /known range/);
    const lying = memberGame(3, (members) => members.length, [0, 2]);
    await assert.rejects(permutationValues({ game: lying, seed: 1, stop }), /A utility is 3, but .* 0 to 2/);
  });

  it('rank stability: when values from even and from odd samples are in about the same order', async () => {
    const found = await estimate(rankStability(0.95));
    assert.equal(found.samples % 8, 0);
    assert.ok(found.samples < 2000);
    const banzhafFound = await banzhafValues({ game: airport, seed: 8, stop: rankStability(0.9) });
    assert.ok(banzhafFound.halves.every((half) => half.every(Number.isFinite)));
  });

  it('"or" stops at the first of its rules, "and" when all hold', async () => {
    const precise = await estimate(estimatedError(0.7));
    const { samples } = precise;
    assert.equal((await estimate(anyOf(estimatedError(0.7), sampleBudget(samples + 9)))).samples, samples);
    assert.equal((await estimate(anyOf(estimatedError(0.7), sampleBudget(5)))).samples, 5);
    assert.equal((await estimate(allOf(estimatedError(0.7), sampleBudget(samples + 9)))).samples >= samples + 9, true);
  });

  it('take the rank of a single value for stable, equal ones only after many samples', async () => {
    for (const [players, samples] of [
      [1, 8],
      [3, 1000],
    ]) {
      const game = memberGame(players, (members) => members.length);
      const stop = anyOf(rankStability(0.99), sampleBudget(2000));
      assert.equal((await permutationValues({ game, seed: 1, stop })).samples, samples);
    }
  });

  it('refuse limits that make no sense', () => {
    for (const make of [
      () => sampleBudget(0),
      () => absoluteError(0),
      () => absoluteError(0.1, { confidence: 1 }),
      () => estimatedError(-1),
      () => rankStability(2),
      () => anyOf(),
      () => allOf(),
    ])
      assert.throws(make, InputError);
  });
});

describe('interrupted and resumed sampling', () => {
  const stop = sampleBudget(400);

  it('loses nothing: going on from the last estimate ends with the same bytes', async () => {
    const controller = new AbortController();
    let last: SampledValues | undefined;
    await assert.rejects(
      permutationValues({
        game: airport,
        seed: 1,
        stop,
        signal: controller.signal,
        onEstimate: (estimate) => {
          last = estimate;
          controller.abort();
        },
      }),
      InterruptedError,
    );
    assert.ok(last !== undefined && last.samples > 0 && last.samples < 400);
    const resumed = await permutationValues({ game: airport, seed: 1, stop, from: last });
    assert.deepEqual(resumed, await permutationValues({ game: airport, seed: 1, stop }));
  });

  it('refuses to go on with another seed or other settings', async () => {
    const from = await permutationValues({ game: airport, seed: 1, stop: sampleBudget(2) });
    await assert.rejects(permutationValues({ game: airport, seed: 2, stop, from }), /cannot be continued/);
    await assert.rejects(banzhafValues({ game: airport, seed: 1, stop, from }), InputError);
    const strata = { game: airport, seed: 1, stop, sampling: 'stratified' as const };
    await assert.rejects(permutationValues({ ...strata, strata: 9 }), InputError);
    await assert.rejects(permutationValues({ ...strata, truncation: -1 }), InputError);
  });
});
