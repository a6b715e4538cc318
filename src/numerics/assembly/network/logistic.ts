// Elementwise parts of the penalties of logistic regression: probabilities, losses and slopes at the logits of B models on N
// points, and what a small change of the parameters does to them. Rows have N numbers, a multiple of 4; points that only
// fill a row up have weight 0.

import { exponentialOfNegative } from './elementwise';

/** ln(1 + t) for 0 ≤ t ≤ 1, as 2·artanh(t / (2 + t)). */
function log1p(t: v128): v128 {
  return doubleArtanh(f32x4.div(t, f32x4.add(t, f32x4.splat(2))));
}

/** ln(x) for x ≥ 1: the exponent times ln 2, plus the logarithm of the mantissa. */
// @ts-ignore: decorator
@inline
export function logOfAtLeastOne(x: v128): v128 {
  const exponent = i32x4.sub(i32x4.shr_u(x, 23), i32x4.splat(127));
  const mantissa = v128.or(v128.and(x, i32x4.splat(0x7fffff)), i32x4.splat(127 << 23));
  const one = f32x4.splat(1);
  const ofMantissa = doubleArtanh(f32x4.div(f32x4.sub(mantissa, one), f32x4.add(mantissa, one)));
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(exponent), f32x4.splat(0.6931471805599453)), ofMantissa);
}

/** 2·artanh(s) for 0 ≤ s ≤ 1/3; the first term left out is below 2·10⁻⁸ of the result. */
function doubleArtanh(s: v128): v128 {
  const square = f32x4.mul(s, s);
  let series = f32x4.splat(2.0 / 13.0);
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(2.0 / 11.0));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(2.0 / 9.0));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(2.0 / 7.0));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(2.0 / 5.0));
  series = f32x4.add(f32x4.mul(series, square), f32x4.splat(2.0 / 3.0));
  return f32x4.add(f32x4.mul(f32x4.mul(series, square), s), f32x4.add(s, s));
}

function laneSum(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3))
  );
}

/**
 * Two classes. Replaces logits f (`B×N`) by probabilities σ(f); writes excess w∘(σ(f) − y) (`B×N`) and Σ w·(ln(1+e^f) − f·y)
 * (`B`), for labels y (`N`, 0 or 1) and weights w (`B×N`).
 */
export function binaryExcess(
  models: i32,
  points: i32,
  logits: usize,
  labels: usize,
  weights: usize,
  excess: usize,
  losses: usize,
): void {
  const row = (<usize>points) << 2;
  const zero = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let b = 0; b < models; b++, losses += 4) {
    const end = logits + row;
    let loss = zero;
    for (let y = labels; logits < end; logits += 16, y += 16, weights += 16, excess += 16) {
      const f = v128.load(logits);
      const label = v128.load(y);
      const weight = v128.load(weights);
      const e = exponentialOfNegative(f32x4.neg(f32x4.abs(f)));
      const larger = f32x4.div(one, f32x4.add(one, e));
      const probability = v128.bitselect(larger, f32x4.mul(e, larger), f32x4.gt(f, zero));
      const softplus = f32x4.add(f32x4.max(f, zero), log1p(e));
      loss = f32x4.add(loss, f32x4.mul(weight, f32x4.sub(softplus, f32x4.mul(f, label))));
      v128.store(logits, probability);
      v128.store(excess, f32x4.mul(weight, f32x4.sub(probability, label)));
    }
    store<f32>(losses, laneSum(loss));
  }
}

/**
 * Two classes. Replaces the changes r of logits (`B×N`) by w·σ′·r·strength + scale_b·excess, for weights w and probabilities
 * (`B×N`): the gradient in the logits of strength·Σ r·excess + scale_b·loss_b.
 */
