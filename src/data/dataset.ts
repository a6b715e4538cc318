import type { InputShape } from './input-shape.js';
import type { RowOrigins } from './row-origins.js';

/**
 * Labelled points in plain typed arrays: the pool that subsets are drawn from, or points to evaluate on. Immutable by
 * convention: functions return new data sets and never write into one they were given.
 */
export interface Dataset {
  readonly name: string;
  /** Points, N. */
  readonly size: number;
  /** Features per point, d. */
  readonly dimension: number;
  /** `N×d`, row-major. */
  readonly features: Float64Array;
  /** `N` class indices, 0 … K−1. */
  readonly labels: Uint8Array;
  /** K class names, in the order of their indices. */
  readonly classes: readonly string[];
  /** d feature names. */
  readonly featureNames: readonly string[];
  /** What the features are where they are an image or a sequence of tokens; absent: a list of numbers. */
  readonly input?: InputShape;
  /** Where the points come from: files, lines and identifiers. */
  readonly rows?: RowOrigins;
}
