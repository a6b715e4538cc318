// What a training step does with all weights of the network: weight penalties and Adam.

/**
 * One step of Adam with decoupled weight decay for `length` weights, a multiple of 4, in place.
 *
 * @param keep 1 − learning rate × weight decay.
 * @param stepSize learning rate / (1 − firstDecay^step).
 * @param correction 1/√(1 − secondDecay^step).
 */
export function adam(
  length: i32,
  weights: usize,
  gradient: usize,
  first: usize,
  second: usize,
  firstDecay: f32,
  secondDecay: f32,
  epsilon: f32,
  keep: f32,
  stepSize: f32,
  correction: f32,
): void {
  const end = weights + ((<usize>length) << 2);
  const keepFirst = f32x4.splat(firstDecay);
  const takeFirst = f32x4.splat(1 - firstDecay);
  const keepSecond = f32x4.splat(secondDecay);
  const takeSecond = f32x4.splat(1 - secondDecay);
  const smallest = f32x4.splat(epsilon);
  const kept = f32x4.splat(keep);
  const size = f32x4.splat(stepSize);
  const corrected = f32x4.splat(correction);
  for (; weights < end; weights += 16, gradient += 16, first += 16, second += 16) {
    const g = v128.load(gradient);
    const mean = f32x4.add(f32x4.mul(keepFirst, v128.load(first)), f32x4.mul(takeFirst, g));
    const square = f32x4.add(f32x4.mul(keepSecond, v128.load(second)), f32x4.mul(f32x4.mul(takeSecond, g), g));
    v128.store(first, mean);
    v128.store(second, square);
    const scale = f32x4.add(f32x4.mul(f32x4.sqrt(square), corrected), smallest);
    const change = f32x4.div(f32x4.mul(size, mean), scale);
    v128.store(weights, f32x4.sub(f32x4.mul(kept, v128.load(weights)), change));
  }
}

/** Σ|x| over `length` numbers, added up in float64. */
export function absoluteSum(length: i32, x: usize): f64 {
  const end = x + ((<usize>length) << 2);
  const vectorsEnd = x + ((<usize>(length & ~3)) << 2);
  let low = f64x2.splat(0);
  let high = low;
  let rest: f64 = 0;
  for (; x < vectorsEnd; x += 16) {
    const absolute = f32x4.abs(v128.load(x));
    low = f64x2.add(low, f64x2.promote_low_f32x4(absolute));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f32>(absolute, absolute, 2, 3, 2, 3)));
  }
  for (; x < end; x += 4) rest += <f64>abs(load<f32>(x));
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest;
}

/** Σx² over `length` numbers, added up in float64. */
export function squareSum(length: i32, x: usize): f64 {
  const end = x + ((<usize>length) << 2);
  const vectorsEnd = x + ((<usize>(length & ~3)) << 2);
  let low = f64x2.splat(0);
  let high = low;
  let rest: f64 = 0;
  for (; x < vectorsEnd; x += 16) {
    const four = v128.load(x);
    const a = f64x2.promote_low_f32x4(four);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(four, four, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  for (; x < end; x += 4) rest += <f64>load<f32>(x) * <f64>load<f32>(x);
  const sum = f64x2.add(low, high);
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) + rest;
}

/** gradient += absolute·sign(x) + linear·x for `length` numbers; the sign of 0 is 0. */
export function addWeightPenalties(length: i32, x: usize, gradient: usize, absolute: f32, linear: f32): void {
  const end = x + ((<usize>length) << 2);
  const vectorsEnd = x + ((<usize>(length & ~3)) << 2);
  const zero = f32x4.splat(0);
  const signBit = i32x4.splat(i32.MIN_VALUE);
  const size = f32x4.splat(absolute);
  const slope = f32x4.splat(linear);
  for (; x < vectorsEnd; x += 16, gradient += 16) {
    const four = v128.load(x);
    const signed = v128.and(v128.or(v128.and(four, signBit), size), f32x4.ne(four, zero));
    v128.store(gradient, f32x4.add(v128.load(gradient), f32x4.add(signed, f32x4.mul(slope, four))));
  }
  for (; x < end; x += 4, gradient += 4) {
    const one = load<f32>(x);
    const signed: f32 = one > 0 ? absolute : one < 0 ? -absolute : 0;
    store<f32>(gradient, load<f32>(gradient) + (signed + linear * one));
  }
}
