import { multiplyTransposed, transpose } from './dense.js';
import { randomStream } from './random.js';

/** Rounds of the iteration; directions of nearly equal weight may stay mixed, which their span does not depend on. */
const rounds = 8;

/**
 * Orthonormal directions that hold most of the rows of a matrix, about its origin: the leading right singular vectors, by
 * orthogonal iteration from a fixed random start.
 *
 * @param matrix `rows×columns`.
 * @param count at most `rows` and `columns`.
 * @returns `count×columns`, one direction per row.
 */
export function principalDirections(matrix: Float64Array, rows: number, columns: number, count: number): Float64Array {
  const random = randomStream(1, 'principal directions');
  const directions = Float64Array.from({ length: count * columns }, () => random.normal());
  const byColumn = transpose(matrix, rows, columns);
  const scores = new Float64Array(count * rows);
  for (let round = 0; round < rounds; round++) {
    orthonormalise(directions, count, columns);
    multiplyTransposed(directions, matrix, count, rows, columns, scores);
    multiplyTransposed(scores, byColumn, count, columns, rows, directions);
  }
  orthonormalise(directions, count, columns);
  return directions;
}

/** Gram–Schmidt on the rows, in place, twice for accuracy; a row that depends on those before becomes 0. */
function orthonormalise(vectors: Float64Array, count: number, length: number): void {
  for (let k = 0; k < count; k++) {
    const row = vectors.subarray(k * length, (k + 1) * length);
    const before = Math.hypot(...row);
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < k; j++) {
        let product = 0;
        for (let i = 0; i < length; i++) product += vectors[j * length + i] * row[i];
        for (let i = 0; i < length; i++) row[i] -= product * vectors[j * length + i];
      }
    }
    const norm = Math.hypot(...row);
    for (let i = 0; i < length; i++) row[i] = norm > 1e-10 * before ? row[i] / norm : 0;
  }
}