export function binaryPullback(
  models: i32,
  points: i32,
  changes: usize,
  probabilities: usize,
  weights: usize,
  excess: usize,
  scales: usize,
  strength: f32,
): void {
  const row = (<usize>points) << 2;
  const one = f32x4.splat(1);
  const factor = f32x4.splat(strength);
  for (let b = 0; b < models; b++, scales += 4) {
    const end = changes + row;
    const scale = v128.load32_splat(scales);
    for (; changes < end; changes += 16, probabilities += 16, weights += 16, excess += 16) {
      const p = v128.load(probabilities);
      const slope = f32x4.mul(f32x4.mul(p, f32x4.sub(one, p)), f32x4.mul(factor, v128.load(weights)));
      const ofChange = f32x4.mul(slope, v128.load(changes));
      v128.store(changes, f32x4.add(ofChange, f32x4.mul(scale, v128.load(excess))));
    }
  }
}

/**
 * K classes. Replaces logits f (`B×K×N`) by probabilities; writes excess w∘(p − y) (`B×K×N`) and Σ w·(ln Σ_k e^f_k − f·y)
 * (`B`), for one-hot labels y (`K×N`) and weights w (`B×N`).
 */
export function softmaxExcess(
  models: i32,
  classes: i32,
  points: i32,
  logits: usize,
  labels: usize,
  weights: usize,
  excess: usize,
  losses: usize,
): void {
  const row = (<usize>points) << 2;
  const model = <usize>classes * row;
  const zero = f32x4.splat(0);
  for (let b = 0; b < models; b++, losses += 4, weights += row, logits += model, excess += model) {
    let loss = zero;
    for (let at: usize = 0; at < row; at += 16) {
      const end = at + model;
      const weight = v128.load(weights + at);
      let largest = v128.load(logits + at);
      for (let k = at + row; k < end; k += row) largest = f32x4.max(largest, v128.load(logits + k));
      let sum = zero;
      let ofLabel = zero;
      for (let k = at; k < end; k += row) {
        const f = f32x4.sub(v128.load(logits + k), largest);
        const e = exponentialOfNegative(f);
        sum = f32x4.add(sum, e);
        ofLabel = f32x4.add(ofLabel, f32x4.mul(f, v128.load(labels + k)));
        v128.store(logits + k, e);
      }
      loss = f32x4.add(loss, f32x4.mul(weight, f32x4.sub(logOfAtLeastOne(sum), ofLabel)));
      const inverse = f32x4.div(f32x4.splat(1), sum);
      for (let k = at; k < end; k += row) {
        const p = f32x4.mul(v128.load(logits + k), inverse);
        v128.store(logits + k, p);
        v128.store(excess + k, f32x4.mul(weight, f32x4.sub(p, v128.load(labels + k))));
      }
    }
    store<f32>(losses, laneSum(loss));
  }
}

/** K classes. As {@link binaryPullback} for changes, probabilities and excess `B×K×N` and weights `B×N`. */
export function softmaxPullback(
  models: i32,
  classes: i32,
  points: i32,
  changes: usize,
  probabilities: usize,
  weights: usize,
  excess: usize,
  scales: usize,
  strength: f32,
): void {
  const row = (<usize>points) << 2;
  const model = <usize>classes * row;
  const factor = f32x4.splat(strength);
  for (let b = 0; b < models; b++, scales += 4, weights += row) {
    const scale = v128.load32_splat(scales);
    for (let at: usize = 0; at < row; at += 16) {
      const end = at + model;
      const weight = f32x4.mul(factor, v128.load(weights + at));
      let mean = f32x4.splat(0);
      for (let k = at; k < end; k += row) {
        mean = f32x4.add(mean, f32x4.mul(v128.load(probabilities + k), v128.load(changes + k)));
      }
      for (let k = at; k < end; k += row) {
        const slope = f32x4.mul(weight, v128.load(probabilities + k));
        const ofChange = f32x4.mul(slope, f32x4.sub(v128.load(changes + k), mean));
        v128.store(changes + k, f32x4.add(ofChange, f32x4.mul(scale, v128.load(excess + k))));
      }
    }
    changes += model;
    probabilities += model;
    excess += model;
  }
}
