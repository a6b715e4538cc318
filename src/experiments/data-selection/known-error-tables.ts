import type { Claim } from '../../evaluation/claim.js';
import { mean } from '../../statistics/mean.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { claimsAbout, optimalityClaim, type Check } from '../common/claims.js';
import { bootstrapMean, columns, type Estimate } from '../common/intervals.js';
import { entryOf } from '../common/methods.js';
import { rounding } from './claims.js';
import {
  flaggedShares,
  inspectedShares,
  type Draw,
  type FindingErrors,
  type KnownErrorResult,
} from './known-errors.js';

/** Mean over draws with its 95 % interval over them. */
const overDraws = ({ draws, seed }: KnownErrorResult, of: (draw: Draw) => number): Estimate =>
  bootstrapMean(draws.map(of), { seed });

const methodsOf = ({ draws }: KnownErrorResult): MethodId[] => draws[0].methods.map(({ method }) => method);

const areaOf =
  (method: MethodId) =>
  ({ methods }: Draw): number =>
    entryOf(methods, method).area;

/** One row per data set: what is wrong in its pools. */
export function knownErrorProblems(results: readonly KnownErrorResult[]) {
  return results.map(({ title, draws }) => {
    const { pool, errors, kind, validation, test } = draws[0].problem;
    return {
      'data set': title,
      errors: `${errors.length}, ${kind}`,
      'points of them': errors.flat().length,
      pool: pool.size,
      'validation points': validation.size,
      'test points': test.size,
      draws: draws.length,
      'accuracy, whole pool': mean(draws.map(({ wholePool }) => wholePool)),
    };
  });
}

/** How early each method comes to the errors, and accuracy without the points of lowest value; means over draws. */
export function knownErrorTable(results: readonly KnownErrorResult[]) {
  return results.flatMap((result) =>
    methodsOf(result).map((method) => {
      const over = (of: (own: FindingErrors) => number): number =>
        mean(result.draws.map(({ methods }) => of(entryOf(methods, method))));
      return {
        'data set': result.title,
        values: labelOf(method),
        ...columns(overDraws(result, areaOf(method)), 'area'),
        'found in 5 %': over(({ foundOfFlagged }) => foundOfFlagged[0]),
        'found in 10 %': over(({ foundOfFlagged }) => foundOfFlagged[1]),
        'found in 20 %': over(({ foundOfFlagged }) => foundOfFlagged[2]),
      };
    }),
  );
}

/** Gain in test accuracy over dropping as many random points, at the k-th flagged share. */
function gainOverRandom(result: KnownErrorResult, method: MethodId, k: number): Estimate {
  return overDraws(result, ({ methods }) => {
    const gain = entryOf(methods, method).accuracies[k] - entryOf(methods, 'random').accuracies[k];
    return Math.abs(gain) > rounding ? gain : 0;
  });
}

/**
 * Test accuracy after dropping the points of lowest value and retraining, and its gains over dropping as many random ones, with
 * the interval for a tenth of the pool; means over draws.
 */
export function knownErrorAccuracies(results: readonly KnownErrorResult[]) {
  return results.flatMap((result) =>
    methodsOf(result).map((method) => {
      const [fewest, tenth, most] = flaggedShares.map((_, k) => gainOverRandom(result, method, k));
      return {
        'data set': result.title,
        values: labelOf(method),
        'accuracy without 10 %': mean(result.draws.map(({ methods }) => entryOf(methods, method).accuracies[1])),
        ...columns(tenth, 'gain over random'),
        'gain without 5 %': fewest.value,
        'gain without 20 %': most.value,
      };
    }),
  );
}

/** Share of the errors found by the share of the pool looked at, lowest values first; of random ones without intervals. */
export function errorRecallRows(results: readonly KnownErrorResult[]) {
  return results.flatMap((result) =>
    methodsOf(result).flatMap((method) =>
      inspectedShares.map((share, k) => {
        const { value, low, high } = overDraws(result, ({ methods }) => entryOf(methods, method).found[k]);
        const row = { dataset: result.title, method: labelOf(method), share, found: value };
        return method === 'random' ? { ...row, low: null, high: null } : { ...row, low, high };
      }),
    ),
  );
}

/** The statements about real errors that notebook 05 checks. */
export function knownErrorClaims(results: readonly KnownErrorResult[]): Claim[] {
  const draws = results.flatMap((result) => result.draws);
  const subject = 'All models that were retrained to rank points of pools with real errors';
  return [
    optimalityClaim(draws, () => subject, 'exact-retraining-known-errors'),
    ...results.flatMap((result) =>
      errorChecks(result).map(
        claimsAbout({ title: result.title, kind: '95 % bootstrap over draws of the other points' }),
      ),
    ),
  ];
}

function errorChecks(result: KnownErrorResult): Check[] {
  const { title, draws } = result;
  const lead = (rival: MethodId): Estimate =>
    overDraws(result, (draw) => areaOf('shapley')(draw) - areaOf(rival)(draw));
  const above = (threshold: number) => ({ above: threshold + rounding });
  const ofLabels: Check[] = [
    {
      id: 'real-errors-over-own-loss',
      statement: `Shapley values by ModelPred point out the real errors of ${title} better than the loss of one trained model on its own points.`,
      measured: lead('ownLoss'),
      unit: 'difference of areas',
      holds: above(0),
    },
    {
      id: 'real-errors-as-exact',
      statement: `On ${title}, Shapley values by ModelPred find real errors as well as those of retraining on the same permutations: area at most 0.05 lower.`,
      measured: lead('shapleyExact'),
      unit: 'difference of areas, ModelPred − retraining',
      holds: above(-0.05),
    },
  ];
  return [
    {
      id: 'real-errors-found',
      statement: `Low Shapley values by ModelPred point out the real errors of ${title} better than chance.`,
      source: 'paper, abstract: data valuation',
      measured: overDraws(result, areaOf('shapley')),
      unit: 'area, ½ by chance',
      holds: above(0.5),
    },
    // Of wrong features, labels say little: whether anything is found is all that is claimed.
    ...(draws[0].problem.kind === 'conflicting labels' ? ofLabels : []),
    {
      id: 'real-errors-dropped',
      statement: `Dropping the tenth of ${title} of lowest Shapley value by ModelPred gives a more accurate model than dropping a random tenth.`,
      source: 'paper, abstract: data valuation',
      measured: gainOverRandom(result, 'shapley', 1),
      unit: 'difference of test accuracies',
      holds: above(0),
    },
  ];
}
