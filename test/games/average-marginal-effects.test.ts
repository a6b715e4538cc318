import { strict as assert } from 'node:assert';
import {
  airportGame,
  averageMarginalEffect,
  averageMarginalEffects,
  exactSemivalues,
  memberGame,
  permutationValues,
  sampleBudget,
  shapley,
} from '../../src/games/index.js';
import { InputError, InterruptedError } from '../../src/errors.js';

const largestError = (values: Float64Array, expected: ArrayLike<number>): number =>
  values.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0);

describe('average marginal effects', () => {
  const airport = airportGame([1, 3, 4, 7, 10, 12, 2, 9]);

  it('as a semivalue are the mean over p of what a point adds when others join with probability p', async () => {
    const probabilities = [0.25, 0.7];
    // Player 0 adds 1, and 1 more if player 1 is in, which in turn adds only that.
    const game = memberGame(3, (members) => Number(members.includes(0)) * (1 + Number(members.includes(1))));
    const [{ values }] = await exactSemivalues({ game, semivalues: [averageMarginalEffect(probabilities)] });
    assert.ok(largestError(values, [1.475, 0.475, 0]) < 1e-12);
  });

  it('come near the Shapley value when p is spread over 0 … 1', () => {
    const effect = averageMarginalEffect(Array.from({ length: 1000 }, (_, k) => (k + 0.5) / 1000));
    assert.ok(largestError(airport.exact(effect), airport.exact(shapley)) < 1e-4);
  });

  it('from many subsets are near the exact ones', async () => {
    const { values } = await averageMarginalEffects({ game: airport, subsets: 20_000, seed: 1 });
    assert.ok(largestError(values, airport.exact(averageMarginalEffect())) < 0.2, String(values));
  });

  it('from fewer subsets than points find the few that matter, better than permutations of the same cost', async () => {
    // Two of 150 points matter alone, two together.
    const game = memberGame(150, (members) => {
      const [a, b, c, d] = [7, 40, 90, 149].map((i) => Number(members.includes(i)));
      return 2 * a - b + c * d;
    });
    const expected = new Float64Array(150);
    [2, -1, 0.5, 0.5].forEach((value, k) => (expected[[7, 40, 90, 149][k]] = value));
    const { values, strength } = await averageMarginalEffects({ game, subsets: 149, seed: 3 });
    assert.ok(strength > 0);
    const order = [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]));
    assert.deepEqual(
      order.slice(0, 4).sort((a, b) => a - b),
      [7, 40, 90, 149],
    );
    const sampled = await permutationValues({
      game,
      semivalue: averageMarginalEffect(),
      seed: 3,
      stop: sampleBudget(1),
    });
    const squares = (found: Float64Array): number =>
      found.reduce((sum, value, i) => sum + (value - expected[i]) ** 2, 0);
    assert.ok(squares(values) < squares(sampled.values), `${squares(values)} and ${squares(sampled.values)}`);
  });

  it('stop when asked to, and refuse what makes no sense', async () => {
    const options = { game: airport, subsets: 100, seed: 1 };
    await assert.rejects(averageMarginalEffects({ ...options, signal: AbortSignal.abort() }), InterruptedError);
    await assert.rejects(averageMarginalEffects({ ...options, subsets: 9 }), InputError);
    await assert.rejects(averageMarginalEffects({ ...options, probabilities: [0, 0.5] }), InputError);
    assert.throws(() => averageMarginalEffect([]), InputError);
  });
});
