import * as plain from './dense-plain.js';
import { dot } from './dense-plain.js';
import { wasmKernels } from './wasm-kernels.js';

export { dot } from './dense-plain.js';

/**
 * Dense float64 kernels on row-major arrays: the only places where the solvers spend time, kept as plain functions over
 * `Float64Array`. The larger ones run in WebAssembly where it has SIMD; their twins in `dense-plain.ts` give the same bytes, but
 * for the kernels with fused multiply-add.
 *
 * Every sum is taken in an order that depends on its length alone, so a row of a result has the same bytes in whatever batch
 * it is computed.
 */

/**
 * Numbers of B below which copying to WebAssembly's memory costs more than it saves. The number of rows must not matter: the
 * kernels may round otherwise than their twins, and a row has the same bytes in any batch.
 */
const smallestOperand = 64;
const smallestFactor = 16;
/** Rows of A are handed over in parts of up to this many numbers of A and C, so that scratch memory stays bounded. */
const partNumbers = 2 ** 20;
/** A larger B (1 GB) does not fit WebAssembly's memory with room to spare. */
const largestOperand = 2 ** 27;

/** `C = A·Bᵀ` for A `rows×inner`, B `columns×inner` and C `rows×columns`. Both operands are read along their rows. */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  const fits = columns * inner >= smallestOperand && columns * inner <= largestOperand;
  const kernels = fits ? wasmKernels() : undefined;
  if (!kernels) return plain.multiplyTransposed(a, b, rows, columns, inner, out);
  const part = Math.min(rows, Math.max(16, Math.floor(partNumbers / (inner + columns))));
  const [partOfA, wholeB, partOfC] = kernels.reserve(part * inner, columns * inner, part * columns);
  wholeB.set(b.subarray(0, columns * inner));
  for (let first = 0; first < rows; first += part) {
    const count = Math.min(part, rows - first);
    partOfA.set(a.subarray(first * inner, (first + count) * inner));
    kernels.multiplyTransposed(partOfA.byteOffset, wholeB.byteOffset, count, columns, inner, partOfC.byteOffset);
    out.set(count === part ? partOfC : partOfC.subarray(0, count * columns), first * columns);
  }
}

/**
 * `C = A·B` for A `rows×inner`, B `inner×columns` and C `rows×columns`. Where B is used again and again, transpose it once
 * and call {@link multiplyTransposed}.
 */
export function multiply(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  multiplyTransposed(a, transpose(b, inner, columns), rows, columns, inner, out);
}

/** The `columns×rows` transpose of a `rows×columns` matrix. */
export function transpose(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
  return out;
}

/**
 * Cholesky factor L of a symmetric positive definite `n×n` matrix, A = L·Lᵀ. Reads the lower triangle of `a` and writes L
 * over it; the upper triangle is left alone.
 *
 * @returns false if a pivot is not positive (A is not positive definite to working precision); `a` is then spoiled.
 */
export function choleskyFactor(a: Float64Array, n: number): boolean {
  const kernels = n >= smallestFactor ? wasmKernels() : undefined;
  if (!kernels) return plain.choleskyFactor(a, n);
  const [matrix] = kernels.reserve(n * n);
  matrix.set(a.subarray(0, n * n));
  const definite = kernels.choleskyFactor(matrix.byteOffset, n) !== 0;
  a.set(matrix);
  return definite;
}

/**
 * Cholesky factor of `matrix + λI`, for λ = 0 if that has one and else for the first of a growing sequence. A convex
 * function's Hessian needs λ > 0 only where rounding has left it without curvature in some direction.
 */
export function factorDamped(matrix: Float64Array, n: number): Float64Array {
  const factor = Float64Array.from(matrix);
  if (choleskyFactor(factor, n)) return factor;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += matrix[i * n + i];
  for (let damping = Math.max(trace, 1) * 1e-14; damping < Infinity; damping *= 100) {
    factor.set(matrix);
    for (let i = 0; i < n; i++) factor[i * n + i] += damping;
    if (choleskyFactor(factor, n)) return factor;
  }
  return factor.fill(NaN);
}

/** Solves `L·x = b` for the lower triangle L of an `n×n` matrix; x replaces b, the n numbers of `vector` from `offset`. */
export function solveLower(lower: Float64Array, n: number, vector: Float64Array, offset = 0): void {
  for (let i = 0; i < n; i++) {
    vector[offset + i] = (vector[offset + i] - dot(lower, i * n, vector, offset, i)) / lower[i * n + i];
  }
}

/** Solves `Lᵀ·x = b` for the lower triangle L of an `n×n` matrix; x replaces b, the n numbers of `vector` from `offset`. */
export function solveLowerTransposed(lower: Float64Array, n: number, vector: Float64Array, offset = 0): void {
  // Column-oriented, so that L is read along its rows.
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const solved = vector[offset + i] / lower[row + i];
    vector[offset + i] = solved;
    for (let k = 0; k < i; k++) vector[offset + k] -= lower[row + k] * solved;
  }
}

/** Solves `A·x = b` given the factor L of {@link choleskyFactor}; x replaces b, the n numbers of `vector` from `offset`. */
export function choleskySolve(factor: Float64Array, n: number, vector: Float64Array, offset = 0): void {
  solveLower(factor, n, vector, offset);
  solveLowerTransposed(factor, n, vector, offset);
}

/** `A⁻¹`, `n×n` and exactly symmetric, given the factor L of {@link choleskyFactor}. */
export function choleskyInverse(factor: Float64Array, n: number): Float64Array {
  const transposed = transpose(factor, n, n);
  const kernels = n >= smallestFactor ? wasmKernels() : undefined;
  if (!kernels) return plain.choleskyInverse(factor, transposed, n);
  const [lower, upper, inverse] = kernels.reserve(n * n, n * n, n * n);
  lower.set(factor);
  upper.set(transposed);
  kernels.choleskyInverse(lower.byteOffset, upper.byteOffset, n, inverse.fill(0).byteOffset);
  return inverse.slice();
}

/** The largest absolute value among `length` numbers of `vector` from `offset`; NaN if one of them is NaN. */
export function maxAbsolute(vector: Float64Array, offset: number, length: number): number {
  let largest = 0;
  for (let j = offset; j < offset + length; j++) largest = Math.max(largest, Math.abs(vector[j]));
  return largest;
}
