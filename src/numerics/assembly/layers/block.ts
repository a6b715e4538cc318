// The 4×8 sums of products that stay in registers: what products of matrices and convolutions are made of. The inner index runs
// over segments, each of `length` neighbours; a product has one segment, a convolution one for every row of its window.

import { multiplyAdd32 } from '../kernels/multiply-add';
import { bytes } from './scratch';

/**
 * Rows o0 … o3 of eight sums: of four rows that begin at a0 … a3, and go on `segmentStep` bytes later in the next segment, with
 * the rows of a panel of eight columns, `step` bytes apart and without gaps between segments.
 */
export function rowsBlock(
  segments: i32,
  length: i32,
  segmentStep: usize,
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  b: usize,
  step: usize,
  o0: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  accumulate: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  if (accumulate) {
    c00 = v128.load(o0);
    c01 = v128.load(o0, 16);
    c10 = v128.load(o1);
    c11 = v128.load(o1, 16);
    c20 = v128.load(o2);
    c21 = v128.load(o2, 16);
    c30 = v128.load(o3);
    c31 = v128.load(o3, 16);
  }
  const gap = segmentStep - bytes(length);
  const rest = bytes(length);
  for (let segment = 0; segment < segments; segment++) {
    let b0: v128;
    let b1: v128;
    let x: v128;
    for (const end = a0 + rest; a0 < end; a0 += 4, a1 += 4, a2 += 4, a3 += 4) {
      b0 = v128.load(b);
      b1 = v128.load(b, 16);
      b += step;
      x = v128.load32_splat(a0);
      c00 = multiplyAdd32(x, b0, c00);
      c01 = multiplyAdd32(x, b1, c01);
      x = v128.load32_splat(a1);
      c10 = multiplyAdd32(x, b0, c10);
      c11 = multiplyAdd32(x, b1, c11);
      x = v128.load32_splat(a2);
      c20 = multiplyAdd32(x, b0, c20);
      c21 = multiplyAdd32(x, b1, c21);
      x = v128.load32_splat(a3);
      c30 = multiplyAdd32(x, b0, c30);
      c31 = multiplyAdd32(x, b1, c31);
    }
    a0 += gap;
    a1 += gap;
    a2 += gap;
    a3 += gap;
  }
  v128.store(o0, c00);
  v128.store(o0, c01, 16);
  v128.store(o1, c10);
  v128.store(o1, c11, 16);
  v128.store(o2, c20);
  v128.store(o2, c21, 16);
  v128.store(o3, c30);
  v128.store(o3, c31, 16);
}

/**
 * Rows o0 … o3 of eight sums: of four neighbouring columns at a, rows of which are `row` bytes apart, with eight columns at b,
 * whose rows are `step` bytes apart and whose segments begin `segmentStep` bytes apart.
 */
export function columnsBlock(
  segments: i32,
  length: i32,
  a: usize,
  row: usize,
  segmentStep: usize,
  b: usize,
  step: usize,
  o0: usize,
  o1: usize,
  o2: usize,
  o3: usize,
  accumulate: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  if (accumulate) {
    c00 = v128.load(o0);
    c01 = v128.load(o0, 16);
    c10 = v128.load(o1);
    c11 = v128.load(o1, 16);
    c20 = v128.load(o2);
    c21 = v128.load(o2, 16);
    c30 = v128.load(o3);
    c31 = v128.load(o3, 16);
  }
  for (let segment = 0; segment < segments; segment++, b += segmentStep) {
    let at = b;
    for (const end = a + <usize>length * row; a < end; a += row, at += step) {
      const b0 = v128.load(at);
      const b1 = v128.load(at, 16);
      let x = v128.load32_splat(a);
      c00 = multiplyAdd32(x, b0, c00);
      c01 = multiplyAdd32(x, b1, c01);
      x = v128.load32_splat(a, 4);
      c10 = multiplyAdd32(x, b0, c10);
      c11 = multiplyAdd32(x, b1, c11);
      x = v128.load32_splat(a, 8);
      c20 = multiplyAdd32(x, b0, c20);
      c21 = multiplyAdd32(x, b1, c21);
      x = v128.load32_splat(a, 12);
      c30 = multiplyAdd32(x, b0, c30);
      c31 = multiplyAdd32(x, b1, c31);
    }
  }
  v128.store(o0, c00);
  v128.store(o0, c01, 16);
  v128.store(o1, c10);
  v128.store(o1, c11, 16);
  v128.store(o2, c20);
  v128.store(o2, c21, 16);
  v128.store(o3, c30);
  v128.store(o3, c31, 16);
}
