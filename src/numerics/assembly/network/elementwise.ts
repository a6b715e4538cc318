// Biases, ELU and its derivative, and the exponential that they need; copies of blocks.

import { multiplyAdd32 } from '../kernels/multiply-add';

/** y = ELU(y) in place, for `length` numbers, a multiple of 4: y where y > 0, else e^y − 1. */
export function elu(length: i32, y: usize): void {
  const end = y + ((<usize>length) << 2);
  const pairsEnd = y + ((<usize>(length & ~7)) << 2);
  // Two vectors at a time share the making of the constants, which takes as long as the sums.
  for (; y < pairsEnd; y += 32) {
    const low = eluOf(v128.load(y));
    v128.store(y, low);
    const high = eluOf(v128.load(y, 16));
    v128.store(y, high, 16);
  }
  if (y < end) v128.store(y, eluOf(v128.load(y)));
}

/** y_b = y_b + bias, then ELU where `activated` is not 0, in place for `rows` rows of `columns` numbers, a multiple of 8. */
export function addBias(rows: i32, columns: i32, y: usize, bias: usize, activated: i32): void {
  const biasEnd = bias + ((<usize>columns) << 2);
  for (let b = 0; b < rows; b++) {
    for (let at = bias; at < biasEnd; at += 32, y += 32) {
      const low = f32x4.add(v128.load(y), v128.load(at));
      const high = f32x4.add(v128.load(y, 16), v128.load(at, 16));
      v128.store(y, activated ? eluOf(low) : low);
      v128.store(y, activated ? eluOf(high) : high, 16);
    }
  }
}

/** Copies `rows` rows of `width` numbers between places where rows are so many numbers apart. */
export function copyRows(rows: i32, width: i32, from: usize, fromStride: i32, to: usize, toStride: i32): void {
  const bytes = (<usize>width) << 2;
  for (let i = 0; i < rows; i++, from += (<usize>fromStride) << 2, to += (<usize>toStride) << 2) {
    memory.copy(to, from, bytes);
  }
}

// @ts-ignore: decorator
@inline
function eluOf(x: v128): v128 {
  const zero = f32x4.splat(0);
  return v128.bitselect(x, expm1OfNegative(f32x4.pmin(x, zero)), f32x4.gt(x, zero));
}

/** e^x for x ≤ 0, nearly to the last place. */
// @ts-ignore: decorator
@inline
export function exponentialOfNegative(x: v128): v128 {
  return exponentialLess(x, f32x4.splat(0));
}

// @ts-ignore: decorator
@inline
export function expm1OfNegative(x: v128): v128 {
  return exponentialLess(x, f32x4.splat(1));
}

/**
 * e^x − 1 or e^x − 0 for x ≤ 0, nearly to the last place: with x = n·ln 2 + r, |r| ≤ ln 2 / 2, it is 2ⁿ(e^r − 1) + (2ⁿ − 1),
 * and e^r − 1 = r + r²·(polynomial) loses no digits near 0. Coefficients of Cephes' expf (Moshier).
 */
// @ts-ignore: decorator
@inline
function exponentialLess(x: v128, less: v128): v128 {
  // Below −87 e^x vanishes beside 1 and nearly so by itself; the bound keeps 2ⁿ a normal number. What is not a number stays so.
  const bounded = f32x4.pmax(x, f32x4.splat(-87));
  // Adding 1.5·2²³ rounds to a whole number, n, and leaves it in the lowest bits.
  const shifted = f32x4.add(f32x4.mul(bounded, f32x4.splat(1.44269504088896341)), f32x4.splat(12582912));
  const n = f32x4.sub(shifted, f32x4.splat(12582912));
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
  // ln 2 in two parts, of which the first times n is exact.
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let series = multiplyAdd32(r, f32x4.splat(1.98756915e-4), f32x4.splat(1.3981999507e-3));
  series = multiplyAdd32(series, r, f32x4.splat(8.3334519073e-3));
  series = multiplyAdd32(series, r, f32x4.splat(4.1665795894e-2));
  series = multiplyAdd32(series, r, f32x4.splat(1.6666665459e-1));
  series = multiplyAdd32(series, r, f32x4.splat(0.5));
  const ofRest = f32x4.add(f32x4.mul(f32x4.mul(r, r), series), r);
  return f32x4.add(f32x4.mul(power, ofRest), f32x4.sub(power, less));
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
