import { strict as assert } from 'node:assert';
import { prefixUtilities } from '../../src/games/index.js';
import { removalCurve } from '../../src/applications/index.js';
import { InputError, InterruptedError } from '../../src/errors.js';
import { loadDataset, stratifiedSplit } from '../../src/data/index.js';
import { accuracyUtility, labelAgreement, logLossUtility, type Utility } from '../../src/evaluation/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { drawPermutations, subsetsFromMembers } from '../../src/subsets/index.js';

const learner = logisticRegression();
const { train: pool, test } = stratifiedSplit(await loadDataset('iris'), { train: 12, test: 60, seed: 1 });
const utilities = [logLossUtility({ learner, points: test }), accuracyUtility({ learner, points: test })];
const retrain = async (members: readonly number[]): Promise<Float64Array> =>
  (await learner.retrain(pool, subsetsFromMembers(pool.size, [members]))).parameters;
const classesOf = (members: readonly number[]): Set<number> => new Set(members.map((i) => pool.labels[i]));

describe('utilities', () => {
  it('are what a loop over the points gives, model by model', async () => {
    const members = [...Array(12).keys()];
    const parameters = await retrain(members);
    const probabilities = learner.probabilities(test, parameters);
    let loss = 0;
    let hits = 0;
    for (let i = 0; i < test.size; i++) {
      const row = [...probabilities.subarray(3 * i, 3 * i + 3)];
      loss -= Math.log(row[test.labels[i]]);
      hits += Number(row.indexOf(Math.max(...row)) === test.labels[i]);
    }
    assert.ok(Math.abs(utilities[0].evaluate(parameters)[0] + loss / test.size) < 1e-12);
    assert.equal(utilities[1].evaluate(parameters)[0], hits / test.size);
    assert.equal(labelAgreement({ learner, points: test, first: parameters, second: parameters })[0], 1);
  });
});

describe('prefix utilities', () => {
  it('equal retraining every prefix on its own, with the uninformed utility where a class is missing', async () => {
    const permutations = drawPermutations({ poolSize: pool.size, count: 2, seed: 3 });
    const found = await prefixUtilities({
      pool,
      permutations,
      utilities,
      parametersOf: async (subsets) => (await learner.retrain(pool, subsets)).parameters,
    });
    for (const [u, utility] of utilities.entries())
      for (const [t, permutation] of permutations.entries())
        for (let k = 0; k <= pool.size; k++) {
          const members = [...permutation.subarray(0, k)];
          const expected = await expectedUtility(utility, members);
          assert.ok(Math.abs(found[u][t * (pool.size + 1) + k] - expected) < 1e-6, `${utility.name}, prefix ${k}`);
        }
  });

  it('stop when asked to', async () => {
    const controller = new AbortController();
    controller.abort();
    await assert.rejects(
      prefixUtilities({
        pool,
        // More prefixes than fit one block.
        permutations: drawPermutations({ poolSize: pool.size, count: 200, seed: 1 }),
        utilities,
        parametersOf: ({ count }) => new Float64Array(count * learner.parameterCount(pool)),
        signal: controller.signal,
      }),
      InterruptedError,
    );
  });
});

async function expectedUtility(utility: Utility, members: readonly number[]): Promise<number> {
  if (classesOf(members).size < 3) return utility.uninformed;
  return utility.evaluate(await retrain(members))[0];
}

describe('removal curve', () => {
  it('retrains on what is left, in the given order', async () => {
    const order = drawPermutations({ poolSize: pool.size, count: 1, seed: 5 })[0];
    const curve = await removalCurve({ learner, pool, order, shares: [0, 0.25, 1], utility: utilities[1] });
    assert.deepEqual(
      curve.map(({ removed }) => removed),
      [0, 0.25, 1],
    );
    assert.equal(curve[0].utility, await expectedUtility(utilities[1], [...order]));
    assert.equal(curve[1].utility, await expectedUtility(utilities[1], [...order.subarray(3)]));
    assert.equal(curve[2].utility, 1 / 3);
  });
  it('refuses shares and orders that are none', async () => {
    const order = [...Array(12).keys()];
    const refused = async (ofOrder: readonly number[], share: number) =>
      await assert.rejects(
        removalCurve({ learner, pool, order: ofOrder, shares: [0, share], utility: utilities[1] }),
        InputError,
      );
    for (const share of [-0.1, 1.1, NaN]) await refused(order, share);
    for (const bad of [order.slice(0, 5), [0, 0, ...order.slice(2)], [12, ...order.slice(1)]]) await refused(bad, 0.5);
  });
});
