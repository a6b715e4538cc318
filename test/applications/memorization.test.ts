import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { influencePairs, memorization, pointOutcomes, subsetInfluence } from '../../src/applications/index.js';
import { InputError } from '../../src/errors.js';
import { loadDataset, stratifiedSplit } from '../../src/data/index.js';
import { mean } from '../../src/statistics/index.js';
import { logisticRegression } from '../../src/learners/index.js';
import { randomStream } from '../../src/numerics/random.js';
import { fixedSizeSubsets, takeSubsets, type Subsets } from '../../src/subsets/index.js';

/** Mean with minus mean without and its standard error, as the definition says. */
function effectByLoop({ count, poolSize, weights }: Subsets, outcomes: Float64Array, point: number, target: number) {
  const targets = outcomes.length / count;
  const of = (within: boolean): number[] =>
    [...Array(count).keys()]
      .filter((b) => weights[b * poolSize + point] > 0 === within)
      .map((b) => outcomes[b * targets + target])
      .filter((value) => !Number.isNaN(value));
  const variance = (values: number[]): number =>
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1) / values.length;
  const [a, b] = [of(true), of(false)];
  return { value: mean(a) - mean(b), standardError: Math.sqrt(variance(a) + variance(b)) };
}

function randomOutcomes(count: number, targets: number, seed: number): Float64Array {
  const stream = randomStream(seed, 'outcomes');
  return Float64Array.from({ length: count * targets }, () => 100 + stream.uniform());
}
const near = (actual: number, expected: number, tolerance = 1e-9): boolean =>
  Number.isNaN(expected) ? Number.isNaN(actual) : Math.abs(actual - expected) < tolerance;

describe('memorization and influence from subsets', () => {
  const subsets = fixedSizeSubsets({ poolSize: 11, count: 40, size: 7, seed: 3 });

  it('are means with minus means without, and their standard errors, models without outcomes left out', () => {
    const outcomes = randomOutcomes(40, 11, 1);
    outcomes.fill(NaN, 5 * 11, 6 * 11);
    const influence = subsetInfluence(subsets, outcomes);
    const own = memorization(subsets, outcomes);
    for (let i = 0; i < 11; i++)
      for (let j = 0; j < 11; j++) {
        const expected = effectByLoop(subsets, outcomes, i, j);
        assert.ok(near(influence.values[i * 11 + j], expected.value));
        assert.ok(near(influence.standardErrors[i * 11 + j], expected.standardError));
        if (i !== j) continue;
        assert.ok(near(own.values[i], expected.value));
        assert.ok(near(own.standardErrors[i], expected.standardError));
      }
  });

  it('are 1 for a point that only its own models get right, and 0 for one that all do', () => {
    const outcomes = Float64Array.from(subsets.weights, (weight, at) => (at % 11 === 0 ? weight : 1));
    const { values, standardErrors } = memorization(subsets, outcomes);
    assert.equal(values[0], 1);
    assert.equal(standardErrors[0], 0);
    assert.ok([...values.subarray(1)].every((value) => value === 0));
  });

  it('are NaN for points that are in all subsets or in none', () => {
    const all: Subsets = { count: 4, poolSize: 2, weights: Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0) };
    const { values } = memorization(all, randomOutcomes(4, 2, 1));
    assert.ok(values.every(Number.isNaN));
    assert.ok(subsetInfluence(all, randomOutcomes(4, 3, 1)).values.every(Number.isNaN));
  });

  it('have no standard error where one side has a single model', () => {
    for (const seed of [1, 2, 3, 4]) {
      const one: Subsets = { count: 4, poolSize: 2, weights: Uint8Array.of(1, 0, 0, 1, 0, 1, 0, 1) };
      const { values, standardErrors } = subsetInfluence(one, randomOutcomes(4, 3, seed));
      assert.ok(values.every(Number.isFinite));
      assert.ok(standardErrors.every(Number.isNaN));
      assert.ok(memorization(one, randomOutcomes(4, 2, seed)).standardErrors.every(Number.isNaN));
    }
  });

  it('do not depend on the order of models, and scale with outcomes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0.5, max: 3, noNaN: true }), (seed, scale) => {
        const outcomes = randomOutcomes(40, 11, seed);
        const order = randomStream(seed, 'order').permutation(40);
        const shuffled = new Float64Array(outcomes.length);
        order.forEach((b, k) => shuffled.set(outcomes.subarray(b * 11, (b + 1) * 11), k * 11));
        const first = subsetInfluence(subsets, outcomes);
        const second = subsetInfluence(
          takeSubsets(subsets, order),
          shuffled.map((value) => scale * value),
        );
        first.values.forEach((value, at) => assert.ok(near(second.values[at], scale * value)));
      }),
      { numRuns: 20 },
    );
  });

  it('refuse outcomes of other points than the pool’s', () => {
    assert.throws(() => memorization(subsets, new Float64Array(40 * 10)), InputError);
    assert.throws(() => subsetInfluence(subsets, new Float64Array(41)), InputError);
  });

  it('show the standard error that repeated banks have', () => {
    // Outcomes are coins whose bias depends on membership; the spread over banks is what a standard error estimates.
    const trial = (seed: number) => {
      const drawn = fixedSizeSubsets({ poolSize: 6, count: 60, size: 4, seed });
      const stream = randomStream(seed, 'coins');
      const outcomes = Float64Array.from(drawn.weights, (weight) => Number(stream.uniform() < (weight ? 0.8 : 0.4)));
      return memorization(drawn, outcomes);
    };
    const trials = Array.from({ length: 300 }, (_, seed) => trial(seed));
    const values = trials.map(({ values: own }) => own[2]);
    const spread = Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
    const stated = mean(trials.map(({ standardErrors }) => standardErrors[2]));
    assert.ok(Math.abs(mean(values) - 0.4) < 0.03, `mean ${mean(values)}`);
    assert.ok(stated / spread > 0.85 && stated / spread < 1.15, `stated ${stated}, spread ${spread}`);
  });
});

