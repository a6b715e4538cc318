// e^x and log(1+x), two at a time. Reductions and the logarithm's polynomial are those of fdlibm (Sun Microsystems, 1993).

import { multiplyAdd64 } from './multiply-add';

const log2e: f64 = 1.4426950408889634;
// log 2 in two parts; the high one has enough zero bits that its product with a whole exponent is exact.
const log2High: f64 = 6.93147180369123816490e-1;
const log2Low: f64 = 1.90821492927058770002e-10;
/** 1.5·2⁵²: adding it rounds to a whole number, which then stands in the low bits. */
const rounder: f64 = 6755399441055744;
const rounderBits: i64 = 0x4338000000000000;
/** The bits of √½, rounded so that mantissas fall into [√½, √2). */
const rootHalfBits: i64 = 0x3fe6a09e00000000;

/** e^x within 2 units in the last place; 0 and ∞ beyond the range, NaN for NaN. */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  const bounded = f64x2.pmin(f64x2.pmax(x, f64x2.splat(-750)), f64x2.splat(720));
  const shifted = f64x2.add(f64x2.mul(bounded, f64x2.splat(log2e)), f64x2.splat(rounder));
  const n = f64x2.sub(shifted, f64x2.splat(rounder));
  const high = f64x2.sub(bounded, f64x2.mul(n, f64x2.splat(log2High)));
  const r = f64x2.sub(high, f64x2.mul(n, f64x2.splat(log2Low)));
  // Taylor's series: |r| ≤ ½·log 2, so the first term left out is below 5e-18.
  let p = f64x2.splat(1.0 / 6227020800.0);
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 479001600.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 39916800.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 3628800.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 362880.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 40320.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 5040.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 720.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 120.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 24.0));
  p = multiplyAdd64(p, r, f64x2.splat(1.0 / 6.0));
  p = multiplyAdd64(p, r, f64x2.splat(0.5));
  p = multiplyAdd64(p, r, f64x2.splat(1));
  p = multiplyAdd64(p, r, f64x2.splat(1));
  // 2ⁿ in two factors, so that neither leaves the range of normal numbers.
  const whole = i64x2.sub(shifted, i64x2.splat(rounderBits));
  const half = i64x2.shr_s(whole, 1);
  return f64x2.mul(f64x2.mul(p, powerOfTwo(half)), powerOfTwo(i64x2.sub(whole, half)));
}

// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i64x2.shl(i64x2.add(n, i64x2.splat(1023)), 52);
}

/** log(1+x) for finite x ≥ 0, within 3 units in the last place. */
// @ts-ignore: decorator
@inline
export function log1p(x: v128): v128 {
  const one = f64x2.splat(1);
  const u = f64x2.add(one, x);
  // What rounding took from 1 + x, relative to it.
  const lost = f64x2.div(f64x2.sub(x, f64x2.sub(u, one)), u);
  const exponent = i64x2.shr_s(i64x2.sub(u, i64x2.splat(rootHalfBits)), 52);
  const e = f64x2.sub(i64x2.add(exponent, i64x2.splat(rounderBits)), f64x2.splat(rounder));
  const f = f64x2.sub(i64x2.sub(u, i64x2.shl(exponent, 52)), one);
  const s = f64x2.div(f, f64x2.add(f64x2.splat(2), f));
  const z = f64x2.mul(s, s);
  let r = f64x2.splat(1.479819860511658591e-1);
  r = multiplyAdd64(r, z, f64x2.splat(1.531383769920937332e-1));
  r = multiplyAdd64(r, z, f64x2.splat(1.818357216161805012e-1));
  r = multiplyAdd64(r, z, f64x2.splat(2.222219843214978396e-1));
  r = multiplyAdd64(r, z, f64x2.splat(2.857142874366239149e-1));
  r = multiplyAdd64(r, z, f64x2.splat(3.999999999940941908e-1));
  r = multiplyAdd64(r, z, f64x2.splat(6.666666666666735130e-1));
  r = f64x2.mul(r, z);
  const halfSquare = f64x2.mul(f64x2.splat(0.5), f64x2.mul(f, f));
  const tail = f64x2.add(f64x2.mul(e, f64x2.splat(log2Low)), lost);
  const small = f64x2.sub(halfSquare, f64x2.add(f64x2.mul(s, f64x2.add(halfSquare, r)), tail));
  return f64x2.sub(f64x2.mul(e, f64x2.splat(log2High)), f64x2.sub(small, f));
}

/** Replaces `pairs` pairs of numbers by their exponentials. */
export function exponentials(x: usize, pairs: i32): void {
  for (const end = x + (<usize>pairs << 4); x < end; x += 16) v128.store(x, exponential(v128.load(x)));
}

/** Replaces `pairs` pairs of finite numbers ≥ 0 by log(1+x). */
export function log1ps(x: usize, pairs: i32): void {
  for (const end = x + (<usize>pairs << 4); x < end; x += 16) v128.store(x, log1p(v128.load(x)));
}
