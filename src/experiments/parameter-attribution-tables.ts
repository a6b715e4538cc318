import { bootstrapMean } from '../statistics/bootstrap-interval.js';
import { spearman } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { attributionColumn } from './attribution-column.js';
import {
  againstReference,
  countsOf,
  largestCoefficient,
  leaveOneOutOf,
  liveFalls,
  perParameter,
  relativeError,
  runOf,
  sharedCount,
  sumOfSquares,
  topOverlap,
  totalSeconds,
} from './attribution-figures.js';
import type { AttributionResult } from './parameter-attribution.js';
import { exactName } from './predictors.js';

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
    result.runs.map((run) => {
      const { value, low, high } = bootstrapMean(againstReference(result, run, spearman), { seed: result.seed });
      const { method, permutations } = run;
      return { dataset: result.problem.title, method, permutations, correlation: value, low, high };
    }),
  );
}

/** Error to the independent reference and processor time in all, for every method and number of permutations. */
export function attributionErrors(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    result.runs.map((run) => {
      const { value, low, high } = bootstrapMean(againstReference(result, run, relativeError), { seed: result.seed });
      const { method, permutations } = run;
      return {
        dataset: result.problem.title,
        method,
        permutations,
        seconds: totalSeconds(run),
        error: value,
        low,
        high,
      };
    }),
  );
}

/** Every method at the same permutations: against the independent reference, and against exact retraining on the same ones. */
export function attributionAccuracy(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const count = sharedCount(result);
    const exact = runOf(result, exactName, count);
    return result.runs
      .filter(({ permutations }) => permutations === count)
      .map((run) => {
        const { value, low, high } = bootstrapMean(againstReference(result, run, spearman), { seed: result.seed });
        return {
          'data set': result.problem.title,
          method: run.method,
          permutations: count,
          'Spearman with reference': value,
          low,
          high,
          'share of the top 10 found': mean(againstReference(result, run, topOverlap)),
          'Spearman with exact, same permutations': mean(perParameter(result, run.values, exact.values, spearman)),
          'relative error to exact, same permutations': mean(
            perParameter(result, run.values, exact.values, relativeError),
          ),
        };
      });
  });
}

/** How far exactly retrained attributions from independent permutations agree with each other. */
export function attributionStability(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    countsOf(result).map((count) => {
      const { values } = runOf(result, exactName, count);
      const [first, second] = [values.slice(0, -1), values.slice(1)];
      const agreement = bootstrapMean(perParameter(result, first, second, spearman), { seed: result.seed });
      return {
        'data set': result.problem.title,
        permutations: count,
        'Spearman between two sets of permutations': agreement.value,
        low: agreement.low,
        high: agreement.high,
        'share of the top 10 in common': mean(perParameter(result, first, second, topOverlap)),
      };
    }),
  );
}

/** Changes of the parameters when one point is left out, predicted against retrained. */
export function leaveOneOutAgreement(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const exact = leaveOneOutOf(result, exactName);
    return result.leaveOneOut
      .filter(({ method }) => method !== exactName)
      .map(({ method, values }) => {
        const { value, low, high } = bootstrapMean(perParameter(result, values, exact, spearman), {
          seed: result.seed,
        });
        return {
          'data set': result.problem.title,
          method,
          'Spearman with retrained': value,
          low,
          high,
          'share of the top 10 found': mean(perParameter(result, values, exact, topOverlap)),
          'relative error': mean(perParameter(result, values, exact, relativeError)),
        };
      });
  });
}

/** How far parameters fall when the tenth of the pool that raises them most is removed, by who names the points. */
export function removalEffects(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    result.removal.map(({ method }) => {
      const { value, low, high } = bootstrapMean(liveFalls(result, method), { seed: result.seed });
      return {
        'data set': result.problem.title,
        'points named by': method,
        'mean fall, deviations of random removals': value,
        low,
        high,
      };
    }),
  );
}

/** Attributions by methods against the reference, of the parameter of the largest coefficient; at most T permutations. */
export function attributionPairs(results: readonly AttributionResult[], methods: readonly string[]) {
  return results.flatMap((result) => {
    const p = result.full.length;
    const j = largestCoefficient(result);
    const expected = attributionColumn(result.reference.values, p, j);
    return methods.flatMap((method) => {
      const found = attributionColumn(runOf(result, method, sharedCount(result)).values[0], p, j);
      const correlation = spearman(found, expected);
      return [...found].map((predicted, i) => ({
        dataset: result.problem.title,
        method,
        predicted,
        exact: expected[i],
        correlation,
      }));
    });
  });
}
