/** As `binaryCrossEntropy` with the loss max(0, 1 − y·z)², y = −1 for class 0 and 1 for class 1. */
export function squaredHinge(
  logits: usize,
  labels: usize,
  costs: usize,
  losses: usize,
  models: i32,
  classes: i32,
  points: i32,
): void {
  squaredShortfalls(logits, labels, costs, losses, models, points, 0);
}

/** As {@link squaredHinge} with the loss (1 − y·z)² = (y − z)². */
export function squaredError(
  logits: usize,
  labels: usize,
  costs: usize,
  losses: usize,
  models: i32,
  classes: i32,
  points: i32,
): void {
  squaredShortfalls(logits, labels, costs, losses, models, points, -Infinity);
}

/**
 * Writes Σ cost·max(1 − y·z, least)² of every model to `losses` and replaces its logits z by cost times the loss's slope. Points
 * of cost 0 contribute nothing, whatever their logits.
 */
function squaredShortfalls(
  logits: usize,
  labels: usize,
  costs: usize,
  losses: usize,
  models: i32,
  points: i32,
  least: f64,
): void {
  const bytes = <usize>points << 3;
  const paired = bytes & ~15;
  for (let b = 0; b < models; b++, logits += bytes, costs += bytes) {
    let total = f64x2.splat(0);
    for (let i: usize = 0; i < paired; i += 16) {
      const cost = v128.load(costs + i);
      const label = v128.load(labels + i);
      const short = shortfall(v128.load(logits + i), label, cost, least);
      const slope = halfSlope(short, label, cost);
      total = f64x2.add(total, f64x2.mul(cost, f64x2.mul(short, short)));
      v128.store(logits + i, f64x2.add(slope, slope));
    }
    if (paired < bytes) {
      // The last point alone: the other lane has cost 0.
      const cost = v128.load64_zero(costs + paired);
      const label = v128.load64_zero(labels + paired);
      const short = shortfall(v128.load64_zero(logits + paired), label, cost, least);
      const slope = halfSlope(short, label, cost);
      total = f64x2.add(total, f64x2.mul(cost, f64x2.mul(short, short)));
      v128.store64_lane(logits + paired, f64x2.add(slope, slope), 0);
    }
    f64.store(losses + (<usize>b << 3), f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1));
  }
}

/** max(1 − y·z, least), 0 where the cost is 0. */
// @ts-ignore: decorator
@inline
function shortfall(z: v128, label: v128, cost: v128, least: f64): v128 {
  const one = f64x2.splat(1);
  const signed = v128.bitselect(f64x2.sub(one, z), f64x2.add(one, z), f64x2.eq(label, one));
  return v128.and(f64x2.max(signed, f64x2.splat(least)), f64x2.ne(cost, f64x2.splat(0)));
}

/** cost·(−y)·shortfall. */
// @ts-ignore: decorator
@inline
function halfSlope(short: v128, label: v128, cost: v128): v128 {
  const size = f64x2.mul(cost, short);
  return v128.bitselect(f64x2.neg(size), size, f64x2.eq(label, f64x2.splat(1)));
}
