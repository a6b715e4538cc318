import { exponential, log1p } from './elementary';

/**
 * Losses of linear models for two classes: logits models×N, labels N (0 or 1), costs models×N; writes Σ cost·loss of every model to
 * `losses` and replaces each logit by cost·∂loss/∂logit. Points of cost 0 contribute nothing, whatever their logits.
 */
export function binaryCrossEntropy(
  logits: usize,
  labels: usize,
  costs: usize,
  losses: usize,
  models: i32,
  classes: i32,
  points: i32,
): void {
  const bytes = <usize>points << 3;
  for (let b = 0; b < models; b++) {
    const at = <usize>b * bytes;
    f64.store(losses + (<usize>b << 3), binary(logits + at, labels, costs + at, bytes));
  }
}

/** As {@link binaryCrossEntropy} for K classes: K rows of logits per model. */
export function softmaxCrossEntropy(
  logits: usize,
  labels: usize,
  costs: usize,
  losses: usize,
  models: i32,
  classes: i32,
  points: i32,
): void {
  const bytes = <usize>points << 3;
  for (let b = 0; b < models; b++) {
    const at = logits + <usize>(b * classes) * bytes;
    f64.store(losses + (<usize>b << 3), softmax(at, classes, labels, costs + <usize>b * bytes, bytes));
  }
}

