import { choleskySolve, dot, factorDamped, maxAbsolute } from './dense.js';
import type { DirectionRule } from './minimise-batch.js';

/** Writes the `p×p` Hessian of function `row` at `point` (`p`) to `out`. */
export type HessianOf = (row: number, point: Float64Array, out: Float64Array) => void;

/** Longest direction, in units of 1 + the largest parameter. */
const longestReach = 100;

/**
 * Newton's directions −(H + λI)⁻¹∇ from exact Hessians. λ = ‖∇‖/(100·(1 + max|θ|)) keeps a direction within that reach where
 * curvature has all but vanished, far from the minimum; it fades with the gradient, so convergence stays quadratic
 * (Li, Fukushima, Qi & Yamashita 2004, Comput. Optim. Appl. 28).
 */
export function newtonRule(parameterCount: number, hessianOf: HessianOf): DirectionRule {
  const p = parameterCount;
  const hessian = new Float64Array(p * p);
  return {
    quadratic: true,
    directions(rows, active, points, gradients, directions) {
      for (let k = 0; k < active; k++) {
        const offset = k * p;
        hessianOf(rows[k], points.subarray(offset, offset + p), hessian);
        const reach = longestReach * (1 + maxAbsolute(points, offset, p));
        const damping = Math.sqrt(dot(gradients, offset, gradients, offset, p)) / reach;
        for (let j = 0; j < p; j++) hessian[j * p + j] += damping;
        for (let j = 0; j < p; j++) directions[offset + j] = -gradients[offset + j];
        choleskySolve(factorDamped(hessian, p), p, directions, offset);
      }
    },
  };
}
