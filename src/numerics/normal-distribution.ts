const inverseRootTwoPi = 1 / Math.sqrt(2 * Math.PI);

/** φ(x), the standard normal density. */
export function normalDensity(x: number): number {
  return inverseRootTwoPi * Math.exp(-0.5 * x * x);
}

/**
 * Φ(x), the standard normal distribution function, to about 1e-15: the series ½ + φ(x)·Σ x^(2k+1)/(2k+1)!! for |x| < 4, the
 * continued fraction of the tail beyond (Abramowitz & Stegun 26.2.11 and 26.2.14).
 */
export function normalDistribution(x: number): number {
  if (!(Math.abs(x) < 4)) {
    if (Number.isNaN(x)) return NaN;
    return x < 0 ? tail(-x) : 1 - tail(x);
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + normalDensity(x) * sum;
}

/** 1 − Φ(x) for x ≥ 4. */
function tail(x: number): number {
  if (x > 40) return 0;
  let fraction = x;
  for (let k = 60; k > 0; k--) fraction = x + k / fraction;
  return normalDensity(x) / fraction;
}