/** Returns Σ cost·loss of one model and replaces its logits by cost·∂loss/∂logit. */
function binary(logits: usize, labels: usize, costs: usize, bytes: usize): f64 {
  let total = f64x2.splat(0);
  const paired = bytes & ~15;
  const fours = bytes & ~31;
  let i: usize = 0;
  // Two vectors at a time share the making of the constants, and one's arithmetic fills the other's waiting.
  for (; i < fours; i += 32) {
    const cost0 = v128.load(costs + i);
    const cost1 = v128.load(costs + i, 16);
    const label0 = v128.load(labels + i);
    const label1 = v128.load(labels + i, 16);
    const other0 = otherLogit(v128.load(logits + i), label0);
    const other1 = otherLogit(v128.load(logits + i, 16), label1);
    const small0 = exponential(f64x2.neg(f64x2.abs(other0)));
    const small1 = exponential(f64x2.neg(f64x2.abs(other1)));
    const loss0 = binaryLoss(other0, small0, cost0);
    const loss1 = binaryLoss(other1, small1, cost1);
    total = f64x2.add(f64x2.add(total, loss0), loss1);
    v128.store(logits + i, binarySlope(other0, small0, cost0, label0));
    v128.store(logits + i, binarySlope(other1, small1, cost1, label1), 16);
  }
  for (; i < paired; i += 16) {
    const cost = v128.load(costs + i);
    const label = v128.load(labels + i);
    const other = otherLogit(v128.load(logits + i), label);
    const small = exponential(f64x2.neg(f64x2.abs(other)));
    total = f64x2.add(total, binaryLoss(other, small, cost));
    v128.store(logits + i, binarySlope(other, small, cost, label));
  }
  if (paired < bytes) {
    // The last point alone: the other lane has cost 0.
    const cost = v128.load64_zero(costs + paired);
    const label = v128.load64_zero(labels + paired);
    const other = otherLogit(v128.load64_zero(logits + paired), label);
    const small = exponential(f64x2.neg(f64x2.abs(other)));
    total = f64x2.add(total, binaryLoss(other, small, cost));
    v128.store64_lane(logits + paired, binarySlope(other, small, cost, label), 0);
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}

/** The logit of the class that the point is not of: z for class 0, −z for class 1. */
// @ts-ignore: decorator
@inline
function otherLogit(z: v128, label: v128): v128 {
  return v128.bitselect(f64x2.neg(z), z, f64x2.eq(label, f64x2.splat(1)));
}

// @ts-ignore: decorator
@inline
function binaryLoss(other: v128, small: v128, cost: v128): v128 {
  const loss = f64x2.add(f64x2.pmax(other, f64x2.splat(0)), log1p(small));
  return v128.and(f64x2.mul(cost, loss), f64x2.ne(cost, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function binarySlope(other: v128, small: v128, cost: v128, label: v128): v128 {
  const one = f64x2.splat(1);
  const numerator = v128.bitselect(one, small, f64x2.ge(other, f64x2.splat(0)));
  const size = f64x2.div(f64x2.mul(cost, numerator), f64x2.add(one, small));
  const slope = v128.bitselect(f64x2.neg(size), size, f64x2.eq(label, one));
  return v128.and(slope, f64x2.ne(cost, f64x2.splat(0)));
}

/** As {@link binary} for the K rows of logits of one model. */
export function softmax(logits: usize, classes: i32, labels: usize, costs: usize, bytes: usize): f64 {
  let total = f64x2.splat(0);
  const paired = bytes & ~15;
  for (let i: usize = 0; i < paired; i += 16) {
    const cost = v128.load(costs + i);
    const label = v128.load(labels + i);
    let largest = f64x2.splat(-Infinity);
    let labelLogit = f64x2.splat(0);
    for (let k = 0, at = logits + i; k < classes; k++, at += bytes) {
      const z = v128.load(at);
      largest = f64x2.pmax(largest, z);
      labelLogit = v128.bitselect(z, labelLogit, f64x2.eq(label, f64x2.splat(<f64>k)));
    }
    let sum = f64x2.splat(0);
    let others = f64x2.splat(0);
    for (let k = 0, at = logits + i; k < classes; k++, at += bytes) {
      const weight = exponential(f64x2.sub(v128.load(at), largest));
      sum = f64x2.add(sum, weight);
      others = f64x2.add(others, v128.andnot(weight, f64x2.eq(label, f64x2.splat(<f64>k))));
      v128.store(at, weight);
    }
    total = f64x2.add(total, softmaxLoss(largest, labelLogit, sum, others, cost));
    const share = f64x2.div(cost, sum);
    for (let k = 0, at = logits + i; k < classes; k++, at += bytes) {
      v128.store(at, softmaxSlope(v128.load(at), others, share, cost, f64x2.eq(label, f64x2.splat(<f64>k))));
    }
  }
  if (paired < bytes) {
    // The last point alone: the other lane has cost 0.
    const cost = v128.load64_zero(costs + paired);
    const label = v128.load64_zero(labels + paired);
    let largest = f64x2.splat(-Infinity);
    let labelLogit = f64x2.splat(0);
    for (let k = 0, at = logits + paired; k < classes; k++, at += bytes) {
      const z = v128.load64_zero(at);
      largest = f64x2.pmax(largest, z);
      labelLogit = v128.bitselect(z, labelLogit, f64x2.eq(label, f64x2.splat(<f64>k)));
    }
    let sum = f64x2.splat(0);
    let others = f64x2.splat(0);
    for (let k = 0, at = logits + paired; k < classes; k++, at += bytes) {
      const weight = exponential(f64x2.sub(v128.load64_zero(at), largest));
      sum = f64x2.add(sum, weight);
      others = f64x2.add(others, v128.andnot(weight, f64x2.eq(label, f64x2.splat(<f64>k))));
      v128.store64_lane(at, weight, 0);
    }
    total = f64x2.add(total, softmaxLoss(largest, labelLogit, sum, others, cost));
    const share = f64x2.div(cost, sum);
    for (let k = 0, at = logits + paired; k < classes; k++, at += bytes) {
      const isLabel = f64x2.eq(label, f64x2.splat(<f64>k));
      v128.store64_lane(at, softmaxSlope(v128.load64_zero(at), others, share, cost, isLabel), 0);
    }
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}

// @ts-ignore: decorator
@inline
function softmaxLoss(largest: v128, labelLogit: v128, sum: v128, others: v128, cost: v128): v128 {
  // e^(largest − largest) = 1 is one term of the sum, so all other terms are sum − 1; if it is the label's, they are
  // known without that subtraction.
  const rest = v128.bitselect(others, f64x2.sub(sum, f64x2.splat(1)), f64x2.eq(labelLogit, largest));
  const loss = f64x2.add(f64x2.sub(largest, labelLogit), log1p(rest));
  return v128.and(f64x2.mul(cost, loss), f64x2.ne(cost, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function softmaxSlope(weight: v128, others: v128, share: v128, cost: v128, isLabel: v128): v128 {
  const slope = f64x2.mul(share, v128.bitselect(f64x2.neg(others), weight, isLabel));
  return v128.and(slope, f64x2.ne(cost, f64x2.splat(0)));
}
