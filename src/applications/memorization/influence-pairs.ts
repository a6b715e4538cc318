import { InputError } from '../../errors.js';

/** A pool point and a target that it has an effect on. */
export interface InfluencePair {
  readonly point: number;
  readonly target: number;
  readonly influence: number;
}

/**
 * The pairs of highest influence whose point is memorized (Feldman & Zhang 2020, §3.3: memorization and influence above
 * thresholds), highest first.
 *
 * @param influence `N×T`
 * @param memorization `N`
 * @param options `memorizationAbove` and `influenceAbove`: thresholds, 0.25 and 0.15 in the paper
 * @throws InputError if the influence is no whole rows.
 */
export function influencePairs(
  influence: Float64Array,
  memorization: Float64Array,
  { memorizationAbove = 0.25, influenceAbove = 0.15 } = {},
): InfluencePair[] {
  const targets = influence.length / memorization.length;
  if (!Number.isInteger(targets)) {
    throw new InputError(`${influence.length} influences are no whole rows of ${memorization.length} points.`);
  }
  const pairs: InfluencePair[] = [];
  memorization.forEach((value, point) => {
    if (!(value > memorizationAbove)) return;
    for (let target = 0; target < targets; target++) {
      const found = influence[point * targets + target];
      if (found > influenceAbove) pairs.push({ point, target, influence: found });
    }
  });
  return pairs.sort((a, b) => b.influence - a.influence || a.point - b.point || a.target - b.target);
}
