import { multiplyAdd32 } from '../kernels/multiply-add';
import { laneSum } from './scratch';

/**
 * The machine's peak for f32x4 multiplications and additions, measured: ten independent chains x ← x·a + b in registers,
 * `rounds` times, 80 floating-point operations each. Returns their sum, so that nothing is optimised away.
 */
export function peak32(rounds: i32, a: f32, b: f32): f32 {
  const factor = f32x4.splat(a);
  const term = f32x4.splat(b);
  let x0 = f32x4.splat(1);
  let x1 = f32x4.splat(2);
  let x2 = f32x4.splat(3);
  let x3 = f32x4.splat(4);
  let x4 = f32x4.splat(5);
  let x5 = f32x4.splat(6);
  let x6 = f32x4.splat(7);
  let x7 = f32x4.splat(8);
  let x8 = f32x4.splat(9);
  let x9 = f32x4.splat(10);
  for (let i = 0; i < rounds; i++) {
    x0 = multiplyAdd32(x0, factor, term);
    x1 = multiplyAdd32(x1, factor, term);
    x2 = multiplyAdd32(x2, factor, term);
    x3 = multiplyAdd32(x3, factor, term);
    x4 = multiplyAdd32(x4, factor, term);
    x5 = multiplyAdd32(x5, factor, term);
    x6 = multiplyAdd32(x6, factor, term);
    x7 = multiplyAdd32(x7, factor, term);
    x8 = multiplyAdd32(x8, factor, term);
    x9 = multiplyAdd32(x9, factor, term);
  }
  const low = f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3));
  const high = f32x4.add(f32x4.add(x4, x5), f32x4.add(x6, x7));
  return laneSum(f32x4.add(f32x4.add(low, high), f32x4.add(x8, x9)));
}
