import { multiplyAdd64 } from './multiply-add';

/** Bytes of B that are used again for every pair of rows of A: they stay in the second-level cache. */
const blockBytes: usize = 1 << 17;

/**
 * C = A·Bᵀ for A rows×inner, B columns×inner. Every entry is the sum over even k plus the sum over odd k plus, for odd inner,
 * the last product, whatever the blocking.
 */
export function multiplyTransposed(a: usize, b: usize, rows: i32, columns: i32, inner: i32, c: usize): void {
  const stride = <usize>inner << 3;
  const across = <usize>columns << 3;
  const fitting = <i32>(blockBytes / max<usize>(stride, 8)) & ~3;
  const block = max<i32>(fitting, 4);
  for (let first = 0; first < columns; first += block) {
    const end = min<i32>(first + block, columns);
    let i = 0;
    for (; i + 2 <= rows; i += 2) {
      const a0 = a + <usize>i * stride;
      const c0 = c + <usize>i * across;
      let j = first;
      for (; j + 4 <= end; j += 4) tile(a0, b + <usize>j * stride, stride, c0 + (<usize>j << 3), across);
      for (; j < end; j++) {
        const at = c0 + (<usize>j << 3);
        f64.store(at, entry(a0, b + <usize>j * stride, stride));
        f64.store(at + across, entry(a0 + stride, b + <usize>j * stride, stride));
      }
    }
    for (; i < rows; i++) {
      for (let j = first; j < end; j++) {
        f64.store(c + <usize>i * across + (<usize>j << 3), entry(a + <usize>i * stride, b + <usize>j * stride, stride));
      }
    }
  }
}

/** The 2×4 block of A·Bᵀ at c: eight sums in registers share six loads. */
// @ts-ignore: decorator
@inline
function tile(a0: usize, b0: usize, stride: usize, c: usize, across: usize): void {
  const a1 = a0 + stride;
  const b1 = b0 + stride;
  const b2 = b1 + stride;
  const b3 = b2 + stride;
  let s00 = f64x2.splat(0);
  let s01 = s00;
  let s02 = s00;
  let s03 = s00;
  let s10 = s00;
  let s11 = s00;
  let s12 = s00;
  let s13 = s00;
  const paired = stride & ~15;
  for (let k: usize = 0; k < paired; k += 16) {
    const x0 = v128.load(a0 + k);
    const x1 = v128.load(a1 + k);
    const y0 = v128.load(b0 + k);
    const y1 = v128.load(b1 + k);
    const y2 = v128.load(b2 + k);
    const y3 = v128.load(b3 + k);
    s00 = multiplyAdd64(x0, y0, s00);
    s01 = multiplyAdd64(x0, y1, s01);
    s02 = multiplyAdd64(x0, y2, s02);
    s03 = multiplyAdd64(x0, y3, s03);
    s10 = multiplyAdd64(x1, y0, s10);
    s11 = multiplyAdd64(x1, y1, s11);
    s12 = multiplyAdd64(x1, y2, s12);
    s13 = multiplyAdd64(x1, y3, s13);
  }
  let r00 = lanes(s00, s01);
  let r02 = lanes(s02, s03);
  let r10 = lanes(s10, s11);
  let r12 = lanes(s12, s13);
  if (paired < stride) {
    // Rounded twice in every module, as the scalar sum of a single entry is.
    const y01 = v128.load64_lane(b1 + paired, v128.load64_zero(b0 + paired), 1);
    const y23 = v128.load64_lane(b3 + paired, v128.load64_zero(b2 + paired), 1);
    const x0 = v128.load64_splat(a0 + paired);
    const x1 = v128.load64_splat(a1 + paired);
    r00 = f64x2.add(r00, f64x2.mul(x0, y01));
    r02 = f64x2.add(r02, f64x2.mul(x0, y23));
    r10 = f64x2.add(r10, f64x2.mul(x1, y01));
    r12 = f64x2.add(r12, f64x2.mul(x1, y23));
  }
  v128.store(c, r00);
  v128.store(c + 16, r02);
  v128.store(c + across, r10);
  v128.store(c + across + 16, r12);
}

/** (Sum of the lanes of p, sum of the lanes of q). */
// @ts-ignore: decorator
@inline
function lanes(p: v128, q: v128): v128 {
  return f64x2.add(i64x2.shuffle(p, q, 0, 2), i64x2.shuffle(p, q, 1, 3));
}

/** One entry of A·Bᵀ, summed as in a tile. */
// @ts-ignore: decorator
@inline
function entry(a: usize, b: usize, stride: usize): f64 {
  let sums = f64x2.splat(0);
  const paired = stride & ~15;
  for (let k: usize = 0; k < paired; k += 16) {
    sums = multiplyAdd64(v128.load(a + k), v128.load(b + k), sums);
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  return paired < stride ? sum + f64.load(a + paired) * f64.load(b + paired) : sum;
}
