import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { areaUnderRoc, knownErrors } from '../../src/index.js';
import { errorArea, errorsFound, errorsFoundByChance } from '../../src/experiments/data-selection/error-recall.js';
import { checkPlainData, verdictAbove } from './checks.js';
import {
  errorRecallRows,
  knownErrorAccuracies,
  knownErrorClaims,
  knownErrorCleaning,
  knownErrorProblems,
  knownErrorTable,
  type KnownErrorResult,
} from '../../src/experiments/data-selection/index.js';
import { knownErrorProblem } from '../../src/experiments/problems/known-error-problem.js';

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** All ways to choose `count` of 0 … n−1. */
function choices(n: number, count: number, from = 0): number[][] {
  if (count === 0) return [[]];
  return Array.from({ length: n - from }, (_, k) => from + k).flatMap((first) =>
    choices(n, count - 1, first + 1).map((rest) => [first, ...rest]),
  );
}

describe('finding errors of several points', () => {
  const errors = [[0, 3], [5]];

  it('counts an error as found with its first point', () => {
    const values = Float64Array.of(4, 1, 5, 0, 6, 2);
    assert.deepEqual(
      [0, 1, 2, 3, 6].map((count) => errorsFound(values, errors, count)),
      [0, 0.5, 0.5, 1, 1],
    );
  });

  it('knows what chance finds: the mean over all choices of as many points', () => {
    for (let count = 0; count <= 6; count++) {
      const all = choices(6, count).map((chosen) =>
        errorsFound(
          Float64Array.from({ length: 6 }, (_, i) => (chosen.includes(i) ? 0 : 1)),
          errors,
          count,
        ),
      );
      assert.ok(Math.abs(errorsFoundByChance(6, errors, count) - sum(all) / all.length) < 1e-12, String(count));
    }
  });

  it('has the area of comparisons with as many other points, and that of the usual curve for single ones', () => {
    const value = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 6, maxLength: 12 }), (drawn) => {
        // Distinct: the chance of several points at once has no ties in it.
        const values = Float64Array.from(drawn, (v, i) => v + i / 100);
        const others = values.filter((_, i) => i !== 0 && i !== 3 && i !== 5);
        const [pair, single] = [Math.min(values[0], values[3]), values[5]];
        let wins = 0;
        for (const a of others) for (const b of others) if (pair < Math.min(a, b)) wins++;
        const expected =
          (wins / others.length ** 2 + others.filter((other) => single < other).length / others.length) / 2;
        assert.ok(Math.abs(errorArea(values, errors) - expected) < 1e-12);
      }),
    );
    fc.assert(
      fc.property(fc.array(value, { minLength: 4, maxLength: 12 }), (drawn) => {
        const values = Float64Array.from(drawn);
        const usual = areaUnderRoc(
          values.map((v) => -v),
          drawn.map((_, i) => i === 1 || i === 2),
        );
        assert.ok(Math.abs(errorArea(values, [[1], [2]]) - usual) < 1e-12);
      }),
    );
  });

  it('has area ½ on average over all orders, whatever the size of errors', () => {
    const orders = (rest: readonly number[]): number[][] =>
      rest.length === 0 ? [[]] : rest.flatMap((v) => orders(rest.filter((w) => w !== v)).map((more) => [v, ...more]));
    const all = orders([0, 1, 2, 3, 4, 5]);
    for (const own of [[[2]], [[1], [4]]])
      assert.ok(Math.abs(sum(all.map((order) => errorArea(Float64Array.from(order), own))) / all.length - 0.5) < 1e-12);
    // Pairs: others are drawn with replacement, so only about ½ where there are few of them.
    const pairs = sum(all.map((order) => errorArea(Float64Array.from(order), [[0, 3]]))) / all.length;
    assert.ok(Math.abs(pairs - 0.5) < 0.1, String(pairs));
  });
});

describe('pools with known errors', () => {
  it('hold both points of conflicting pairs, among other rows, in no telling order', async () => {
    const source = await knownErrors('spambase');
    const options = { name: 'spambase', poolSize: 40, errorCount: 2, validationSize: 30, testSize: 50 } as const;
    const [first, second] = [1, 2].map((seed) => knownErrorProblem(source, options, seed));
    for (const { pool, validation, test, errors } of [first, second]) {
      assert.deepEqual([pool.size, validation.size, test.size, errors.length], [40, 30, 50, 2]);
      for (const [a, b] of errors) {
        const row = (i: number) => pool.features.subarray(i * pool.dimension, (i + 1) * pool.dimension);
        assert.deepEqual(row(a), row(b));
        assert.notEqual(pool.labels[a], pool.labels[b]);
      }
    }
    assert.notDeepEqual(first.errors, second.errors);
    assert.deepEqual({ ...knownErrorProblem(source, options, 1), learner: first.learner }, first);
  });
});

describe('cleaning known errors, smoke profile', function () {
  this.timeout(60_000);
  let results: KnownErrorResult[];
  before(async () => (results = await knownErrorCleaning({ profile: 'smoke', seed: 1 })));

  it('gives plain data', () => checkPlainData(results));
  it('has a row for every method and data set, numbers in range', () => {
    assert.equal(knownErrorProblems(results).length, results.length);
    const rows = knownErrorTable(results);
    assert.equal(rows.length, 8 * results.length);
    for (const row of rows) {
      assert.ok(row.low <= row.area && row.area <= row.high, row.values);
      assert.ok(row['found in 5 %'] <= row['found in 10 %'] && row['found in 10 %'] <= row['found in 20 %']);
    }
    for (const row of knownErrorAccuracies(results)) {
      assert.ok(row.low <= row['gain over random'] && row['gain over random'] <= row.high, row.values);
      if (row.values === 'random') assert.equal(row['gain over random'], 0);
    }
  });

  it('finds no less where more is looked at; random lines are exact', () => {
    const rows = errorRecallRows(results);
    rows.forEach(({ method, found, low }, k) => {
      assert.ok(found >= 0 && found <= 1);
      if (k > 0 && rows[k - 1].method === method && rows[k - 1].dataset === rows[k].dataset)
        assert.ok(found >= rows[k - 1].found, method);
      assert.equal(low === null, method === 'random');
    });
  });

  it('states claims that follow from its measurements', () => {
    const claims = knownErrorClaims(results);
    assert.equal(new Set(claims.map(({ id }) => id)).size, claims.length);
    for (const { id, measured, interval, verdict } of claims) {
      assert.ok(measured !== null && Number.isFinite(measured), id);
      if (!interval) continue;
      const threshold = id.startsWith('real-errors-found') ? 0.5 : id.startsWith('real-errors-as-exact') ? -0.05 : 0;
      assert.equal(verdict, verdictAbove(interval, threshold), id);
    }
  });
});
