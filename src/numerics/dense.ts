/**
 * Dense float64 kernels on row-major arrays: the only places where the solvers spend time, kept as plain functions over
 * `Float64Array` so that another engine can stand in for them.
 *
 * Every entry of a product is summed in the order of its inner index, whatever the blocking, so a row of a result has the
 * same bytes in whatever batch it is computed.
 */

/** `C = A·Bᵀ` for A `rows×inner`, B `columns×inner` and C `rows×columns`. Both operands are read along their rows. */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  const blockedRows = rows - (rows % 4);
  const blockedColumns = columns - (columns % 4);
  for (let i = 0; i < blockedRows; i += 4) {
    for (let j = 0; j < blockedColumns; j += 4) dotTile(a, b, i, j, columns, inner, out);
  }
  dotEdge(a, b, 0, blockedRows, blockedColumns, columns, columns, inner, out);
  dotEdge(a, b, blockedRows, rows, 0, columns, columns, inner, out);
}

/** The 4×4 block of `A·Bᵀ` at row i and column j: sixteen running sums share eight loads. */
function dotTile(
  a: Float64Array,
  b: Float64Array,
  i: number,
  j: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  const a0 = i * inner;
  const a1 = a0 + inner;
  const a2 = a1 + inner;
  const a3 = a2 + inner;
  const b0 = j * inner;
  const b1 = b0 + inner;
  const b2 = b1 + inner;
  const b3 = b2 + inner;
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let k = 0; k < inner; k++) {
    const y0 = b[b0 + k];
    const y1 = b[b1 + k];
    const y2 = b[b2 + k];
    const y3 = b[b3 + k];
    const x0 = a[a0 + k];
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    const x1 = a[a1 + k];
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    const x2 = a[a2 + k];
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    const x3 = a[a3 + k];
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  let c = i * columns + j;
  out[c] = s00;
  out[c + 1] = s01;
  out[c + 2] = s02;
  out[c + 3] = s03;
  c += columns;
  out[c] = s10;
  out[c + 1] = s11;
  out[c + 2] = s12;
  out[c + 3] = s13;
  c += columns;
  out[c] = s20;
  out[c + 1] = s21;
  out[c + 2] = s22;
  out[c + 3] = s23;
  c += columns;
  out[c] = s30;
  out[c + 1] = s31;
  out[c + 2] = s32;
  out[c + 3] = s33;
}

/** Entries of `A·Bᵀ` that no 4×4 block covers, one dot product each. */
function dotEdge(
  a: Float64Array,
  b: Float64Array,
  rowStart: number,
  rowEnd: number,
  columnStart: number,
  columnEnd: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  for (let i = rowStart; i < rowEnd; i++) {
    for (let j = columnStart; j < columnEnd; j++) {
      let sum = 0;
      for (let k = 0, p = i * inner, q = j * inner; k < inner; k++) sum += a[p + k] * b[q + k];
      out[i * columns + j] = sum;
    }
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
  for (let i = 0; i < n; i++) {
    const rowI = i * n;
    for (let j = 0; j < i; j++) {
      const rowJ = j * n;
      a[rowI + j] = (a[rowI + j] - dot(a, rowI, a, rowJ, j)) / a[rowJ + j];
    }
    const pivot = a[rowI + i] - dot(a, rowI, a, rowI, i);
    if (!(pivot > 0)) return false;
    a[rowI + i] = Math.sqrt(pivot);
  }
  return true;
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
  const inverse = new Float64Array(n * n);
  const transposed = transpose(factor, n, n);
  // Row c of the inverse solves A·x = e_c. L⁻¹·e_c is zero before c, and by symmetry only the entries from c on are new,
  // so both substitutions run over c … n−1 alone.
  for (let c = 0; c < n; c++) {
    const x = inverse.subarray(c * n, (c + 1) * n);
    x[c] = 1 / factor[c * n + c];
    for (let i = c + 1; i < n; i++) {
      x[i] = -dot(factor, i * n + c, x, c, i - c) / factor[i * n + i];
    }
    for (let i = n - 1; i >= c; i--) {
      x[i] = (x[i] - dot(transposed, i * n + i + 1, x, i + 1, n - 1 - i)) / factor[i * n + i];
    }
    for (let i = c + 1; i < n; i++) inverse[i * n + c] = x[i];
  }
  return inverse;
}

/** The inner product of `length` numbers of `a` from `aOffset` and of `b` from `bOffset`. */
export function dot(a: Float64Array, aOffset: number, b: Float64Array, bOffset: number, length: number): number {
  // Four running sums, so that one addition need not wait for the last.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const blocked = length - (length % 4);
  for (let j = 0; j < blocked; j += 4) {
    const i = aOffset + j;
    const k = bOffset + j;
    s0 += a[i] * b[k];
    s1 += a[i + 1] * b[k + 1];
    s2 += a[i + 2] * b[k + 2];
    s3 += a[i + 3] * b[k + 3];
  }
  let sum = s0 + s1 + (s2 + s3);
  for (let j = blocked; j < length; j++) sum += a[aOffset + j] * b[bOffset + j];
  return sum;
}

/** The largest absolute value among `length` numbers of `vector` from `offset`; NaN if one of them is NaN. */
export function maxAbsolute(vector: Float64Array, offset: number, length: number): number {
  let largest = 0;
  for (let j = offset; j < offset + length; j++) largest = Math.max(largest, Math.abs(vector[j]));
  return largest;
}
