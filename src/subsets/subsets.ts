/**
 * B subsets of one pool of N points, one row each. An entry is how often the point is in the subset: 0 or 1 for sets, any
 * integer up to 255 for multisets (bootstraps). Nothing is ever padded or copied per subset.
 */
export interface Subsets {
  /** Subsets, B. */
  readonly count: number;
  /** Pool size, N. */
  readonly poolSize: number;
  /** `B×N`, row-major. */
  readonly weights: Uint8Array;
}
