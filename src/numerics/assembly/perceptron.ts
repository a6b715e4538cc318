import { exponential } from './kernels/elementary';
import { multiplyAdd64 } from './kernels/multiply-add';

// The WebAssembly module that trains multilayer perceptrons in float64. Every pointer is a byte address in the imported memory.
export { multiplyTransposed } from './kernels/product';
export { softmax as softmaxLoss } from './kernels/linear-loss';

/**
 * C = A·B for A m×k, B k×n and C m×n, n a multiple of 8. Element (i, l) of A is at a + i·rowStep + l·innerStep, so A may be a
 * transpose, or a part of a matrix. Every entry is summed in the order of l.
 */
export function multiply(
  m: i32,
  k: i32,
  n: i32,
  a: usize,
  rowStep: usize,
  innerStep: usize,
  b: usize,
  c: usize,
): void {
  const stride = <usize>n << 3;
  for (let at: usize = 0; at < stride; at += 64) {
    let i = 0;
    for (; i + 2 <= m; i += 2) {
      twoRows(k, a + <usize>i * rowStep, rowStep, innerStep, b + at, stride, c + <usize>i * stride + at);
    }
    if (i < m) oneRow(k, a + <usize>i * rowStep, innerStep, b + at, stride, c + <usize>i * stride + at);
  }
}

/** The 2×8 block of A·B at c: eight sums in registers share six loads. */
// @ts-ignore: decorator
@inline
function twoRows(k: i32, a: usize, rowStep: usize, innerStep: usize, b: usize, stride: usize, c: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let t0 = s0;
  let t1 = s0;
  let t2 = s0;
  let t3 = s0;
  for (let l = 0; l < k; l++) {
    const x = v128.load64_splat(a);
    const y = v128.load64_splat(a + rowStep);
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    const b2 = v128.load(b, 32);
    const b3 = v128.load(b, 48);
    s0 = multiplyAdd64(x, b0, s0);
    s1 = multiplyAdd64(x, b1, s1);
    s2 = multiplyAdd64(x, b2, s2);
    s3 = multiplyAdd64(x, b3, s3);
    t0 = multiplyAdd64(y, b0, t0);
    t1 = multiplyAdd64(y, b1, t1);
    t2 = multiplyAdd64(y, b2, t2);
    t3 = multiplyAdd64(y, b3, t3);
    a += innerStep;
    b += stride;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
  v128.store(c + stride, t0);
  v128.store(c + stride, t1, 16);
  v128.store(c + stride, t2, 32);
  v128.store(c + stride, t3, 48);
}

// @ts-ignore: decorator
@inline
function oneRow(k: i32, a: usize, innerStep: usize, b: usize, stride: usize, c: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let l = 0; l < k; l++) {
    const x = v128.load64_splat(a);
    s0 = multiplyAdd64(x, v128.load(b), s0);
    s1 = multiplyAdd64(x, v128.load(b, 16), s1);
    s2 = multiplyAdd64(x, v128.load(b, 32), s2);
    s3 = multiplyAdd64(x, v128.load(b, 48), s3);
    a += innerStep;
    b += stride;
  }
  v128.store(c, s0);
  v128.store(c, s1, 16);
  v128.store(c, s2, 32);
  v128.store(c, s3, 48);
}

/** y = tanh(y) for `length` numbers, an even count; within 2e-16. */
export function tanh(length: i32, y: usize): void {
  const one = f64x2.splat(1);
  const sign = f64x2.splat(-0.0);
  for (const end = y + (<usize>length << 3); y < end; y += 16) {
    const x = v128.load(y);
    // From e^(−2|x|), which never overflows.
    const small = exponential(f64x2.mul(f64x2.abs(x), f64x2.splat(-2)));
    const size = f64x2.div(f64x2.sub(one, small), f64x2.add(one, small));
    v128.store(y, v128.or(size, v128.and(x, sign)));
  }
}

/** gradient = gradient·(1 − y²) for `length` numbers, an even count, with y the output of tanh. */
export function tanhGradient(length: i32, y: usize, gradient: usize): void {
  const one = f64x2.splat(1);
  for (const end = y + (<usize>length << 3); y < end; y += 16, gradient += 16) {
    const output = v128.load(y);
    const slope = f64x2.sub(one, f64x2.mul(output, output));
    v128.store(gradient, f64x2.mul(v128.load(gradient), slope));
  }
}

/** y = max(y, 0) for `length` numbers, an even count. */
export function relu(length: i32, y: usize): void {
  const zero = f64x2.splat(0);
  for (const end = y + (<usize>length << 3); y < end; y += 16) v128.store(y, f64x2.pmax(v128.load(y), zero));
}

/** gradient = 0 where y, the output of relu, is 0, for `length` numbers, an even count. */
export function reluGradient(length: i32, y: usize, gradient: usize): void {
  const zero = f64x2.splat(0);
  for (const end = y + (<usize>length << 3); y < end; y += 16, gradient += 16) {
    v128.store(gradient, v128.and(v128.load(gradient), f64x2.gt(v128.load(y), zero)));
  }
}

/**
 * One step of Adam for `length` parameters, an even count; `meanRate` and `squareRate` are its β₁ and β₂, `step` is the
 * learning rate divided by 1 − β₁ᵗ and `squareScale` is 1/√(1 − β₂ᵗ).
 */
export function adam(
  length: i32,
  parameters: usize,
  gradient: usize,
  mean: usize,
  square: usize,
  weightDecay: f64,
  meanRate: f64,
  squareRate: f64,
  step: f64,
  squareScale: f64,
  epsilon: f64,
): void {
  const bytes = <usize>length << 3;
  for (let at: usize = 0; at < bytes; at += 16) {
    const theta = v128.load(parameters + at);
    const g = f64x2.add(v128.load(gradient + at), f64x2.mul(f64x2.splat(weightDecay), theta));
    const m = f64x2.add(
      f64x2.mul(f64x2.splat(meanRate), v128.load(mean + at)),
      f64x2.mul(f64x2.splat(1 - meanRate), g),
    );
    const v = f64x2.add(
      f64x2.mul(f64x2.splat(squareRate), v128.load(square + at)),
      f64x2.mul(f64x2.splat(1 - squareRate), f64x2.mul(g, g)),
    );
    v128.store(mean + at, m);
    v128.store(square + at, v);
    const scale = f64x2.add(f64x2.mul(f64x2.sqrt(v), f64x2.splat(squareScale)), f64x2.splat(epsilon));
    const change = f64x2.div(f64x2.mul(f64x2.splat(step), m), scale);
    v128.store(parameters + at, f64x2.sub(theta, change));
  }
}
