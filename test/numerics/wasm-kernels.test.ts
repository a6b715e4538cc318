import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as plain from '../../src/numerics/dense-plain.js';
import { choleskyFactor, choleskyInverse, multiplyTransposed, transpose } from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';
import { chooseKernels, wasmKernels, type WasmKernels } from '../../src/numerics/wasm-kernels.js';

function kernels(choice: 'fused' | 'wasm' = 'wasm'): WasmKernels {
  chooseKernels(choice);
  const loaded = wasmKernels();
  assert.ok(loaded, 'WebAssembly SIMD is missing here');
  return loaded;
}

/** Whether this engine runs the kernels with fused multiply-add. */
function hasFused(): boolean {
  chooseKernels('fused');
  return wasmKernels() !== undefined;
}

/** Normal numbers, some of them scaled far up or down. */
function wildMatrix(rows: number, columns: number, seed: number): Float64Array {
  const stream = randomStream(seed, 'wild-matrix');
  return Float64Array.from({ length: rows * columns }, () => {
    const scale = stream.integer(8);
    return stream.normal() * (scale === 0 ? 1e150 : scale === 1 ? 1e-150 : 1);
  });
}

/** Distance in units in the last place of `expected`. */
function unitsApart(actual: number, expected: number): number {
  if (Object.is(actual, expected)) return 0;
  const magnitude = Math.max(Math.abs(expected), 2 ** -1022);
  return Math.abs(actual - expected) / 2 ** (Math.floor(Math.log2(magnitude)) - 52);
}

function elementwise(
  kernel: 'exponentials' | 'log1ps',
  inputs: readonly number[],
  choice?: 'fused' | 'wasm',
): number[] {
  const module = kernels(choice);
  const pairs = Math.ceil(inputs.length / 2);
  const [numbers] = module.reserve(2 * pairs);
  numbers.fill(0).set(inputs);
  module[kernel](numbers.byteOffset, pairs);
  return [...numbers.subarray(0, inputs.length)];
}

