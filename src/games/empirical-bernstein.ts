/** What is known of the error of sampled values whose utilities lie in an interval of known width. */
export interface ErrorBounds {
  /** Values estimated, N. */
  readonly values: number;
  /** `N` numbers: each value is within its own of the truth, but for a chance of `failure` for each. */
  halfWidths(failure: number): Float64Array;
  /** What {@link halfWidths} comes to after so many samples if they do not vary at all. */
  leastHalfWidth(samples: number, failure: number): number;
}

/**
 * The empirical Bernstein bound: the mean of n independent numbers from an interval of the given width is this close to its
 * expectation, but for a chance of `failure`: √(2V·ln(4/δ)/n) + 7·width·ln(4/δ)/(3(n−1)), V the sample variance (Maurer &
 * Pontil 2009, COLT, theorem 4, both sides). The second term is what an event costs that no sample has met.
 */
export function bernsteinHalfWidth(options: {
  /** √(V/n). */
  readonly standardError: number;
  readonly samples: number;
  readonly width: number;
  readonly failure: number;
}): number {
  const { standardError, samples, width, failure } = options;
  if (samples < 2) return Infinity;
  const log = Math.log(4 / failure);
  return Math.sqrt(2 * log) * standardError + (7 * width * log) / (3 * (samples - 1));
}
