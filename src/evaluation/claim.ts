/**
 * What checking a claim came to. One rule for all: it holds where every number of the interval would satisfy it, it does not hold where
 * none would, and it is undecided where some would and some would not.
 */
export type Verdict = 'holds' | 'does not hold' | 'undecided' | 'not testable here';

/** A statement that a notebook checks, with what was measured. */
export interface Claim {
  /** Stable name, unique within a notebook, e.g. `iris-parameter-error`. */
  readonly id: string;
  /** The statement, in a sentence. */
  readonly statement: string;
  /** Who states it, e.g. `paper, abstract` or `this project`. */
  readonly source: string;
  /** The measured number the verdict rests on; null where not testable. */
  readonly measured: number | null;
  /** Interval of the measured number and what it is, e.g. 95 % bootstrap over subsets. */
  readonly interval?: { readonly low: number; readonly high: number; readonly kind: string };
  /** What the number is, e.g. `mean relative parameter error`. */
  readonly unit: string;
  readonly verdict: Verdict;
  /** Headless execution fails when a guarded claim does not hold, or is not testable. */
  readonly guarded: boolean;
  /** True where the number is a time or a ratio of times: left out of byte-for-byte comparisons. */
  readonly timing?: boolean;
}