describe('outcomes', () => {
  it('are hits and probabilities of the labels, model by model; NaN where there is no model', async () => {
    const learner = logisticRegression();
    const { train: pool, test } = stratifiedSplit(await loadDataset('iris'), { train: 40, test: 60, seed: 1 });
    const subsets = fixedSizeSubsets({ poolSize: 40, count: 3, size: 30, seed: 1 });
    subsets.weights.fill(0, 40, 80);
    const { parameters } = await learner.retrain(pool, subsets);
    const hits = pointOutcomes({ learner, points: test, parameters, kind: 'correct' });
    const chances = pointOutcomes({ learner, points: test, parameters, kind: 'probability' });
    assert.ok(hits.subarray(60, 120).every(Number.isNaN) && chances.subarray(60, 120).every(Number.isNaN));
    const p = learner.parameterCount(pool);
    for (const b of [0, 2])
      for (let i = 0; i < 60; i++) {
        const row = [...learner.probabilities(test, parameters.slice(b * p, (b + 1) * p)).subarray(3 * i, 3 * i + 3)];
        assert.ok(near(chances[b * 60 + i], row[test.labels[i]], 1e-12));
        assert.equal(hits[b * 60 + i], Number(row.indexOf(Math.max(...row)) === test.labels[i]));
      }
  });
});

describe('influence pairs', () => {
  it('are those above both thresholds, highest first', () => {
    const influence = Float64Array.of(0.2, 0.5, 0.1, 0.9, 0.9, 0.9);
    assert.deepEqual(influencePairs({ influence, memorization: Float64Array.of(0.3, 0.1) }), [
      { point: 0, target: 1, influence: 0.5 },
      { point: 0, target: 0, influence: 0.2 },
    ]);
    assert.throws(() => influencePairs({ influence, memorization: new Float64Array(4) }), InputError);
  });
});
