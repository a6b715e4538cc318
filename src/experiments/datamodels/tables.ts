import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { quantile } from '../../statistics/quantile.js';
import { costRows } from '../common/costs.js';
import { bootstrapMean, columns, meanOf } from '../common/intervals.js';
import { among, entryOf } from '../common/methods.js';
import { shares, type MarginRun } from './margins.js';
import type { DatamodelsResult } from './protocol.js';

/** The runs with the most retrained subsets. */
export function largestRuns({ runs }: DatamodelsResult): MarginRun[] {
  const most = Math.max(...runs.map(({ count }) => count));
  return runs.filter(({ count }) => count === most);
}

/** `T` correlations on held-out subsets of the k-th share, means over seeds. */
export const correlationsOf = ({ trials }: MarginRun, k = 0): Float64Array =>
  meanOf(trials.map(({ correlations }) => correlations[k]));

/** Every method with the most retrained subsets, by size of the held-out subsets; 95 % intervals over test points. */
export function marginScores(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) =>
    shares.flatMap((share, k) =>
      largestRuns(result).map((run) => ({
        'data set': result.problem.title,
        'share of the pool': share,
        method: labelOf(run.method),
        ...columns(bootstrapMean(correlationsOf(run, k), { seed: result.seed }), 'linear datamodelling score'),
        'median R²': quantile(meanOf(run.trials.map(({ explained }) => explained[k])), 0.5),
      })),
    ),
  );
}

/** Scores on held-out halves as retrained subsets are added. */
export function scoreRows(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, runs, seed }) =>
    runs.map((run) => ({
      dataset: problem.title,
      method: labelOf(run.method),
      subsets: run.count,
      ...columns(bootstrapMean(correlationsOf(run), { seed }), 'score'),
    })),
  );
}

const shownPairs = 150;

/** Margins of one test point, the one that datamodels predict with median correlation, on at most 150 held-out halves. */
export function marginPairs(results: readonly DatamodelsResult[], methods: readonly MethodId[]) {
  return results.flatMap((result) => {
    const { problem, points, actual } = result;
    const runs = largestRuns(result);
    const told = correlationsOf(entryOf(runs, 'lasso'));
    const middle = [...told.keys()].sort((a, b) => told[a] - told[b])[Math.floor(told.length / 2)];
    const ofPoint = (margins: Float64Array) => margins.filter((_, at) => at % points === middle);
    const exact = ofPoint(actual);
    return among(runs, methods).flatMap((run) => {
      const correlation = correlationsOf(run)[middle];
      return Array.from(ofPoint(run.trials[0].margins).subarray(0, shownPairs), (predicted, b) => ({
        dataset: problem.title,
        method: labelOf(run.method),
        predicted,
        exact: exact[b],
        correlation,
      }));
    });
  });
}

/** Processor seconds of every method with the most retrained subsets, by what they are spent on. */
export function datamodelCosts(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) => costRows(result.problem.title, largestRuns(result)));
}
