import { areaUnderRoc } from '../statistics/roc.js';

/**
 * Area under the receiver operating characteristic of "low value means flipped", over some of the points; NaN where they are
 * not of both kinds, as can happen in a resample.
 *
 * @param indices points, any number of times
 */
export function flippedLabelArea(values: ArrayLike<number>, flipped: readonly boolean[], indices: Int32Array): number {
  const kinds = Array.from(indices, (i) => flipped[i]);
  if (kinds.every(Boolean) || !kinds.some(Boolean)) return NaN;
  return areaUnderRoc(
    Float64Array.from(indices, (i) => -values[i]),
    kinds,
  );
}
