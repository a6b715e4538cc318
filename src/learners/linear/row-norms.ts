import { dot } from '../../numerics/dense.js';

/** Euclidean norms of the rows of a matrix with `count` rows. */
export function rowNorms(matrix: Float64Array, count: number): Float64Array {
  const width = matrix.length / count;
  return Float64Array.from({ length: count }, (_, b) => Math.sqrt(dot(matrix, b * width, matrix, b * width, width)));
}
