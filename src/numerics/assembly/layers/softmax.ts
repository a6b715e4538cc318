// Softmax along rows, its derivative and the change of that.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { exponentialOfNegative } from '../network/elementwise';
import { bytes, clear, laneSum, scratch, storeFirst } from './scratch';

/** Far below every logit, and finite, so that the exponential of its distance from the largest one is defined. */
export const hidden: f32 = -1e38;

/**
 * Replaces a row in the scratch, `width` bytes of whole vectors, the last one filled up with {@link hidden}, by e^(x − largest).
 * Returns the sum; the largest is left behind the row.
 */
// @ts-ignore: decorator
@inline
export function exponentialsOfRow(row: usize, width: usize): f32 {
  let most = v128.load(row);
  for (let at: usize = 16; at < width; at += 16) most = f32x4.pmax(most, v128.load(row + at));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 2, 3, 0, 1));
  most = f32x4.pmax(most, v128.shuffle<f32>(most, most, 1, 0, 3, 2));
  let sum = f32x4.splat(0);
  for (let at: usize = 0; at < width; at += 16) {
    const less = f32x4.sub(v128.load(row + at), most);
    // The exponential ends at e^−87; what is below it is nothing.
    const e = v128.and(exponentialOfNegative(less), f32x4.gt(less, f32x4.splat(-87)));
    v128.store(row + at, e);
    sum = f32x4.add(sum, e);
  }
  v128.store(row + width, most);
  return laneSum(sum);
}

/** Bytes of a row in the scratch: whole vectors. */
// @ts-ignore: decorator
@inline
export function rowBytes(columns: i32): usize {
  return bytes((columns + 3) & ~3);
}

/** All bits in the first `count` lanes. */
// @ts-ignore: decorator
@inline
export function firstLanes(count: i32): v128 {
  return i32x4.gt_s(i32x4.splat(count), i32x4(0, 1, 2, 3));
}

export function maskedSoftmax(
  examples: i32,
  rows: i32,
  columns: i32,
  scale: f32,
  x: u32,
  mask: u32,
  y: u32,
): void {
  const width = rowBytes(columns);
  const row = scratch;
  const factor = f32x4.splat(scale);
  const none = f32x4.splat(hidden);
  for (let e = 0; e < examples; e++, mask += columns) {
    for (let r = 0; r < rows; r++, x += columns, y += columns) {
      let shown = f32x4.splat(0);
      let i = 0;
      for (; i + 4 <= columns; i += 4) {
        const visible = f32x4.ne(v128.load(bytes(mask + i)), f32x4.splat(0));
        shown = v128.or(shown, visible);
        v128.store(row + bytes(i), v128.bitselect(f32x4.mul(factor, v128.load(bytes(x + i))), none, visible));
      }
      if (i < columns) {
        const visible = v128.and(f32x4.ne(v128.load(bytes(mask + i)), f32x4.splat(0)), firstLanes(columns - i));
        shown = v128.or(shown, visible);
        v128.store(row + bytes(i), v128.bitselect(f32x4.mul(factor, v128.load(bytes(x + i))), none, visible));
      }
      if (!v128.any_true(shown)) {
        clear(bytes(y), bytes(columns));
        continue;
      }
      const inverse = f32x4.splat(1 / exponentialsOfRow(row, width));
      for (i = 0; i < columns; i += 4) {
        storeFirst(bytes(y + i), f32x4.mul(v128.load(row + bytes(i)), inverse), columns - i);
      }
    }
  }
}

/** Σ x·y over `length` numbers. */
// @ts-ignore: decorator
@inline
export function dotOfRows(length: i32, x: usize, y: usize): f32 {
  const whole = bytes(length & ~3);
  let sum = f32x4.splat(0);
  let at: usize = 0;
  for (; at < whole; at += 16) sum = multiplyAdd32(v128.load(x + at), v128.load(y + at), sum);
  let total = laneSum(sum);
  for (; at < bytes(length); at += 4) total += load<f32>(x + at) * load<f32>(y + at);
  return total;
}

export function softmaxDerivative(rows: i32, columns: i32, scale: f32, y: u32, v: u32, out: u32): void {
  const factor = f32x4.splat(scale);
  for (let r = 0; r < rows; r++, y += columns, v += columns, out += columns) {
    const mean = f32x4.splat(dotOfRows(columns, bytes(y), bytes(v)));
    for (let i = 0; i < columns; i += 4) {
      const excess = f32x4.sub(v128.load(bytes(v + i)), mean);
      storeFirst(
        bytes(out + i),
        f32x4.mul(f32x4.mul(factor, v128.load(bytes(y + i))), excess),
        columns - i,
      );
    }
  }
}

export function addSoftmaxCurvature(
  rows: i32,
  columns: i32,
  scale: f32,
  y: u32,
  dy: u32,
  v: u32,
  out: u32,
): void {
  const factor = f32x4.splat(scale);
  for (let r = 0; r < rows; r++, y += columns, dy += columns, v += columns, out += columns) {
    const mean = f32x4.splat(dotOfRows(columns, bytes(y), bytes(v)));
    const meanTangent = f32x4.splat(dotOfRows(columns, bytes(dy), bytes(v)));
    for (let i = 0; i < columns; i += 4) {
      const ofTangent = f32x4.mul(v128.load(bytes(dy + i)), f32x4.sub(v128.load(bytes(v + i)), mean));
      const change = f32x4.sub(ofTangent, f32x4.mul(v128.load(bytes(y + i)), meanTangent));
      storeFirst(bytes(out + i), multiplyAdd32(factor, change, v128.load(bytes(out + i))), columns - i);
    }
  }
}
