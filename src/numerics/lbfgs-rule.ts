import { dot } from './dense.js';
import type { DirectionRule } from './minimise-batch.js';

/** Replaces `vectors[k·p …]` by an approximate inverse Hessian of function `rows[k]` times it, k = 0 … active−1. */
export type BatchPreconditioner = (rows: Int32Array, active: number, vectors: Float64Array) => void;

/** Correction pairs kept per function. */
export const lbfgsMemory = 10;

/**
 * Directions of limited-memory BFGS (Nocedal & Wright 2006, algorithm 7.4) for B functions at once, whose initial inverse
 * Hessian is `precondition`. Keeps `2·(lbfgsMemory + 1)·B·p` numbers.
 */
export function lbfgsRule(count: number, parameterCount: number, precondition: BatchPreconditioner): DirectionRule {
  const p = parameterCount;
  const m = lbfgsMemory;
  const pointChanges = new Float64Array(count * m * p);
  const gradientChanges = new Float64Array(count * m * p);
  const curvatures = new Float64Array(count * m);
  /** Pairs ever stored for each function; pair t lives in slot t mod m. */
  const stored = new Int32Array(count);
  const lastPoints = new Float64Array(count * p);
  const lastGradients = new Float64Array(count * p);
  const visited = new Uint8Array(count);
  const coefficients = new Float64Array(count * m);

  return {
    directions(rows, active, points, gradients, directions) {
      for (let k = 0; k < active; k++) {
        const b = rows[k];
        if (visited[b]) remember(b, points, gradients, k * p);
        visited[b] = 1;
        lastPoints.set(points.subarray(k * p, (k + 1) * p), b * p);
        lastGradients.set(gradients.subarray(k * p, (k + 1) * p), b * p);
        for (let j = 0; j < p; j++) directions[k * p + j] = -gradients[k * p + j];
        for (let t = stored[b] - 1; t >= Math.max(0, stored[b] - m); t--) {
          const slot = b * m + (t % m);
          const coefficient = dot(pointChanges, slot * p, directions, k * p, p) / curvatures[slot];
          coefficients[slot] = coefficient;
          addScaled(directions, k * p, -coefficient, gradientChanges, slot * p, p);
        }
      }
      precondition(rows, active, directions);
      for (let k = 0; k < active; k++) {
        const b = rows[k];
        for (let t = Math.max(0, stored[b] - m); t < stored[b]; t++) {
          const slot = b * m + (t % m);
          const correction = dot(gradientChanges, slot * p, directions, k * p, p) / curvatures[slot];
          addScaled(directions, k * p, coefficients[slot] - correction, pointChanges, slot * p, p);
        }
      }
    },
  };

  function remember(b: number, points: Float64Array, gradients: Float64Array, offset: number): void {
    let curvature = 0;
    for (let j = 0; j < p; j++) {
      curvature += (points[offset + j] - lastPoints[b * p + j]) * (gradients[offset + j] - lastGradients[b * p + j]);
    }
    // Convexity makes it positive; when rounding does not, the pair says nothing and must not take the place of another.
    if (!(curvature > 0)) return;
    const slot = b * m + (stored[b] % m);
    for (let j = 0; j < p; j++) {
      pointChanges[slot * p + j] = points[offset + j] - lastPoints[b * p + j];
      gradientChanges[slot * p + j] = gradients[offset + j] - lastGradients[b * p + j];
    }
    curvatures[slot] = curvature;
    stored[b]++;
  }
}

function addScaled(
  target: Float64Array,
  targetOffset: number,
  scale: number,
  source: Float64Array,
  sourceOffset: number,
  length: number,
): void {
  for (let j = 0; j < length; j++) target[targetOffset + j] += scale * source[sourceOffset + j];
}
