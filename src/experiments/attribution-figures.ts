import { mean } from '../statistics/mean.js';
import { attributionColumn } from './attribution-column.js';
import type { AttributionResult, AttributionRun } from './parameter-attribution.js';

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
  return Float64Array.from(liveParameters(result), (j) =>
    mean(
      found.map((values, s) =>
        figure(attributionColumn(values, p, j), attributionColumn(expected[s % expected.length], p, j)),
      ),
    ),
  );
}

/** A figure of every live parameter against the independent reference. */
export const againstReference = (result: AttributionResult, { values }: AttributionRun, figure: Figure): Float64Array =>
  perParameter(result, values, [result.reference.values], figure);

export function runOf({ runs }: AttributionResult, method: string, permutations: number): AttributionRun {
  return runs.find((run) => run.method === method && run.permutations === permutations) as AttributionRun;
}

/** Numbers of permutations, ascending; every method has all but the last. */
export function countsOf({ runs }: AttributionResult): number[] {
  return [...new Set(runs.map(({ permutations }) => permutations))].sort((a, b) => a - b);
}

/** The largest number of permutations that every method has. */
export const sharedCount = (result: AttributionResult): number => countsOf(result).slice(-2)[0];

/** Labels, training and prediction. */
export const totalSeconds = ({ labelSeconds, trainingSeconds, predictionSeconds }: AttributionRun): number =>
  labelSeconds + trainingSeconds + predictionSeconds;

/** For each seed, `N×p` changes when points are left out. */
export function leaveOneOutOf({ leaveOneOut }: AttributionResult, method: string): readonly Float64Array[] {
  return (leaveOneOut.find((run) => run.method === method) as (typeof leaveOneOut)[number]).values;
}

/** Falls of the live parameters when the points that a method names are removed. */
export function liveFalls(result: AttributionResult, method: string): Float64Array {
  const { falls } = result.removal.find((run) => run.method === method) as AttributionResult['removal'][number];
  return Float64Array.from(liveParameters(result), (j) => falls[j]);
}

/** The feature whose coefficient is largest in size. */
export function largestCoefficient({ full }: Pick<AttributionResult, 'full'>): number {
  return [...full.keys()].slice(0, -1).reduce((best, j) => (Math.abs(full[j]) > Math.abs(full[best]) ? j : best), 0);
}
