import { InputError } from '../../errors.js';
import { dot } from '../../numerics/dense.js';
import { largestResidual, notDefinite, squaresOf, type MatrixProducts } from './curvature-solver.js';

export interface ConjugateGradientsOptions {
  readonly times: MatrixProducts;
  /** `M×p` right-hand sides. */
  readonly vectors: Float64Array;
  /** p. */
  readonly size: number;
  readonly iterations: number;
  /** Relative residual at which a right-hand side is solved. */
  readonly tolerance: number;
}

/**
 * Conjugate gradients (Hestenes & Stiefel 1952) for M right-hand sides, each on its own, with one product for all of them in every
 * iteration. The residual is computed again from the solutions, not taken from the recurrence.
 *
 * @throws InputError on a direction without positive curvature.
 */
export async function conjugateGradients(options: ConjugateGradientsOptions) {
  const { times, vectors, size: p, iterations, tolerance } = options;
  const count = vectors.length / p;
  const solutions = new Float64Array(vectors.length);
  const residuals = vectors.slice();
  const directions = vectors.slice();
  const goals = squaresOf(vectors, p).map((square) => square * tolerance ** 2);
  let squares = squaresOf(vectors, p);
  for (let step = 0; step < iterations && squares.some((square, m) => square > goals[m]); step++) {
    const products = await times(directions);
    for (let m = 0; m < count; m++) {
      if (squares[m] <= goals[m]) continue;
      const curvature = dot(directions, m * p, products, m * p, p);
      if (!(curvature > 0)) throw new InputError(notDefinite);
      addTo(solutions, directions, m * p, p, squares[m] / curvature);
      addTo(residuals, products, m * p, p, -squares[m] / curvature);
    }
    const next = squaresOf(residuals, p);
    for (let m = 0; m < count; m++) {
      if (squares[m] <= goals[m]) continue;
      const ratio = next[m] / squares[m];
      for (let j = m * p; j < (m + 1) * p; j++) directions[j] = residuals[j] + ratio * directions[j];
    }
    squares = next;
  }
  return { solutions, residual: largestResidual(vectors, await times(solutions), p) };
}

function addTo(sum: Float64Array, vectors: Float64Array, first: number, p: number, factor: number): void {
  for (let j = first; j < first + p; j++) sum[j] += factor * vectors[j];
}
