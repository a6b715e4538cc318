/**
 * Upper tail probability of a chi-square statistic with `degrees` degrees of freedom, by the Wilson–Hilferty normal
 * approximation (accurate to about 1e-4 here, far finer than the false-alarm rates the tests use).
 */
export function chiSquareTail(statistic: number, degrees: number): number {
  const spread = 2 / (9 * degrees);
  return normalTail((Math.cbrt(statistic / degrees) - (1 - spread)) / Math.sqrt(spread));
}

/** Σ (observed − expected)² / expected. */
export function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  return observed.reduce((sum, count, k) => sum + (count - expected[k]) ** 2 / expected[k], 0);
}

/** P(Z > z), Abramowitz & Stegun 7.1.26 (error below 1.5e-7). */
function normalTail(z: number): number {
  if (z < 0) return 1 - normalTail(-z);
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 0.5 * polynomial * Math.exp(-x * x);
}
