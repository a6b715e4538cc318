import { mean } from '../../statistics/mean.js';
import { spearman } from '../../statistics/correlation.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { columns, type Estimate } from '../common/intervals.js';
import {
  againstReference,
  largestCoefficient,
  leaveOneOutOf,
  liveFalls,
  overParameters,
  perParameter,
  relativeError,
  runOf,
  runsOf,
  sharedCount,
  sumOfSquares,
  topOverlap,
} from './figures.js';
import type { AttributionResult } from './protocol.js';
import { attributionColumn, type RemovalRun } from './removals.js';

/** One row per data set: what is attributed to how many points, and how far the reference has converged. */
export function attributionProblems(results: readonly AttributionResult[]) {
  return results.map(({ problem, reference, full }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    features: problem.pool.dimension,
    parameters: full.length,
    'attributed numbers': problem.pool.size * full.length,
    'reference permutations': 2 * reference.samples,
    'relative error of the reference': Math.sqrt(
      sumOfSquares(reference.standardErrors) / sumOfSquares(reference.values),
    ),
  }));
}

/** Agreement with the independent reference as permutations are added: mean over parameters, 95 % intervals over them. */
export function attributionAgreement(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    runsOf(result).map((run) => ({
      dataset: result.problem.title,
      method: labelOf(run.method),
      permutations: run.permutations,
      ...columns(overParameters(result, againstReference(result, run, spearman)), 'correlation'),
    })),
  );
}

/** Error to the independent reference and processor time in all, for every method and number of permutations. */
export function attributionErrors(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    runsOf(result).map((run) => ({
      dataset: result.problem.title,
      method: labelOf(run.method),
      permutations: run.permutations,
      seconds: run.seconds,
      ...columns(overParameters(result, againstReference(result, run, relativeError)), 'error'),
    })),
  );
}

/** Every method at the same permutations: against the independent reference, and against exact retraining on the same ones. */
export function attributionAccuracy(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const count = sharedCount(result);
    const exact = runOf(result, 'exact', count);
    return runsOf(result)
      .filter(({ permutations }) => permutations === count)
      .map((run) => {
        const toExact = (figure: typeof spearman) => mean(perParameter(result, run.values, exact.values, figure));
        return {
          'data set': result.problem.title,
          method: labelOf(run.method),
          permutations: count,
          ...columns(overParameters(result, againstReference(result, run, spearman)), 'Spearman with reference'),
          'share of the top 10 found': mean(againstReference(result, run, topOverlap)),
          'Spearman with exact, same permutations': toExact(spearman),
          'relative error to exact, same permutations': mean(
            perParameter(result, run.values, exact.values, relativeError),
          ),
        };
      });
  });
}

/** Agreement of exactly retrained attributions from one seed's permutations with those of the next. */
export function stabilityOf(result: AttributionResult, count: number): { agreement: Estimate; overlap: number } {
  const { values } = runOf(result, 'exact', count);
  const [first, second] = [values.slice(0, -1), values.slice(1)];
  return {
    agreement: overParameters(result, perParameter(result, first, second, spearman)),
    overlap: mean(perParameter(result, first, second, topOverlap)),
  };
}

/** How far exactly retrained attributions from independent permutations agree with each other. */
export function attributionStability(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    result.counts.map((count) => {
      const { agreement, overlap } = stabilityOf(result, count);
      return {
        'data set': result.problem.title,
        permutations: count,
        ...columns(agreement, 'Spearman between two sets of permutations'),
        'share of the top 10 in common': overlap,
      };
    }),
  );
}

/** Changes of the parameters when one point is left out, predicted against retrained. */
export function leaveOneOutAgreement(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const exact = leaveOneOutOf(result, 'exact');
    return result.methods
      .filter(({ method }) => method !== 'exact')
      .map(({ method }) => {
        const values = leaveOneOutOf(result, method);
        return {
          'data set': result.problem.title,
          method: labelOf(method),
          ...columns(overParameters(result, perParameter(result, values, exact, spearman)), 'Spearman with retrained'),
          'share of the top 10 found': mean(perParameter(result, values, exact, topOverlap)),
          'relative error': mean(perParameter(result, values, exact, relativeError)),
        };
      });
  });
}

const nameOf = ({ kind, method }: RemovalRun): string => (kind === 'random' ? kind : `${kind}, ${labelOf(method)}`);

/** How far parameters fall when the tenth of the pool that raises them most is removed, by who names the points. */
export function removalEffects(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    result.removal.map((run) => ({
      'data set': result.problem.title,
      'points named by': nameOf(run),
      ...columns(overParameters(result, liveFalls(result, run)), 'mean fall, deviations of random removals'),
    })),
  );
}

/** Attributions by methods against the reference, of the parameter of the largest coefficient, first seed. */
export function attributionPairs(results: readonly AttributionResult[], methods: readonly MethodId[]) {
  return results.flatMap((result) => {
    const p = result.full.length;
    const j = largestCoefficient(result);
    const expected = attributionColumn(result.reference.values, p, j);
    return methods.flatMap((method) => {
      const found = attributionColumn(runOf(result, method, sharedCount(result)).values[0], p, j);
      const correlation = spearman(found, expected);
      return Array.from(found, (predicted, i) => ({
        dataset: result.problem.title,
        method: labelOf(method),
        predicted,
        exact: expected[i],
        correlation,
      }));
    });
  });
}
