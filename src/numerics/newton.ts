import { choleskySolve, factorDamped } from './dense.js';
import type { DirectionRule } from './minimise-batch.js';

/** Writes the lower triangles of Hessians: `out[k·p² …]` (`p×p`) for function `rows[k]` at `points[k·p …]`. */
export type BatchHessians = (rows: Int32Array, active: number, points: Float64Array, out: Float64Array) => void;

/** Numbers held by the Hessians of one tile: few enough to stay in cache. */
const tileNumbers = 2 ** 17;

/** Newton's directions −H⁻¹∇ from exact Hessians, each damped just enough to be positive definite if it is not. */
export function newtonRule(parameterCount: number, hessians: BatchHessians): DirectionRule {
  const p = parameterCount;
  const tile = Math.max(1, Math.floor(tileNumbers / (p * p)));
  const matrices = new Float64Array(tile * p * p);
  return {
    directions(rows, active, points, gradients, directions) {
      for (let from = 0; from < active; from += tile) {
        const models = Math.min(tile, active - from);
        hessians(rows.subarray(from, from + models), models, points.subarray(from * p, (from + models) * p), matrices);
        for (let k = 0; k < models; k++) {
          const offset = (from + k) * p;
          const factor = factorDamped(matrices.subarray(k * p * p, (k + 1) * p * p), p);
          for (let j = 0; j < p; j++) directions[offset + j] = -gradients[offset + j];
          choleskySolve(factor, p, directions, offset);
        }
      }
    },
  };
}
