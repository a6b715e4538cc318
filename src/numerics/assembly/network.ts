// Float32 kernels of a dense network, four numbers at a time (WebAssembly SIMD). Pointers are byte addresses of row-major
// matrices. Compiled by AssemblyScript; the readable twins are in the tests.

import { multiplyAdd32 } from './kernels/multiply-add';

/** Columns of a product that are computed together; numbers of columns are multiples of it. */
const panelWidth: i32 = 8;

/**
 * C = A·B for A `m×k`, B `k×n`, C `m×n`, n a multiple of 8. Eight columns of B at a time are copied together into `panel`
 * (8·k numbers), so that the inner loop reads memory in order; four rows of A share each read of them.
 */
export function multiply(m: i32, k: i32, n: i32, a: usize, b: usize, c: usize, panel: usize): void {
  const aRow = (<usize>k) << 2;
  const cRow = (<usize>n) << 2;
  for (let j = 0; j < n; j += panelWidth) {
    const column = (<usize>j) << 2;
    const panelEnd = panel + ((<usize>k) << 5);
    let from = b + column;
    for (let to = panel; to < panelEnd; to += 32, from += cRow) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    }
    let i = 0;
    let a0 = a;
    let out = c + column;
    for (; i + 4 <= m; i += 4) {
      multiplyFourRows(a0, aRow, panel, panelEnd, out, cRow);
      a0 += aRow << 2;
      out += cRow << 2;
    }
    for (; i < m; i++) {
      multiplyOneRow(a0, panel, panelEnd, out);
      a0 += aRow;
      out += cRow;
    }
  }
}

function multiplyFourRows(a0: usize, aRow: usize, panel: usize, panelEnd: usize, c: usize, cRow: usize): void {
  let a1 = a0 + aRow;
  let a2 = a1 + aRow;
  let a3 = a2 + aRow;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let b = panel; b < panelEnd; b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let x = v128.load32_splat(a0);
    c00 = multiplyAdd32(x, b0, c00);
    c01 = multiplyAdd32(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = multiplyAdd32(x, b0, c10);
    c11 = multiplyAdd32(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = multiplyAdd32(x, b0, c20);
    c21 = multiplyAdd32(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = multiplyAdd32(x, b0, c30);
    c31 = multiplyAdd32(x, b1, c31);
    a0 += 4;
    a1 += 4;
    a2 += 4;
    a3 += 4;
  }
  v128.store(c, c00);
  v128.store(c, c01, 16);
  c += cRow;
  v128.store(c, c10);
  v128.store(c, c11, 16);
  c += cRow;
  v128.store(c, c20);
  v128.store(c, c21, 16);
  c += cRow;
  v128.store(c, c30);
  v128.store(c, c31, 16);
}

function multiplyOneRow(a: usize, panel: usize, panelEnd: usize, c: usize): void {
  let c0 = f32x4.splat(0);
  let c1 = c0;
  for (let b = panel; b < panelEnd; b += 32) {
    const x = v128.load32_splat(a);
    c0 = multiplyAdd32(x, v128.load(b), c0);
    c1 = multiplyAdd32(x, v128.load(b, 16), c1);
    a += 4;
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

/** B = Aᵀ for A `m×n`, in blocks of 4×4. */
export function transpose(m: i32, n: i32, a: usize, b: usize): void {
  const aRow = (<usize>n) << 2;
  const bRow = (<usize>m) << 2;
  const mBlocks = m & ~3;
  const nBlocks = n & ~3;
  for (let i = 0; i < mBlocks; i += 4) {
    let from = a + <usize>i * aRow;
    let to = b + ((<usize>i) << 2);
    for (let j = 0; j < nBlocks; j += 4) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + aRow);
      const r2 = v128.load(from + 2 * aRow);
      const r3 = v128.load(from + 3 * aRow);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to + bRow, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(to + 2 * bRow, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(to + 3 * bRow, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      from += 16;
      to += bRow << 2;
    }
  }
  for (let i = 0; i < m; i++) {
    for (let j = i < mBlocks ? nBlocks : 0; j < n; j++) {
      store<f32>(b + <usize>j * bRow + ((<usize>i) << 2), load<f32>(a + <usize>i * aRow + ((<usize>j) << 2)));
    }
  }
}

/** y = ELU(y) in place, for `length` numbers, a multiple of 4: y where y > 0, else e^y − 1. */
export function elu(length: i32, y: usize): void {
  const end = y + ((<usize>length) << 2);
  const zero = f32x4.splat(0);
  for (; y < end; y += 16) {
    const x = v128.load(y);
    v128.store(y, v128.bitselect(x, expm1OfNegative(f32x4.pmin(x, zero)), f32x4.gt(x, zero)));
  }
}

/**
 * e^x − 1 for x ≤ 0, nearly to the last place: with x = n·ln 2 + r, |r| ≤ ln 2 / 2, it is 2ⁿ(e^r − 1) + (2ⁿ − 1), and
 * e^r − 1 = r + r²·(polynomial) loses no digits near 0. Coefficients of Cephes' expf (Moshier).
 */
function expm1OfNegative(x: v128): v128 {
  // Below −87 it is −1 in float32; the bound keeps 2ⁿ a normal number. What is not a number stays so.
  const bounded = f32x4.pmax(x, f32x4.splat(-87));
  // Adding 1.5·2²³ rounds to a whole number, n, and leaves it in the lowest bits.
  const shifted = f32x4.add(f32x4.mul(bounded, f32x4.splat(1.44269504088896341)), f32x4.splat(12582912));
  const n = f32x4.sub(shifted, f32x4.splat(12582912));
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
  // ln 2 in two parts, of which the first times n is exact.
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let series = f32x4.add(f32x4.mul(r, f32x4.splat(1.98756915e-4)), f32x4.splat(1.3981999507e-3));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(8.3334519073e-3));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(4.1665795894e-2));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(1.6666665459e-1));
  series = f32x4.add(f32x4.mul(series, r), f32x4.splat(0.5));
  const ofRest = f32x4.add(f32x4.mul(f32x4.mul(r, r), series), r);
  return f32x4.add(f32x4.mul(power, ofRest), f32x4.sub(power, f32x4.splat(1)));
}

/** gradient = gradient ∘ ELU′, for `length` numbers, a multiple of 4; ELU′ from the output y: 1 where y > 0, else y + 1. */
export function eluGradient(length: i32, y: usize, gradient: usize): void {
  const end = y + ((<usize>length) << 2);
  const one = f32x4.splat(1);
  const zero = f32x4.splat(0);
  for (; y < end; y += 16, gradient += 16) {
    const slope = f32x4.add(f32x4.pmin(v128.load(y), zero), one);
    v128.store(gradient, f32x4.mul(v128.load(gradient), slope));
  }
}
