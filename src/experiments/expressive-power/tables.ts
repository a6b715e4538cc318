import { mean } from '../../statistics/mean.js';
import { labelOf } from '../../evaluation/methods.js';
import { meanSeconds, stageRows } from '../common/costs.js';
import { bootstrapMean, columns, meanOf } from '../common/intervals.js';
import type { ExpressivePowerResult, ExpressivePowerRun } from './protocol.js';

/** The largest number of retrained subsets learned from. */
export const mostSubsets = ({ counts }: ExpressivePowerResult): number => counts[counts.length - 1];

/** The run of the network of one width, or of ridge regression (width null). */
export function runOf({ runs }: ExpressivePowerResult, width: number | null, count: number): ExpressivePowerRun {
  return runs.find((run) => run.width === width && run.count === count) as ExpressivePowerRun;
}

/** `B` errors on the held-out subsets, or on those learned from, means over seeds. */
export const errorsOf = ({ trials }: ExpressivePowerRun): Float64Array => meanOf(trials.map(({ errors }) => errors));
export const seenErrorsOf = ({ trials }: ExpressivePowerRun): Float64Array =>
  meanOf(trials.map(({ seenErrors }) => seenErrors));

const widthLabel = (width: number): string => `width ${width}`;
const labelOfRun = ({ method, width }: ExpressivePowerRun): string =>
  method === 'network' ? widthLabel(width ?? NaN) : labelOf(method);

/** Names of the series of networks, from narrow to wide. */
export function widthSeries(results: readonly ExpressivePowerResult[]): string[] {
  return [...new Set(results.flatMap(({ widths }) => widths))].sort((a, b) => a - b).map(widthLabel);
}

/** Held-out error by number of retrained subsets, networks and baselines; 95 % intervals over held-out subsets. */
export function errorsByCount(results: readonly ExpressivePowerResult[]) {
  return results.flatMap(({ title, counts, runs, seed }) =>
    runs.flatMap((run) => {
      const error = columns(bootstrapMean(errorsOf(run), { seed }), 'error');
      const shown = run.count === null ? [counts[0], counts[counts.length - 1]] : [run.count];
      return shown.map((amount) => ({ dataset: title, series: labelOfRun(run), amount, ...error }));
    }),
  );
}

/** Error by width after the most retrained subsets, on subsets the network has seen and on held-out ones. */
export function errorsByWidth(results: readonly ExpressivePowerResult[]) {
  return results.flatMap((result) =>
    result.widths.flatMap((amount) => {
      const run = runOf(result, amount, mostSubsets(result));
      return [
        { series: 'held-out subsets', values: errorsOf(run) },
        { series: 'subsets learned from', values: seenErrorsOf(run) },
      ].map(({ series, values }) => ({
        dataset: result.title,
        series,
        amount,
        ...columns(bootstrapMean(values, { seed: result.seed }), 'error'),
      }));
    }),
  );
}

/** Every network and baseline: errors, and the means of the seeds that are furthest apart. */
export function expressivePowerTable(results: readonly ExpressivePowerResult[]) {
  return results.flatMap(({ title, runs, seed }) =>
    runs.map((run) => {
      const perSeed = run.trials.map(({ errors }) => mean(errors));
      const seen = seenErrorsOf(run);
      return {
        'data set': title,
        method: labelOfRun(run),
        'retrained subsets': run.count,
        ...columns(bootstrapMean(errorsOf(run), { seed }), 'held-out error'),
        'lowest seed': Math.min(...perSeed),
        'highest seed': Math.max(...perSeed),
        'error on subsets learned from': seen.length === 0 ? null : mean(seen),
      };
    }),
  );
}

/** Processor seconds after the most retrained subsets, by what they are spent on. */
export function expressivePowerCosts(results: readonly ExpressivePowerResult[]) {
  return results.flatMap((result) =>
    result.runs
      .filter(({ count }) => count === null || count === mostSubsets(result))
      .flatMap((run) => stageRows(result.title, labelOfRun(run), meanSeconds(run.trials))),
  );
}
