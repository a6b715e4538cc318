// Activations with their slopes, and what their second derivatives add to a tangent. Four numbers at a time; the last vector may
// be read beyond the end, but is only stored up to it.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { expm1OfNegative, exponentialOfNegative } from '../network/elementwise';
import { bytes, storeFirst } from './scratch';

/** y = max(x, 0). */
export function relu(length: i32, x: u32, y: u32, slope: u32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < length; i += 4) {
    const value = v128.load(bytes(x + i));
    storeFirst(bytes(y + i), f32x4.pmax(value, zero), length - i);
    storeFirst(bytes(slope + i), v128.and(f32x4.splat(1), f32x4.gt(value, zero)), length - i);
  }
}

/** y = tanh x, from e^(−2|x|) − 1, which loses no digits near 0. */
export function tanh(length: i32, x: u32, y: u32, slope: u32): void {
  const sign = f32x4.splat(-0.0);
  for (let i = 0; i < length; i += 4) {
    const value = v128.load(bytes(x + i));
    const small = expm1OfNegative(f32x4.mul(f32x4.abs(value), f32x4.splat(-2)));
    const inverse = f32x4.div(f32x4.splat(1), f32x4.add(small, f32x4.splat(2)));
    const size = f32x4.neg(f32x4.mul(small, inverse));
    storeFirst(bytes(y + i), v128.or(size, v128.and(value, sign)), length - i);
    // 1 − tanh² = 4e/(1 + e)², which stays exact where tanh is nearly 1.
    const e = f32x4.mul(f32x4.add(small, f32x4.splat(1)), f32x4.splat(4));
    storeFirst(bytes(slope + i), f32x4.mul(f32x4.mul(e, inverse), inverse), length - i);
  }
}

/** y = x, or eˣ − 1 below 0. */
export function elu(length: i32, x: u32, y: u32, slope: u32): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < length; i += 4) {
    const value = v128.load(bytes(x + i));
    const below = expm1OfNegative(f32x4.pmin(value, zero));
    storeFirst(bytes(y + i), v128.bitselect(value, below, f32x4.gt(value, zero)), length - i);
    storeFirst(bytes(slope + i), f32x4.add(below, f32x4.splat(1)), length - i);
  }
}

/** y = x·Φ(x). */
export function gelu(length: i32, x: u32, y: u32, slope: u32): void {
  for (let i = 0; i < length; i += 4) {
    const value = v128.load(bytes(x + i));
    const e = exponentialOfNegative(f32x4.mul(f32x4.mul(value, value), f32x4.splat(-0.5)));
    const tail = f32x4.mul(e, tailRatio(f32x4.abs(value)));
    const above = f32x4.gt(value, f32x4.splat(0));
    const distribution = v128.bitselect(f32x4.sub(f32x4.splat(1), tail), tail, above);
    storeFirst(bytes(y + i), f32x4.mul(value, distribution), length - i);
    const density = f32x4.mul(e, f32x4.splat(inverseRootTwoPi));
    storeFirst(bytes(slope + i), multiplyAdd32(value, density, distribution), length - i);
  }
}

/** 1/√(2π). */
const inverseRootTwoPi: f32 = 0.3989422804014327;

/**
 * Φ(−x)·e^(x²/2) for x ≥ 0, within 5·10⁻⁷ of itself: t·(polynomial in t) with t = 1/(1 + 0.4·x/√2), whose coefficients are a
 * minimax fit in relative error for x up to 14 (beyond it e^(−x²/2) vanishes).
 */
// @ts-ignore: decorator
@inline
function tailRatio(x: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, multiplyAdd32(x, f32x4.splat(0.282842712474619), one));
  let series = multiplyAdd32(t, f32x4.splat(0.0205326218), f32x4.splat(-0.0696988701));
  series = multiplyAdd32(series, t, f32x4.splat(0.0410322819));
  series = multiplyAdd32(series, t, f32x4.splat(0.0450933165));
  series = multiplyAdd32(series, t, f32x4.splat(0.0391022951));
  series = multiplyAdd32(series, t, f32x4.splat(0.097030912));
  series = multiplyAdd32(series, t, f32x4.splat(0.100857255));
  series = multiplyAdd32(series, t, f32x4.splat(0.113233832));
  series = multiplyAdd32(series, t, f32x4.splat(0.112816386));
  return f32x4.mul(series, t);
}

/** out += φ″·dx·g with φ″ = −2y(1 − y²). */
export function addTanhCurvature(length: i32, x: u32, y: u32, dx: u32, g: u32, out: u32): void {
  const one = f32x4.splat(1);
  for (let i = 0; i < length; i += 4) {
    const value = v128.load(bytes(y + i));
    const slope = f32x4.mul(f32x4.sub(one, value), f32x4.add(one, value));
    addCurvature(length, i, f32x4.mul(f32x4.mul(value, slope), f32x4.splat(-2)), dx, g, out);
  }
}

/** out += φ″·dx·g with φ″ = y + 1 below 0, else 0. */
export function addEluCurvature(length: i32, x: u32, y: u32, dx: u32, g: u32, out: u32): void {
  for (let i = 0; i < length; i += 4) {
    const below = f32x4.le(v128.load(bytes(x + i)), f32x4.splat(0));
    const curvature = v128.and(f32x4.add(v128.load(bytes(y + i)), f32x4.splat(1)), below);
    addCurvature(length, i, curvature, dx, g, out);
  }
}

/** out += φ″·dx·g with φ″ = (2 − x²) times the normal density. */
export function addGeluCurvature(length: i32, x: u32, y: u32, dx: u32, g: u32, out: u32): void {
  for (let i = 0; i < length; i += 4) {
    const value = v128.load(bytes(x + i));
    // Far out the square would become infinite, and infinity times the vanished density no number.
    const square = f32x4.pmin(f32x4.mul(value, value), f32x4.splat(1e4));
    const density = f32x4.mul(
      exponentialOfNegative(f32x4.mul(square, f32x4.splat(-0.5))),
      f32x4.splat(inverseRootTwoPi),
    );
    addCurvature(length, i, f32x4.mul(f32x4.sub(f32x4.splat(2), square), density), dx, g, out);
  }
}

// @ts-ignore: decorator
@inline
function addCurvature(length: i32, i: i32, curvature: v128, dx: u32, g: u32, out: u32): void {
  const product = f32x4.mul(v128.load(bytes(dx + i)), v128.load(bytes(g + i)));
  storeFirst(bytes(out + i), multiplyAdd32(curvature, product, v128.load(bytes(out + i))), length - i);
}
