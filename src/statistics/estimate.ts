/** A figure with its uncertainty. */
export interface Estimate {
  readonly value: number;
  /** Percentile interval. */
  readonly low: number;
  readonly high: number;
}
