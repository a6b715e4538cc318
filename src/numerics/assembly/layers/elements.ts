// Operations on corresponding numbers of vectors.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { bytes } from './scratch';

/** out = x∘y, or out += x∘y. */
export function multiplyElements(length: i32, x: u32, y: u32, out: u32, accumulate: i32): void {
  let xAt = bytes(x);
  let yAt = bytes(y);
  let to = bytes(out);
  const end = to + bytes(length);
  const whole = to + bytes(length & ~3);
  if (accumulate) {
    for (; to < whole; to += 16, xAt += 16, yAt += 16) {
      v128.store(to, multiplyAdd32(v128.load(xAt), v128.load(yAt), v128.load(to)));
    }
    for (; to < end; to += 4, xAt += 4, yAt += 4) {
      const sum = multiplyAdd32(v128.load32_splat(xAt), v128.load32_splat(yAt), v128.load32_splat(to));
      v128.store32_lane(to, sum, 0);
    }
    return;
  }
  for (; to < whole; to += 16, xAt += 16, yAt += 16) v128.store(to, f32x4.mul(v128.load(xAt), v128.load(yAt)));
  for (; to < end; to += 4, xAt += 4, yAt += 4) store<f32>(to, load<f32>(xAt) * load<f32>(yAt));
}

/** y = α·x + β·y; β = 0 does not read y. */
export function combine(length: i32, alpha: f32, x: u32, beta: f32, y: u32): void {
  let xAt = bytes(x);
  let to = bytes(y);
  const end = to + bytes(length);
  const whole = to + bytes(length & ~3);
  const a = f32x4.splat(alpha);
  const b = f32x4.splat(beta);
  if (beta === 0) {
    for (; to < whole; to += 16, xAt += 16) v128.store(to, f32x4.mul(a, v128.load(xAt)));
    for (; to < end; to += 4, xAt += 4) store<f32>(to, alpha * load<f32>(xAt));
    return;
  }
  for (; to < whole; to += 16, xAt += 16) {
    v128.store(to, multiplyAdd32(a, v128.load(xAt), f32x4.mul(b, v128.load(to))));
  }
  for (; to < end; to += 4, xAt += 4) {
    v128.store32_lane(to, multiplyAdd32(a, v128.load32_splat(xAt), f32x4.mul(b, v128.load32_splat(to))), 0);
  }
}

/** Σ x·y, added up in float64. */
export function dot(length: i32, x: u32, y: u32): f64 {
  let xAt = bytes(x);
  let yAt = bytes(y);
  const end = xAt + bytes(length);
  const whole = xAt + bytes(length & ~3);
  let low = f64x2.splat(0);
  let high = low;
  for (; xAt < whole; xAt += 16, yAt += 16) {
    const a = v128.load(xAt);
    const b = v128.load(yAt);
    low = f64x2.add(low, f64x2.mul(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(b)));
    const aHigh = f64x2.promote_low_f32x4(v128.shuffle<f32>(a, a, 2, 3, 2, 3));
    const bHigh = f64x2.promote_low_f32x4(v128.shuffle<f32>(b, b, 2, 3, 2, 3));
    high = f64x2.add(high, f64x2.mul(aHigh, bHigh));
  }
  let rest: f64 = 0;
  for (; xAt < end; xAt += 4, yAt += 4) rest += <f64>load<f32>(xAt) * <f64>load<f32>(yAt);
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest;
}