describe('WebAssembly kernels', () => {
  const seeds = fc.integer({ min: 0, max: 1e6 });
  afterEach(() => chooseKernels(undefined));

  it('multiply to the same bytes as their twin, at every size around the blocks', () => {
    kernels();
    const size = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 13, max: 70 }));
    fc.assert(
      fc.property(size, size, size, seeds, (rows, columns, inner, seed) => {
        const a = wildMatrix(rows, inner, seed);
        const b = wildMatrix(columns, inner, seed + 1);
        const expected = new Float64Array(rows * columns + 1).fill(7);
        const actual = expected.slice();
        plain.multiplyTransposed(a, b, rows, columns, inner, expected);
        multiplyTransposed(a, b, rows, columns, inner, actual);
        assert.deepEqual(actual, expected);
      }),
      { seed: 1 },
    );
  });

  it('multiply in parts and blocks to the same bytes', () => {
    kernels();
    for (const [rows, columns, inner] of [
      [3, 70, 5000],
      [2100, 509, 3],
    ]) {
      const a = wildMatrix(rows, inner, 1);
      const b = wildMatrix(columns, inner, 2);
      const expected = new Float64Array(rows * columns);
      const actual = new Float64Array(rows * columns);
      plain.multiplyTransposed(a, b, rows, columns, inner, expected);
      multiplyTransposed(a, b, rows, columns, inner, actual);
      assert.deepEqual(actual, expected);
    }
  });

  it('factor and invert to the same bytes as their twins', () => {
    kernels();
    fc.assert(
      fc.property(fc.integer({ min: 16, max: 45 }), seeds, (n, seed) => {
        const stream = randomStream(seed, 'definite');
        const m = Float64Array.from({ length: n * n }, () => stream.normal());
        const matrix = new Float64Array(n * n);
        plain.multiplyTransposed(m, m, n, n, n, matrix);
        for (let i = 0; i < n; i++) matrix[i * n + i] += 1;
        const expected = matrix.slice();
        const actual = matrix.slice();
        assert.ok(plain.choleskyFactor(expected, n));
        assert.ok(choleskyFactor(actual, n));
        assert.deepEqual(actual, expected);
        assert.deepEqual(choleskyInverse(actual, n), plain.choleskyInverse(expected, transpose(expected, n, n), n));
      }),
      { seed: 2, numRuns: 30 },
    );
    const indefinite = new Float64Array(400).fill(1);
    assert.equal(choleskyFactor(indefinite, 20), false);
  });

  it('compute exponentials to 2 units in the last place, and their limits', () => {
    const inputs = Array.from({ length: 160_001 }, (_, i) => -800 + i / 100);
    fc.assert(
      fc.property(fc.double({ min: -800, max: 800, noNaN: true }), (x) => {
        inputs.push(x, x / 1000);
      }),
      { seed: 3, numRuns: 2000 },
    );
    const outputs = elementwise('exponentials', inputs);
    inputs.forEach((x, i) => {
      const apart = unitsApart(outputs[i], Math.exp(x));
      assert.ok(apart <= 2, `e^${x} is ${outputs[i]}, ${apart} units from ${Math.exp(x)}`);
    });
    assert.deepEqual(elementwise('exponentials', [0, -0, -Infinity, Infinity, NaN]), [1, 1, 0, Infinity, NaN]);
  });

  it('compute log(1+x) to 3 units in the last place, for tiny x too', () => {
    const inputs = Array.from({ length: 100_001 }, (_, i) => i / 10_000);
    for (let exponent = -1074; exponent < 60; exponent++) inputs.push(2 ** exponent, 1.37 * 2 ** exponent);
    const outputs = elementwise('log1ps', inputs);
    inputs.forEach((x, i) => {
      const apart = unitsApart(outputs[i], Math.log1p(x));
      assert.ok(apart <= 3, `log(1+${x}) is ${outputs[i]}, ${apart} units from ${Math.log1p(x)}`);
    });
    assert.deepEqual(elementwise('log1ps', [0, NaN]), [0, NaN]);
  });

  it('hand out the same scratch again, which outlives its growth', () => {
    const module = kernels();
    const start = module.reserve(10)[0].byteOffset;
    const [large, next] = module.reserve(2 ** 21 + 1, 3);
    assert.equal(large.byteOffset, start);
    assert.equal(next.byteOffset % 16, 0);
    assert.ok(next.byteOffset >= large.byteOffset + large.byteLength);
    const a = wildMatrix(9, 33, 5);
    const expected = new Float64Array(81);
    const actual = new Float64Array(81);
    plain.multiplyTransposed(a, a, 9, 9, 33, expected);
    multiplyTransposed(a, a, 9, 9, 33, actual);
    assert.deepEqual(actual, expected);
  });

  it('with fused multiply-add agree with their twins to rounding, a row alone to the byte with the same row among others', function () {
    if (!hasFused()) return this.skip();
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 8, max: 40 }),
        fc.integer({ min: 8, max: 70 }),
        seeds,
        (rows, columns, inner, seed) => {
          const stream = randomStream(seed, 'fused');
          const normal = (length: number) => Float64Array.from({ length }, () => stream.normal());
          const [a, b] = [normal(rows * inner), normal(columns * inner)];
          const [expected, actual] = [new Float64Array(rows * columns), new Float64Array(rows * columns)];
          plain.multiplyTransposed(a, b, rows, columns, inner, expected);
          multiplyTransposed(a, b, rows, columns, inner, actual);
          const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), inner);
          expected.forEach((value, at) => assert.ok(Math.abs(actual[at] - value) <= 1e-15 * scale));
          const alone = new Float64Array(columns);
          multiplyTransposed(a.subarray((rows - 1) * inner), b, 1, columns, inner, alone);
          assert.deepEqual(alone, actual.subarray((rows - 1) * columns));
        },
      ),
      { seed: 6 },
    );
    const inputs = Array.from({ length: 20_001 }, (_, i) => -800 + i / 12.5);
    elementwise('exponentials', inputs, 'fused').forEach((value, i) =>
      assert.ok(unitsApart(value, Math.exp(inputs[i])) <= 2),
    );
    elementwise('log1ps', inputs.map(Math.abs), 'fused').forEach((value, i) =>
      assert.ok(unitsApart(value, Math.log1p(Math.abs(inputs[i]))) <= 3),
    );
  });
});
