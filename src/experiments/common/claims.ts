import type { Claim, Verdict } from '../../evaluation/claim.js';
import type { Estimate } from './intervals.js';

/** What a measured number must be for the claim to hold. */
export interface Bounds {
  readonly above?: number;
  readonly atLeast?: number;
  readonly below?: number;
  readonly atMost?: number;
}

/** A statement with its number and what makes it hold. */
export interface Check {
  readonly id: string;
  readonly statement: string;
  /** Default `this project`. */
  readonly source?: string;
  readonly measured: Estimate | number;
  readonly unit: string;
  readonly holds: Bounds;
  readonly guarded?: boolean;
  readonly timing?: boolean;
}

/**
 * The one rule for verdicts: `holds` where the whole interval is within the bounds, `does not hold` where none of it is, else
 * `undecided`. A number without an interval is its own.
 */
export function verdictOf({ low, high }: Pick<Estimate, 'low' | 'high'>, bounds: Bounds): Verdict {
  const { above = -Infinity, atLeast = -Infinity, below = Infinity, atMost = Infinity } = bounds;
  const within = (value: number): boolean =>
    (above === -Infinity || value > above) &&
    value >= atLeast &&
    (below === Infinity || value < below) &&
    value <= atMost;
  // What cannot be computed is no ground to pass a guard on.
  if (Number.isNaN(low) || Number.isNaN(high)) return 'does not hold';
  if (within(low) && within(high)) return 'holds';
  // The bounds are an interval, so one that holds neither end holds something of this one only where it lies inside.
  const apart = low > Math.min(below, atMost) || high < Math.max(above, atLeast);
  const touching = (low === below && below <= atMost) || (high === above && above >= atLeast);
  return apart || touching ? 'does not hold' : 'undecided';
}

/** A title as part of a claim's stable name: `iris 0/1` becomes `iris-0-1`. */
export const slug = (title: string): string => title.replace(/\W+/g, '-');

/**
 * Makes claims about one data set, whose name ends their ids, or about all of them.
 *
 * @param kind what intervals are
 */
export function claimsAbout({ title, kind = '' }: { readonly title?: string; readonly kind?: string }) {
  return ({ id, statement, source, measured, unit, holds, guarded, timing }: Check): Claim => {
    const single = typeof measured === 'number';
    const value = single ? measured : measured.value;
    return {
      id: title === undefined ? id : `${id}-${slug(title)}`,
      statement,
      source: source ?? 'this project',
      measured: value,
      ...(!single && { interval: { low: measured.low, high: measured.high, kind } }),
      unit,
      verdict: verdictOf(single ? { low: value, high: value } : measured, holds),
      guarded: guarded ?? false,
      ...(timing && { timing }),
    };
  };
}

/** Largest residual that an optimum is said to have. */
const residualBound = 1e-8;

/** What exact retraining came to: null where there is no optimum to be away from. */
export interface RetrainingRecord {
  readonly largestResidual: number | null;
  readonly retrainedModels: number;
}

/**
 * That exactly retrained models are optimal.
 *
 * @param subject which models, given their number
 */
export function optimalityClaim(
  records: readonly RetrainingRecord[],
  subject: (count: string) => string,
  id = 'exact-retraining',
): Claim {
  const convex = records.filter(({ largestResidual }) => largestResidual !== null);
  const count = convex.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0);
  return claimsAbout({})({
    id,
    statement: `${subject(count.toLocaleString('en'))} are optimal: residual at most 1e-8.`,
    measured: Math.max(...convex.map(({ largestResidual }) => largestResidual ?? 0)),
    unit: 'largest max|∇F|/(C·n), float64',
    holds: { atMost: residualBound },
    guarded: true,
  });
}
