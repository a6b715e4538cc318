import { InputError } from '../../errors.js';
import { choleskyFactor, choleskySolve } from '../../numerics/dense.js';
import { largestResidual, notDefinite, type CurvatureSolver, type MatrixProducts } from './curvature-solver.js';

/** Columns of the matrix that are computed at a time. */
const columns = 64;

/**
 * Forms a symmetric `p×p` matrix from its products with the unit vectors, and factors it once.
 *
 * @throws InputError unless it is positive definite.
 */
export async function denseSolver(times: MatrixProducts, p: number): Promise<CurvatureSolver> {
  const factor = new Float64Array(p * p);
  for (let first = 0; first < p; first += columns) {
    const count = Math.min(columns, p - first);
    const units = new Float64Array(count * p);
    for (let k = 0; k < count; k++) units[k * p + first + k] = 1;
    factor.set(await times(units), first * p);
  }
  if (!choleskyFactor(factor, p)) throw new InputError(notDefinite);
  return async (vectors) => {
    const solutions = vectors.slice();
    for (let at = 0; at < vectors.length; at += p) choleskySolve(factor, p, solutions, at);
    return { solutions, residual: largestResidual(vectors, await times(solutions), p) };
  };
}
