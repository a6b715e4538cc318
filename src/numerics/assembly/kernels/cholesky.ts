import { multiplyAdd64 } from './multiply-add';

/** Writes L with A = L·Lᵀ over the lower triangle of the n×n matrix; false if a pivot is not positive. */
export function choleskyFactor(a: usize, n: i32): bool {
  const stride = <usize>n << 3;
  for (let i = 0; i < n; i++) {
    const rowI = a + <usize>i * stride;
    for (let j = 0; j < i; j++) {
      const rowJ = a + <usize>j * stride;
      const at = rowI + (<usize>j << 3);
      f64.store(at, (f64.load(at) - dot(rowI, rowJ, j)) / f64.load(rowJ + (<usize>j << 3)));
    }
    const diagonal = rowI + (<usize>i << 3);
    const pivot = f64.load(diagonal) - dot(rowI, rowI, i);
    if (!(pivot > 0)) return false;
    f64.store(diagonal, Math.sqrt(pivot));
  }
  return true;
}

/** The inverse, n×n, from the factor L and its transpose; the inverse must be zero on entry. */
export function choleskyInverse(factor: usize, transposed: usize, n: i32, inverse: usize): void {
  const stride = <usize>n << 3;
  for (let c = 0; c < n; c++) {
    const x = inverse + <usize>c * stride;
    f64.store(x + (<usize>c << 3), 1 / f64.load(factor + <usize>c * (stride + 8)));
    for (let i = c + 1; i < n; i++) {
      const row = factor + <usize>i * stride;
      const sum = dot(row + (<usize>c << 3), x + (<usize>c << 3), i - c);
      f64.store(x + (<usize>i << 3), -sum / f64.load(row + (<usize>i << 3)));
    }
    for (let i = n - 1; i >= c; i--) {
      const next = <usize>(i + 1) << 3;
      const at = x + (<usize>i << 3);
      const sum = dot(transposed + <usize>i * stride + next, x + next, n - 1 - i);
      f64.store(at, (f64.load(at) - sum) / f64.load(factor + <usize>i * (stride + 8)));
    }
    for (let i = c + 1; i < n; i++) {
      f64.store(inverse + <usize>i * stride + (<usize>c << 3), f64.load(x + (<usize>i << 3)));
    }
  }
}

/** Inner product with four running sums, in the order of its TypeScript twin. */
// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, length: i32): f64 {
  let s01 = f64x2.splat(0);
  let s23 = s01;
  const blocked = <usize>(length & ~3) << 3;
  for (let k: usize = 0; k < blocked; k += 32) {
    s01 = multiplyAdd64(v128.load(a + k), v128.load(b + k), s01);
    s23 = multiplyAdd64(v128.load(a + k, 16), v128.load(b + k, 16), s23);
  }
  let sum =
    f64x2.extract_lane(s01, 0) +
    f64x2.extract_lane(s01, 1) +
    (f64x2.extract_lane(s23, 0) + f64x2.extract_lane(s23, 1));
  const end = <usize>length << 3;
  for (let k = blocked; k < end; k += 8) sum += f64.load(a + k) * f64.load(b + k);
  return sum;
}
