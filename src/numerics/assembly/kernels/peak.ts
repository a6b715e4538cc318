import { multiplyAdd64 } from './multiply-add';

/**
 * The machine's peak for f64x2 multiplications and additions, measured: eight independent chains x ← x·a + b in registers,
 * `rounds` times, 32 floating-point operations each. Returns their sum, so that nothing is optimised away.
 */
export function peak(rounds: i32, a: f64, b: f64): f64 {
  const factor = f64x2.splat(a);
  const term = f64x2.splat(b);
  let x0 = f64x2.splat(1);
  let x1 = f64x2.splat(2);
  let x2 = f64x2.splat(3);
  let x3 = f64x2.splat(4);
  let x4 = f64x2.splat(5);
  let x5 = f64x2.splat(6);
  let x6 = f64x2.splat(7);
  let x7 = f64x2.splat(8);
  for (let i = 0; i < rounds; i++) {
    x0 = multiplyAdd64(x0, factor, term);
    x1 = multiplyAdd64(x1, factor, term);
    x2 = multiplyAdd64(x2, factor, term);
    x3 = multiplyAdd64(x3, factor, term);
    x4 = multiplyAdd64(x4, factor, term);
    x5 = multiplyAdd64(x5, factor, term);
    x6 = multiplyAdd64(x6, factor, term);
    x7 = multiplyAdd64(x7, factor, term);
  }
  const sum = f64x2.add(
    f64x2.add(f64x2.add(x0, x1), f64x2.add(x2, x3)),
    f64x2.add(f64x2.add(x4, x5), f64x2.add(x6, x7)),
  );
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}
