import type { Seconds } from '../common/costs.js';

/** Attributions by what one seed learned, on its permutations. */
export interface AttributionTrial {
  /** For each number of permutations (ascending) `N×p` attributions, and the seconds spent until then. */
  readonly growing: readonly { readonly values: Float64Array; readonly seconds: Seconds }[];
  /** `N×p` changes of the parameters when single points are left out. */
  readonly leaveOneOut: Float64Array;
}
