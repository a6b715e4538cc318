import assert from 'node:assert/strict';
import fc from 'fast-check';
import { networkKernels } from '../../src/numerics/network-kernels.js';
import { randomStream } from '../../src/numerics/random.js';

describe('the kernels of a dense network', () => {
  const normal = (length: number, seed: number): Float32Array => {
    const random = randomStream(seed);
    return Float32Array.from({ length }, () => random.normal());
  };
  const size = fc.integer({ min: 1, max: 23 });

  it('multiply as loops do, rows alone as among others', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 3 }), fc.integer(), (m, k, panels, seed) => {
        const n = 8 * panels;
        const [a, b] = [normal(m * k, seed), normal(k * n, seed + 1)];
        // Whole vectors of four numbers, in this order: B, panel, C, A.
        const [panelAt, cAt] = [k * n, k * n + 8 * k];
        const aAt = cAt + m * n;
        const { kernels, numbers } = networkKernels(aAt + m * k);
        numbers.set(b);
        numbers.set(a, aAt);
        kernels.multiply(m, k, n, 4 * aAt, 0, 4 * cAt, 4 * panelAt);
        const product = numbers.slice(cAt, cAt + m * n);
        product.forEach((value, at) => {
          const [i, j] = [Math.floor(at / n), at % n];
          let [sum, scale] = [0, 0];
          for (let q = 0; q < k; q++) {
            sum += a[i * k + q] * b[q * n + j];
            scale += Math.abs(a[i * k + q] * b[q * n + j]);
          }
          assert.ok(Math.abs(value - sum) <= 1e-6 * scale);
        });
        kernels.multiply(1, k, n, 4 * (aAt + (m - 1) * k), 0, 4 * cAt, 4 * panelAt);
        assert.deepEqual(numbers.slice(cAt, cAt + n), product.subarray((m - 1) * n));
      }),
      { seed: 1 },
    );
  });

  it('transpose', () => {
    fc.assert(
      fc.property(size, size, (m, n) => {
        const { kernels, numbers } = networkKernels(2 * m * n);
        const a = normal(m * n, 3);
        numbers.set(a);
        kernels.transpose(m, n, 0, 4 * m * n);
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) assert.equal(numbers[m * n + j * m + i], a[i * n + j]);
        }
      }),
      { seed: 1 },
    );
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
