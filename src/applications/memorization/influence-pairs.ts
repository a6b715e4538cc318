import { InputError } from '../../errors.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/** A pool point and a target that it has an effect on. */
export interface InfluencePair {
  readonly point: number;
  readonly target: number;
  readonly influence: number;
}

export interface InfluencePairsOptions {
  /** `N×T` */
  readonly influence: Float64Array;
  /** `N` */
  readonly memorization: Float64Array;
  /** Least memorization of a training point. Default 0.25, as in the paper. */
  readonly memorizationAbove?: number;
  /** Least influence on a test point. Default 0.15, as in the paper. */
  readonly influenceAbove?: number;
}

/**
 * The pairs of highest influence whose point is memorized (Feldman & Zhang 2020, §3.3: memorization and influence above
 * thresholds), highest first.
 *
 * @throws InputError if the influence is no whole rows.
 */
export function influencePairs(options: InfluencePairsOptions): InfluencePair[] {
  refuseUnknownOptions(options, ['influence', 'memorization', 'memorizationAbove', 'influenceAbove'], 'influencePairs');
  const { influence, memorization, memorizationAbove = 0.25, influenceAbove = 0.15 } = options;
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
