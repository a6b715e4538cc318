import type { Valuation } from './game.js';

/** A sampled valuation, which can be continued. */
export interface SampledValues extends Valuation {
  /** Independent samples the errors are over: permutations, groups of them, or subsets. */
  readonly samples: number;
  /** Subsets whose utility was asked for, those of samples beyond the stopping point left out. */
  readonly evaluations: number;
  /** `N` values from the even samples alone, and from the odd ones. */
  readonly halves: readonly [Float64Array, Float64Array];
  /** What the estimate was made with: only the same can continue it. */
  readonly settings: string;
  /** Running sums. */
  readonly sums: Readonly<Record<string, Float64Array>>;
}
