import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { shapleyValues } from '../../src/games/index.js';
import { drawPermutations } from '../../src/subsets/index.js';
import { InputError } from '../../src/errors.js';

type Game = (members: ReadonlySet<number>) => number;

function allOrders(n: number): number[][] {
  if (n === 1) return [[0]];
  return allOrders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  );
}
function prefixes(orders: number[][], game: Game): { permutations: Int32Array[]; utilities: Float64Array } {
  return {
    permutations: orders.map((order) => Int32Array.from(order)),
    utilities: Float64Array.from(
      orders.flatMap((order) => Array.from({ length: order.length + 1 }, (_, k) => game(new Set(order.slice(0, k))))),
    ),
  };
}
const enumerate = (n: number, game: Game): Float64Array => {
  const { permutations, utilities } = prefixes(allOrders(n), game);
  return shapleyValues(permutations, utilities).values;
};
const close = (actual: Float64Array, expected: number[], tolerance = 1e-9): void =>
  actual.forEach((value, i) =>
    assert.ok(Math.abs(value - expected[i]) < tolerance, `player ${i}: ${value}, expected ${expected[i]}`),
  );

describe('Shapley values of games with closed forms, all permutations', () => {
  it('airport: a runway is shared by those that need each piece (Littlechild & Owen 1973)', () => {
    const cost = [1, 3, 4, 7, 10, 12];
    const expected = cost.map((_, i) =>
      cost.slice(0, i + 1).reduce((sum, c, k) => sum + (c - (cost[k - 1] ?? 0)) / (cost.length - k), 0),
    );
    close(
      enumerate(6, (s) => Math.max(0, ...[...s].map((i) => cost[i]))),
      expected,
    );
  });
  it('shoes: two left ones and one right one', () => {
    close(
      enumerate(3, (s) => Math.min(Number(s.has(0)) + Number(s.has(1)), Number(s.has(2)))),
      [1 / 6, 1 / 6, 4 / 6],
    );
  });
  it('weighted voting [51; 50, 30, 20]: 2/3, 1/6, 1/6', () => {
    const votes = [50, 30, 20];
    close(
      enumerate(3, (s) => Number([...s].reduce((sum, i) => sum + votes[i], 0) >= 51)),
      [4 / 6, 1 / 6, 1 / 6],
    );
  });
  it('an additive game returns its weights, and a bystander gets nothing', () => {
    const w = [0.5, -2, 0, 3, 1];
    close(
      enumerate(5, (s) => [...s].reduce((sum, i) => sum + w[i], 0)),
      w,
    );
  });
});

describe('sampled Shapley values', () => {
  const cost = [1, 3, 4, 7, 10, 12, 2, 9];
  const airport: Game = (s) => Math.max(0, ...[...s].map((i) => cost[i]));
  const sample = (count: number, seed: number): ReturnType<typeof shapleyValues> => {
    const orders = drawPermutations({ poolSize: 8, count, seed }).map((order) => [...order]);
    const { permutations, utilities } = prefixes(orders, airport);
    return shapleyValues(permutations, utilities);
  };
  it('two-standard-error intervals cover the exact value about 95 % of the time over 200 seeds', () => {
    const sorted = [...cost].sort((a, b) => a - b);
    const exact = cost.map((c) =>
      sorted.slice(0, sorted.indexOf(c) + 1).reduce((sum, s, k) => sum + (s - (sorted[k - 1] ?? 0)) / (8 - k), 0),
    );
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      const { values, standardErrors } = sample(60, seed);
      values.forEach((v, i) => (covered += Number(Math.abs(v - exact[i]) <= 2 * standardErrors[i])));
    }
    const share = covered / 1600;
    assert.ok(share > 0.91 && share < 0.98, `covered ${share}`);
  });
  it('add up to U(all) − U(none) whatever the permutations', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 20 }), (seed, count) => {
        const sum = sample(count, seed).values.reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - 12) < 1e-9);
      }),
      { numRuns: 30 },
    );
  });
  it('more permutations of a seed continue the shorter run', () => {
    assert.deepEqual(
      drawPermutations({ poolSize: 5, count: 2, seed: 9 }),
      drawPermutations({ poolSize: 5, count: 4, seed: 9 }).slice(0, 2),
    );
  });
  it('refuses shapes that do not fit', () => {
    assert.throws(() => shapleyValues([new Int32Array(3)], new Float64Array(6)), InputError);
  });
});
