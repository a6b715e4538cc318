import { mean } from '../../statistics/mean.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { costRows } from '../common/costs.js';
import { bootstrapMean, columns, meanOf, pairedDifference, type Estimate } from '../common/intervals.js';
import { entryOf } from '../common/methods.js';
import type { PointScores } from './point-scores.js';
import { budgetShares, type DataSelectionResult, type Order, type SelectionTrial } from './protocol.js';

/** Intervals are over test points. */
const options = ({ seed }: DataSelectionResult) => ({ seed, resamples: 1000 });

/** What each seed has of one method, in one of the lists of a trial. */
const ofSeeds = <T extends { readonly method: MethodId }>(
  { trials }: DataSelectionResult,
  list: (trial: SelectionTrial) => readonly T[],
  method: MethodId,
): T[] => trials.map((trial) => entryOf(list(trial), method));

const choicesOf = (result: DataSelectionResult, method: MethodId) => ofSeeds(result, ({ choices }) => choices, method);

const methodsOf = ({ trials }: DataSelectionResult): MethodId[] => trials[0].choices.map(({ method }) => method);

/** `T` mean scores over seeds of one method at one budget. */
export const pointScores = (
  result: DataSelectionResult,
  method: MethodId,
  budget: number,
  score: keyof PointScores = 'correct',
): Float64Array => meanOf(choicesOf(result, method).map(({ scores }) => scores[budget][score]));

/** Which test points the models of the whole noisy pools are right on, means over seeds. */
export const wholePoolScores = ({ trials }: DataSelectionResult): Float64Array =>
  meanOf(trials.map(({ wholePool }) => wholePool.correct));

/** Difference between two lists of scores of the same test points, with its 95 % interval over them. */
export const difference = (result: DataSelectionResult, own: Float64Array, other: Float64Array): Estimate =>
  pairedDifference(own, other, options(result));

/** One row per data set: sizes, and what can be had without choosing. */
export function selectionProblems(results: readonly DataSelectionResult[]) {
  return results.map(({ title, trials }) => {
    const { pool, flipped, validation, test } = trials[0].problem;
    const accuracy = (scores: (own: SelectionTrial) => PointScores): number =>
      mean(trials.map((own) => mean(scores(own).correct)));
    return {
      'data set': title,
      pool: pool.size,
      'flipped labels': flipped.filter(Boolean).length,
      'validation points': validation.size,
      'test points': test.size,
      seeds: trials.length,
      'accuracy, whole pool': accuracy(({ wholePool }) => wholePool),
      'accuracy, flipped points left out': accuracy(({ cleanPool }) => cleanPool),
    };
  });
}

/** Test accuracy of models retrained on what each method chose: means over seeds, 95 % intervals over test points. */
export function selectionRows(results: readonly DataSelectionResult[]) {
  return results.flatMap((result) =>
    methodsOf(result).flatMap((method) =>
      budgetShares.map((share, budget) => ({
        dataset: result.title,
        method: labelOf(method),
        share,
        ...columns(bootstrapMean(pointScores(result, method, budget), options(result)), 'accuracy'),
      })),
    ),
  );
}

/** Share of the points a method chose whose label is flipped, mean over sets and seeds. */
const flippedChosen = (result: DataSelectionResult, method: MethodId, budget: number): number =>
  mean(
    result.trials.map(({ problem, choices }) =>
      mean(
        entryOf(choices, method).sets[budget].map((set) => mean(Array.from(set, (i) => Number(problem.flipped[i])))),
      ),
    ),
  );

/** The same with log-losses, gains over random choices, what was chosen, and the range over seeds. */
export function selectionTable(results: readonly DataSelectionResult[]) {
  return results.flatMap((result) =>
    budgetShares.flatMap((share, budget) =>
      methodsOf(result).map((method) => {
        const correct = pointScores(result, method, budget);
        const perSeed = choicesOf(result, method).map(({ scores }) => mean(scores[budget].correct));
        return {
          'data set': result.title,
          'share of the pool': share,
          method: labelOf(method),
          accuracy: mean(correct),
          ...columns(difference(result, correct, pointScores(result, 'random', budget)), 'gain over random'),
          'lowest of the seeds': Math.min(...perSeed),
          'log-loss': mean(pointScores(result, method, budget, 'logLoss')),
          'flipped among the chosen': flippedChosen(result, method, budget),
        };
      }),
    ),
  );
}

/** Every method's choices, but for random ones, which cost nothing. */
const costlyChoices = (result: DataSelectionResult) =>
  methodsOf(result)
    .filter((method) => method !== 'random')
    .map((method) => ({ method, trials: choicesOf(result, method) }));

/** Processor seconds of every method for the three budgets together, by what they are spent on; means over seeds. */
export function selectionCosts(results: readonly DataSelectionResult[]) {
  return results.flatMap((result) => costRows(result.title, costlyChoices(result)));
}

/** Accuracies along rankings, in some of the orders; means and ranges over seeds. */
function curveRows(results: readonly DataSelectionResult[], wanted: (order: Order) => boolean) {
  return results.flatMap((result) =>
    result.trials[0].curves
      .filter(({ order }) => wanted(order))
      .flatMap(({ method, order, points }) => {
        const curves = ofSeeds(result, (trial) => trial.curves.filter((own) => own.order === order), method);
        return points.map(({ share }, k) => {
          const found = curves.map((own) => own.points[k].accuracy);
          return {
            row: { dataset: result.title, method: labelOf(method), order },
            share,
            band: { accuracy: mean(found), low: Math.min(...found), high: Math.max(...found) },
          };
        });
      }),
  );
}

/** Accuracy as the points ranked highest are added; means and ranges over seeds. */
export function additionRows(results: readonly DataSelectionResult[]) {
  return curveRows(results, (order) => order === 'highest value added first').map(({ row, share, band }) => ({
    ...row,
    share,
    ...band,
  }));
}

/** Accuracy as ranked points are removed, from either end; means and ranges over seeds. */
export function rankedRemovalRows(results: readonly DataSelectionResult[]) {
  return curveRows(results, (order) => order !== 'highest value added first').map(({ row, share, band }) => ({
    ...row,
    ...band,
    fraction: share,
  }));
}

/** Gain in test accuracy by dropping the lower cluster of a method's values. */
export function cleaningGain(result: DataSelectionResult, method: MethodId): Estimate {
  const after = meanOf(ofSeeds(result, ({ cleanings }) => cleanings, method).map(({ correct }) => correct));
  return difference(result, after, wholePoolScores(result));
}

/** How well low values find the flipped labels, and what dropping the flagged points is worth; means over seeds. */
export function cleaningTable(results: readonly DataSelectionResult[]) {
  return results.flatMap((result) =>
    result.trials[0].cleanings.map(({ method }) => {
      const own = ofSeeds(result, ({ cleanings }) => cleanings, method);
      return {
        'data set': result.title,
        values: labelOf(method),
        'flipped-label area': mean(own.map(({ area }) => area)),
        'lowest of the seeds': Math.min(...own.map(({ area }) => area)),
        'F1, lower cluster': mean(own.map(({ clusterF1 }) => clusterF1)),
        'F1, share known': mean(own.map(({ shareF1 }) => shareF1)),
        flagged: mean(own.map(({ flagged }) => flagged)),
        'accuracy without the flagged': mean(meanOf(own.map(({ correct }) => correct))),
        ...columns(cleaningGain(result, method), 'gain'),
      };
    }),
  );
}

export { choicesOf };
