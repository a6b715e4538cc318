import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  choleskyFactor,
  choleskyInverse,
  choleskySolve,
  dot,
  factorDamped,
  maxAbsolute,
  multiply,
  multiplyTransposed,
  solveLower,
  solveLowerTransposed,
  transpose,
} from '../../src/numerics/dense.js';
import { randomStream } from '../../src/numerics/random.js';

function randomMatrix(rows: number, columns: number, seed: number): Float64Array {
  const stream = randomStream(seed, 'matrix');
  return Float64Array.from({ length: rows * columns }, () => stream.normal());
}

/** A·B, entry by entry. */
function naiveProduct(a: Float64Array, b: Float64Array, rows: number, columns: number, inner: number): Float64Array {
  const product = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < inner; k++) product[i * columns + j] += a[i * inner + k] * b[k * columns + j];
    }
  }
  return product;
}

/** M·Mᵀ + I: symmetric, positive definite. */
function positiveDefinite(n: number, seed: number): Float64Array {
  const m = randomMatrix(n, n, seed);
  const matrix = naiveProduct(m, transpose(m, n, n), n, n, n);
  for (let i = 0; i < n; i++) matrix[i * n + i] += 1;
  return matrix;
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(actual[i] - expected[i]) <= tolerance, `entry ${i}: ${actual[i]} is not ${expected[i]}`);
  }
}

const lowerTriangle = (matrix: Float64Array, n: number): Float64Array =>
  matrix.map((value, at) => (at % n <= Math.floor(at / n) ? value : 0));

const shape = fc.tuple(
  fc.integer({ min: 0, max: 13 }),
  fc.integer({ min: 0, max: 13 }),
  fc.integer({ min: 0, max: 9 }),
);
const seeds = fc.integer({ min: 0, max: 1e6 });

describe('dense kernels', () => {
  it('multiply like the definition, at every size around the blocks', () => {
    fc.assert(
      fc.property(shape, seeds, ([rows, columns, inner], seed) => {
        const a = randomMatrix(rows, inner, seed);
        const b = randomMatrix(inner, columns, seed + 1);
        const expected = naiveProduct(a, b, rows, columns, inner);
        const product = new Float64Array(rows * columns).fill(NaN);
        multiply(a, b, rows, columns, inner, product);
        close(product, expected, 1e-13);
        product.fill(NaN);
        multiplyTransposed(a, transpose(b, inner, columns), rows, columns, inner, product);
        close(product, expected, 1e-13);
      }),
      { seed: 1 },
    );
  });

  it('give a row of a product the same bytes wherever it stands', () => {
    const [rows, columns, inner] = [11, 9, 37];
    const a = randomMatrix(rows, inner, 2);
    const b = randomMatrix(columns, inner, 3);
    const together = new Float64Array(rows * columns);
    multiplyTransposed(a, b, rows, columns, inner, together);
    for (let i = 0; i < rows; i++) {
      const alone = new Float64Array(columns);
      multiplyTransposed(a.subarray(i * inner, (i + 1) * inner), b, 1, columns, inner, alone);
      assert.deepEqual(alone, together.slice(i * columns, (i + 1) * columns));
    }
  });

  it('write nothing beyond the product', () => {
    const product = new Float64Array(40).fill(7);
    multiplyTransposed(randomMatrix(5, 3, 4), randomMatrix(6, 3, 5), 5, 6, 3, product);
    assert.ok(product.subarray(30).every((value) => value === 7));
  });

  it('factor, solve and invert symmetric positive definite matrices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 14 }), seeds, (n, seed) => {
        const matrix = positiveDefinite(n, seed);
        const factor = Float64Array.from(matrix);
        assert.ok(choleskyFactor(factor, n));
        const lower = lowerTriangle(factor, n);
        close(naiveProduct(lower, transpose(lower, n, n), n, n, n), matrix, 1e-11);

        const solution = randomMatrix(n, 1, seed + 1);
        const solved = Float64Array.of(9, ...naiveProduct(matrix, solution, n, 1, n), 9);
        choleskySolve(factor, n, solved, 1);
        close(solved, [9, ...solution, 9], 1e-9);

        const inverse = choleskyInverse(factor, n);
        const identity = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
        close(naiveProduct(matrix, inverse, n, n, n), identity, 1e-10);
        assert.deepEqual(transpose(inverse, n, n), inverse);
      }),
      { seed: 2 },
    );
  });

  it('solve triangular systems', () => {
    const n = 9;
    const lower = lowerTriangle(positiveDefinite(n, 6), n);
    const solution = randomMatrix(n, 1, 7);
    const forward = naiveProduct(lower, solution, n, 1, n);
    solveLower(lower, n, forward);
    close(forward, solution, 1e-11);
    const backward = naiveProduct(transpose(lower, n, n), solution, n, 1, n);
    solveLowerTransposed(lower, n, backward);
    close(backward, solution, 1e-11);
  });

  it('say so when a matrix is not positive definite', () => {
    assert.equal(choleskyFactor(Float64Array.of(1, 2, 2, 1), 2), false);
    assert.equal(choleskyFactor(Float64Array.of(0), 1), false);
    assert.equal(choleskyFactor(Float64Array.of(NaN), 1), false);
  });

  it('damp a matrix only if they must, and then little', () => {
    const definite = positiveDefinite(5, 8);
    const factor = Float64Array.from(definite);
    choleskyFactor(factor, 5);
    assert.deepEqual(factorDamped(definite, 5), factor);
    const singular = Float64Array.of(1, 1, 1, 1);
    const lower = lowerTriangle(factorDamped(singular, 2), 2);
    close(naiveProduct(lower, transpose(lower, 2, 2), 2, 2, 2), singular, 1e-8);
    assert.deepEqual([...singular], [1, 1, 1, 1]);
    assert.ok(factorDamped(Float64Array.of(NaN), 1).every(Number.isNaN));
  });

  it('sum products and find largest values', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 20 }), seeds, (length, seed) => {
        const a = randomMatrix(length + 3, 1, seed);
        const b = randomMatrix(length + 1, 1, seed + 1);
        const expected = naiveProduct(a.subarray(3), b.subarray(1), 1, 1, length)[0] ?? 0;
        close([dot(a, 3, b, 1, length)], [expected], 1e-13);
        assert.equal(maxAbsolute(a, 3, length), Math.max(0, ...a.subarray(3).map(Math.abs)));
      }),
      { seed: 3 },
    );
    assert.ok(Number.isNaN(maxAbsolute(Float64Array.of(1, NaN, 2), 0, 3)));
  });
});
