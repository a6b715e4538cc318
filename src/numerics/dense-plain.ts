/**
 * The readable twins of the WebAssembly kernels of `dense.ts`, and what runs where WebAssembly has no SIMD. They give the same
 * bytes: both add in the same order, and neither fuses a multiplication with an addition.
 */

/** `C = A·Bᵀ`; every entry is its sum over even k plus that over odd k, plus the last product where `inner` is odd. */
export function multiplyTransposed(
  a: Float64Array,
  b: Float64Array,
  rows: number,
  columns: number,
  inner: number,
  out: Float64Array,
): void {
  const paired = inner - (inner % 2);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const row = i * inner;
      const column = j * inner;
      let even = 0;
      let odd = 0;
      for (let k = 0; k < paired; k += 2) {
        even += a[row + k] * b[column + k];
        odd += a[row + k + 1] * b[column + k + 1];
      }
      const sum = even + odd;
      out[i * columns + j] = paired < inner ? sum + a[row + paired] * b[column + paired] : sum;
    }
  }
}

/** Writes L with A = L·Lᵀ over the lower triangle of `a`; false if a pivot is not positive. */
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

/** `A⁻¹`, `n×n` and exactly symmetric, given the factor L and its transpose. */
export function choleskyInverse(factor: Float64Array, transposed: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
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
