import { dot } from '../../numerics/dense.js';

/** Products (`M×p`) of M vectors (`M×p`) with one symmetric matrix. */
export type MatrixProducts = (vectors: Float64Array) => Promise<Float64Array>;

/** Solves curvature·x = b for `M×p` right-hand sides; `residual` is the largest |b − Ax|/|b|. */
export type CurvatureSolver = (vectors: Float64Array) => Promise<{ solutions: Float64Array; residual: number }>;

export const notDefinite =
  'The curvature is not positive definite; use more damping, or Gauss–Newton in place of the Hessian.';

/** The largest |b − product|/|b| over right-hand sides b that are not 0. */
export function largestResidual(vectors: Float64Array, products: Float64Array, p: number): number {
  const wanted = squaresOf(vectors, p);
  const missed = squaresOf(
    vectors.map((value, j) => value - products[j]),
    p,
  );
  return Math.sqrt(missed.reduce((most, square, m) => (wanted[m] > 0 ? Math.max(most, square / wanted[m]) : most), 0));
}

/** `M` squared lengths of M vectors. */
export function squaresOf(vectors: Float64Array, p: number): Float64Array {
  return Float64Array.from({ length: vectors.length / p }, (_, m) => dot(vectors, m * p, vectors, m * p, p));
}
