/** Sweeps over the coordinates that a path point may take. */
const mostSweeps = 10_000;

/**
 * LASSO coefficients for descending strengths λ, each started from the one before:
 * argmin ½ βᵀGβ − cᵀβ + λ‖β‖₁, by coordinate descent with covariance updates (Friedman, Hastie & Tibshirani 2010, §2.2).
 * Coordinates in use are swept until they have settled before all are looked at again.
 *
 * A solution's optimality conditions hold within `tolerance`: |c − Gβ|_j ≤ λ + tolerance, and (c − Gβ)_j = λ·sign(β_j)
 * within it where β_j ≠ 0.
 *
 * @param gram `N×N`, positive semidefinite; coordinates whose diagonal entry is 0 stay 0
 * @param cross `N`
 * @param onPoint receives each strength's index and coefficients, which are only valid during the call
 * @param start `N` coefficients that the first strength starts from; default zeros
 */
export function lassoPath(
  gram: Float64Array,
  cross: Float64Array,
  strengths: readonly number[],
  tolerance: number,
  onPoint: (index: number, coefficients: Float64Array) => void,
  start: Float64Array = new Float64Array(cross.length),
): void {
  const n = cross.length;
  const coefficients = start.slice();
  /** c − Gβ. */
  const residuals = cross.slice();
  coefficients.forEach((beta, j) => {
    if (beta !== 0) for (let i = 0, at = j * n; i < n; i++, at++) residuals[i] -= beta * gram[at];
  });
  const everyCoordinate = Array.from({ length: n }, (_, j) => j).filter((j) => gram[j * n + j] > 0);

  /** Minimises over each coordinate in turn; returns the largest violation of the optimality conditions met. */
  function sweep(coordinates: readonly number[], strength: number): number {
    let violation = 0;
    for (const j of coordinates) {
      const diagonal = gram[j * n + j];
      const old = coefficients[j];
      const partial = residuals[j] + diagonal * old;
      const updated = (Math.sign(partial) * Math.max(0, Math.abs(partial) - strength)) / diagonal;
      const change = updated - old;
      if (change === 0) continue;
      violation = Math.max(violation, Math.abs(change) * diagonal);
      coefficients[j] = updated;
      for (let i = 0, at = j * n; i < n; i++, at++) residuals[i] -= change * gram[at];
    }
    return violation;
  }

  strengths.forEach((strength, index) => {
    for (let sweeps = 0; sweeps < mostSweeps;) {
      sweeps++;
      if (sweep(everyCoordinate, strength) <= tolerance && largestViolation(strength) <= tolerance) break;
      const used = everyCoordinate.filter((j) => coefficients[j] !== 0);
      while (sweeps < mostSweeps && sweep(used, strength) > tolerance) sweeps++;
    }
    onPoint(index, coefficients);
  });

  function largestViolation(strength: number): number {
    return everyCoordinate.reduce((largest, j) => {
      const beta = coefficients[j];
      const violation =
        beta === 0 ? Math.abs(residuals[j]) - strength : Math.abs(residuals[j] - strength * Math.sign(beta));
      return Math.max(largest, violation);
    }, 0);
  }
}
