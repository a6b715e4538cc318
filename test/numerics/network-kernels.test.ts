import assert from 'node:assert/strict';
import fc from 'fast-check';
import { memoryPlan, networkKernels, productScratch } from '../../src/numerics/network-kernels.js';
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
