// x·y + sum in each lane: rounded twice, or once where the module is compiled with relaxed SIMD and the processor has a
// fused multiply-add.

// @ts-ignore: decorator
@inline
export function multiplyAdd64(x: v128, y: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f64x2.relaxed_madd(x, y, sum);
  return f64x2.add(sum, f64x2.mul(x, y));
}

// @ts-ignore: decorator
@inline
export function multiplyAdd32(x: v128, y: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, sum);
  return f32x4.add(sum, f32x4.mul(x, y));
}
