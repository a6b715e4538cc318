import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  maskCodeNumbers,
  memoryPlan,
  networkKernels,
  poolingTables,
  productScratch,
} from '../../src/numerics/network-kernels.js';
import { randomStream } from '../../src/numerics/random.js';

describe('the kernels of a dense network', () => {
  const normal = (length: number, seed: number): Float32Array => {
    const random = randomStream(seed);
    return Float32Array.from({ length }, () => random.normal());
  };
  const size = fc.integer({ min: 1, max: 23 });

  const transpose = (matrix: Float32Array, columns: number): Float32Array =>
    matrix.map(
      (_, at) => matrix[(at % (matrix.length / columns)) * columns + Math.floor(at / (matrix.length / columns))],
    );
  const products = { multiply: 'A·B', multiplyFirstTransposed: 'Aᵀ·B', multiplySecondTransposed: 'A·Bᵀ' } as const;
  for (const [name, title] of Object.entries(products) as [keyof typeof products, string][]) {
    /** The product of A `m×k` and B `k×n`, handed to the kernel transposed where it wants that. */
    const product = (a: Float32Array, b: Float32Array, m: number, k: number, n: number): Float32Array => {
      const memory = memoryPlan();
      const [atA, atB, atC] = [m * k, k * n, m * n].map((length) => memory.take(length));
      const scratch = memory.take(productScratch(k));
      const { kernels, numbers } = networkKernels(memory.length);
      // Whatever lay there before must not matter.
      numbers.fill(NaN);
      numbers.set(name === 'multiplyFirstTransposed' ? transpose(a, k) : a, atA / 4);
      numbers.set(name === 'multiplySecondTransposed' ? transpose(b, n) : b, atB / 4);
      kernels[name](m, k, n, atA, atB, atC, scratch);
      return numbers.slice(atC / 4, atC / 4 + m * n);
    };
    const check = (m: number, k: number, n: number, seed: number): void => {
      const [a, b] = [normal(m * k, seed), normal(k * n, seed + 1)];
      const actual = product(a, b, m, k, n);
      actual.forEach((value, at) => {
        const [i, j] = [Math.floor(at / n), at % n];
        let [sum, scale] = [0, 0];
        for (let q = 0; q < k; q++) {
          sum += a[i * k + q] * b[q * n + j];
          scale += Math.abs(a[i * k + q] * b[q * n + j]);
        }
        assert.ok(Math.abs(value - sum) <= 1e-6 * scale);
      });
      const last = product(a.subarray((m - 1) * k), b, 1, k, n);
      assert.deepEqual(last, actual.subarray((m - 1) * n), 'a row has the same bytes alone');
    };

    it(`multiply as loops do, rows alone as among others: ${title}`, () => {
      fc.assert(
        fc.property(size, size, fc.integer({ min: 1, max: 3 }), fc.integer(), (m, k, panels, seed) =>
          check(m, k, 8 * panels, seed),
        ),
        { seed: 1 },
      );
      // More rows than are copied at a time.
      check(37, 2500, 8, 1);
    });
  }

  it('pool subsets as loops do, rows alone as among others', () => {
    /** Pooled rows `rows×stride`, and sizes, of `described` (`points×columns`). */
    const pool = (weights: Uint8Array, points: number, described: Float32Array, stride: number, mean: 0 | 1) => {
      const rows = weights.length / points;
      const columns = described.length / points;
      const memory = memoryPlan();
      const [atWeights, atCodes, atSizes, atDescribed, atPooled, tables] = [
        Math.ceil(weights.length / 4),
        maskCodeNumbers(rows, points),
        rows,
        described.length,
        rows * stride,
        poolingTables,
      ].map((length) => memory.take(length));
      const { kernels, numbers } = networkKernels(memory.length);
      numbers.fill(NaN);
      new Uint8Array(numbers.buffer).set(weights, atWeights);
      numbers.set(described, atDescribed / 4);
      kernels.maskCodes(rows, points, atWeights, atCodes, atSizes);
      kernels.poolMasks(rows, points, columns, atCodes, atSizes, atDescribed, atPooled, stride, mean, tables);
      return {
        pooled: numbers.slice(atPooled / 4, atPooled / 4 + rows * stride),
        sizes: Array.from(numbers.subarray(atSizes / 4, atSizes / 4 + rows)),
      };
    };
    const points = fc.integer({ min: 1, max: 70 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(size, points, fc.integer({ min: 1, max: 9 }), share, fc.boolean(), fc.integer(), (...drawn) => {
        const [m, n, panels, kept, takesMean, seed] = drawn;
        const columns = 8 * panels;
        const stride = columns + 5;
        const random = randomStream(seed, 'subsets');
        const weights = Uint8Array.from({ length: m * n }, () => Number(random.uniform() < kept));
        const described = normal(n * columns, seed);
        const mean = takesMean ? 1 : 0;
        const { pooled, sizes } = pool(weights, n, described, stride, mean);
        for (let b = 0; b < m; b++) {
          const chosen = Array.from({ length: n }, (_, i) => i).filter((i) => weights[b * n + i] > 0);
          assert.equal(sizes[b], chosen.length);
          for (let j = 0; j < columns; j++) {
            const terms = chosen.map((i) => described[i * columns + j]);
            const divisor = takesMean ? Math.max(1, chosen.length) : 1;
            const sum = terms.reduce((a, v) => a + v, 0) / divisor;
            const scale = terms.reduce((a, v) => a + Math.abs(v), 0) / divisor;
            assert.ok(Math.abs(pooled[b * stride + j] - sum) <= 1e-6 * scale);
          }
          // What lies between the rows is left alone.
          assert.ok(pooled.subarray(b * stride + columns, (b + 1) * stride).every(Number.isNaN));
        }
        const alone = pool(weights.subarray((m - 1) * n), n, described, stride, mean);
        assert.deepEqual(alone.pooled, pooled.subarray((m - 1) * stride));
        const repeated = weights.map((w, k) => (k === weights.length - 1 ? 2 : w));
        assert.deepEqual(pool(repeated, n, described, stride, mean).sizes, [...sizes.slice(0, -1), -1]);
      }),
      { seed: 1 },
    );
  });

  it('add biases, with ELU or without', () => {
    const [rows, columns] = [3, 16];
    const [y, bias] = [normal(rows * columns, 1), normal(columns, 2)];
    for (const activated of [0, 1] as const) {
      const { kernels, numbers } = networkKernels(y.length + columns);
      numbers.set(y);
      numbers.set(bias, y.length);
      kernels.addBias(rows, columns, 0, 4 * y.length, activated);
      y.forEach((value, at) => {
        const sum = Math.fround(value + bias[at % columns]);
        const expected = activated && sum < 0 ? Math.expm1(sum) : sum;
        assert.ok(Math.abs(numbers[at] - expected) <= 2.5e-7 * Math.abs(expected));
      });
    }
  });

  it('take steps of Adam', () => {
    const length = 12;
    const [weights, gradient, first, second] = [1, 2, 3, 4].map((seed) => normal(length, seed));
    second.forEach((v, i) => (second[i] = v * v));
    const { kernels, numbers } = networkKernels(4 * length);
    [weights, gradient, first, second].forEach((array, i) => numbers.set(array, i * length));
    const at = (i: number): number => 4 * length * i;
    kernels.adam(length, at(0), at(1), at(2), at(3), 0.9, 0.99, 1e-3, 0.95, 0.1, 1.5);
    for (let i = 0; i < length; i++) {
      const mean = 0.9 * first[i] + 0.1 * gradient[i];
      const square = 0.99 * second[i] + 0.01 * gradient[i] ** 2;
      const weight = 0.95 * weights[i] - (0.1 * mean) / (Math.sqrt(square) * 1.5 + 1e-3);
      [weight, gradient[i], mean, square].forEach((expected, k) =>
        assert.ok(Math.abs(numbers[k * length + i] - expected) < 1e-6 * (1 + Math.abs(expected))),
      );
    }
  });

  it('add up, and add weight penalties', () => {
    const x = normal(23, 7);
    const at = 4 * x.length;
    x[3] = 0;
    x[4] = -0;
    const { kernels, numbers } = networkKernels(2 * x.length);
    numbers.set(x);
    numbers.fill(1, x.length, 2 * x.length);
    const absolute = x.reduce((sum, v) => sum + Math.abs(v), 0);
    const squares = x.reduce((sum, v) => sum + v * v, 0);
    assert.ok(Math.abs(kernels.absoluteSum(x.length, 0) - absolute) < 1e-12 * absolute);
    assert.ok(Math.abs(kernels.squareSum(x.length, 0) - squares) < 1e-12 * squares);
    kernels.addWeightPenalties(x.length, 0, at, 0.25, 0.5);
    x.forEach((v, i) => assert.ok(Math.abs(numbers[x.length + i] - (1 + 0.25 * Math.sign(v) + 0.5 * v)) < 1e-6));
  });

  it('give ELU to the last places at any size of its argument, and its derivative', () => {
    const tiny = Float32Array.from({ length: 200 }, (_, i) => -(10 ** (-i / 6)));
    const x = Float32Array.of(
      ...tiny,
      ...normal(4000, 5).map((v) => 6 * v),
      0,
      3,
      -86,
      -88,
      -1e30,
      -Infinity,
      1e30,
      NaN,
    );
    const { kernels, numbers } = networkKernels(2 * x.length);
    numbers.set(x);
    kernels.elu(x.length, 0);
    const y = numbers.slice(0, x.length);
    y.forEach((value, i) => {
      const expected = x[i] > 0 ? x[i] : Math.expm1(x[i]);
      if (Number.isNaN(expected)) assert.ok(Number.isNaN(value));
      else assert.ok(Math.abs(value - expected) <= 2.5e-7 * Math.abs(expected), `ELU(${x[i]}) = ${value}`);
    });
    const upstream = normal(x.length, 6);
    numbers.set(upstream, x.length);
    kernels.eluGradient(x.length, 0, 4 * x.length);
    for (let i = 0; i < x.length - 1; i++) {
      const slope = x[i] > 0 ? 1 : Math.exp(x[i]);
      assert.ok(Math.abs(numbers[x.length + i] - upstream[i] * slope) <= 2e-7 * Math.abs(upstream[i]));
    }
  });
});
