import { quantile } from '../statistics/quantile.js';
import { spearman } from '../statistics/correlation.js';

/** How well error estimates tell true errors. */
export interface EstimateQuality {
  /** Rank correlation of estimates with true errors. */
  readonly spearman: number;
  /** Median of estimate / error; 1 is right, below it errors are larger than they seem. */
  readonly medianRatio: number;
  /** Share of predictions without an estimate, which count for neither. */
  readonly missing: number;
}

/**
 * Compares `B` estimated errors, NaN where there is none, with the true ones.
 */
export function estimateQuality(estimates: Float64Array, errors: ArrayLike<number>): EstimateQuality {
  const known = [...estimates.keys()].filter((b) => !Number.isNaN(estimates[b]));
  const [estimated, actual] = [known.map((b) => estimates[b]), known.map((b) => errors[b])];
  return {
    spearman: spearman(estimated, actual),
    medianRatio: quantile(
      estimated.map((value, k) => value / actual[k]),
      0.5,
    ),
    missing: 1 - known.length / estimates.length,
  };
}
