import { mean } from '../../statistics/mean.js';
import type { MethodId } from '../../evaluation/methods.js';
import { meanSeconds, totalSeconds } from '../common/costs.js';
import { bootstrapMean, type Estimate } from '../common/intervals.js';
import { entryOf } from '../common/methods.js';
import type { AttributionResult } from './protocol.js';
import { attributionColumn, type RemovalRun } from './removals.js';

/** Points whose attributions are largest in size, compared as sets. */
const topPoints = 10;

/** A figure of one parameter's attributions by a method (`N`) and by what they are compared with. */
export type Figure = (found: Float64Array, expected: Float64Array) => number;

/** ‖found − expected‖ / ‖expected‖. */
export const relativeError: Figure = (found, expected) =>
  Math.sqrt(sumOfSquares(found.map((value, i) => value - expected[i])) / sumOfSquares(expected));

/** Share of the points of largest size that both name. */
export const topOverlap: Figure = (found, expected) => {
  const top = (values: Float64Array): number[] =>
    [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, topPoints);
  const wanted = new Set(top(expected));
  return top(found).filter((i) => wanted.has(i)).length / topPoints;
};

export function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Parameters that some point moves: those of features that are 0 everywhere stay 0. */
function liveParameters({ reference, full }: AttributionResult): number[] {
  const p = full.length;
  return [...full.keys()].filter((j) => attributionColumn(reference.values, p, j).some((value) => value !== 0));
}

/** A figure for every live parameter, means over seeds. */
export function perParameter(
  result: AttributionResult,
  found: readonly Float64Array[],
  expected: readonly Float64Array[],
  figure: Figure,
): Float64Array {
  const p = result.full.length;
  const column = (values: Float64Array, j: number) => attributionColumn(values, p, j);
  return Float64Array.from(liveParameters(result), (j) =>
    mean(found.map((values, s) => figure(column(values, j), column(expected[s % expected.length], j)))),
  );
}

/** Mean over parameters with its 95 % interval over them. */
export const overParameters = ({ seed }: AttributionResult, values: Float64Array): Estimate =>
  bootstrapMean(values, { seed });

/** A method's attributions after a number of permutations. */
export interface AttributionRun {
  readonly method: MethodId;
  readonly permutations: number;
  /** For each seed, `N×p`. */
  readonly values: readonly Float64Array[];
  /** Processor seconds in all, mean over seeds. */
  readonly seconds: number;
}

/** Every method's runs, methods in their order, numbers of permutations ascending. */
export function runsOf({ methods, counts }: AttributionResult): AttributionRun[] {
  return methods.flatMap(({ method, trials }) =>
    trials[0].growing.map((_, k) => {
      const own = trials.map(({ growing }) => growing[k]);
      return {
        method,
        permutations: counts[k],
        values: own.map(({ values }) => values),
        seconds: totalSeconds(meanSeconds(own)),
      };
    }),
  );
}

export function runOf(result: AttributionResult, method: MethodId, permutations: number): AttributionRun {
  return entryOf(
    runsOf(result).filter((run) => run.permutations === permutations),
    method,
  );
}

/** A figure of every live parameter against the independent reference. */
export const againstReference = (result: AttributionResult, { values }: AttributionRun, figure: Figure): Float64Array =>
  perParameter(result, values, [result.reference.values], figure);

/** The largest number of permutations that every method has. */
export const sharedCount = ({ counts }: AttributionResult): number => counts[counts.length - 2];

/** For each seed, `N×p` changes when points are left out. */
export const leaveOneOutOf = ({ methods }: AttributionResult, method: MethodId): Float64Array[] =>
  entryOf(methods, method).trials.map(({ leaveOneOut }) => leaveOneOut);

/** Falls of the live parameters when the points that a method names are removed. */
export const liveFalls = (result: AttributionResult, { falls }: RemovalRun): Float64Array =>
  Float64Array.from(liveParameters(result), (j) => falls[j]);

/** The feature whose coefficient is largest in size. */
export function largestCoefficient({ full }: Pick<AttributionResult, 'full'>): number {
  return [...full.keys()].slice(0, -1).reduce((best, j) => (Math.abs(full[j]) > Math.abs(full[best]) ? j : best), 0);
}
