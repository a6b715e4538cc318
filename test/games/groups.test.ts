import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import {
  banzhaf,
  exactSemivalues,
  groupGame,
  groupsBy,
  groupValues,
  memberGame,
  sampleBudget,
  shapley,
  subsetsOfGroups,
  votingGame,
} from '../../src/games/index.js';
import { InputError } from '../../src/errors.js';

describe('groups of players', () => {
  it('are made by equal keys, and their subsets hold all of their points', () => {
    const groups = groupsBy(['b', 'a', 'b', 'c']);
    assert.deepEqual(groups, { names: ['b', 'a', 'c'], groupOf: Int32Array.of(0, 1, 0, 2) });
    const { weights } = subsetsOfGroups(groups, { count: 2, poolSize: 3, weights: Uint8Array.of(1, 0, 3, 0, 1, 0) });
    assert.deepEqual([...weights], [1, 0, 1, 3, 0, 1, 0, 0]);
  });

  it('vote as one voter with the votes of all: exact values are those of the closed form', async () => {
    const votes = [4, 3, 2, 1, 1, 5, 2];
    const groups = groupsBy(['x', 'y', 'x', 'z', 'y', 'w', 'z']);
    const merged = votingGame([6, 4, 3, 5], 10);
    for (const semivalue of [shapley, banzhaf()]) {
      const { values, exact, sizes, method } = await groupValues({ game: votingGame(votes, 10), groups, semivalue });
      merged.exact(semivalue).forEach((value, g) => assert.ok(Math.abs(value - values[g]) < 1e-12));
      assert.ok(exact);
      assert.deepEqual(sizes, [2, 2, 2, 1]);
      assert.equal(method, `Exact ${semivalue.name} values of 4 groups, from all 16 coalitions.`);
    }
  });

  it('are worth the sum of their points where utilities add up, and share out the whole utility', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: -9, max: 9 })), { minLength: 1 }),
        async (points) => {
          const game = memberGame(points.length, (members) => members.reduce((sum, i) => sum + points[i][1], 7));
          const { values, names } = await groupValues({ game, groups: groupsBy(points.map(([key]) => key)) });
          names.forEach((name, g) => {
            const sum = points.reduce((total, [key, worth]) => total + (String(key) === name ? worth : 0), 0);
            assert.ok(Math.abs(values[g] - sum) < 1e-9);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('of one point each are the players themselves', async () => {
    const game = votingGame([3, 2, 2, 1], 5);
    const [alone] = await exactSemivalues({ game, semivalues: [shapley] });
    const [grouped] = await exactSemivalues({ game: groupGame(game, groupsBy([0, 1, 2, 3])), semivalues: [shapley] });
    assert.deepEqual(grouped.values, alone.values);
  });

  it('are sampled where there are many, said so, and need to be told when to stop', async () => {
    const game = votingGame([5, 4, 3, 2, 1], 8);
    const groups = groupsBy([0, 1, 2, 3, 3]);
    const few = { game, groups, enumerateUpTo: 3 };
    await assert.rejects(groupValues(few), InputError);
    const { values, standardErrors, exact, method } = await groupValues({ ...few, stop: sampleBudget(400) });
    votingGame([5, 4, 3, 3], 8)
      .exact(shapley)
      .forEach((value, g) => assert.ok(Math.abs(value - values[g]) < 4 * standardErrors[g] + 1e-9));
    assert.ok(!exact);
    assert.match(method, /^Estimated Shapley values of 4 groups, from 400 permutations\.$/);
  });

  it('that do not fit are refused in a sentence', async () => {
    const game = votingGame([1, 1], 1);
    await assert.rejects(groupValues({ game, groups: groupsBy([1]) }), /Groups of 1 points do not fit 2/);
    await assert.rejects(
      groupValues({ game, groups: { names: ['a'], groupOf: Int32Array.of(0, 1) } }),
      /Point 1 is in group 1/,
    );
    const misspelt = { game, groups: groupsBy([1, 2]), semivalues: shapley };
    await assert.rejects(groupValues(misspelt), /no option "semivalues"/);
  });
});
