import { bootstrapMean } from '../statistics/bootstrap-interval.js';
import { mean } from '../statistics/mean.js';
import { mostSubsets, networkRun, widthName, type ExpressivePowerResult } from './expressive-power.js';

/** Names of the series of networks, from narrow to wide. */
export function widthSeries(results: readonly ExpressivePowerResult[]): string[] {
  return [...new Set(results.flatMap(({ widths }) => widths))].sort((a, b) => a - b).map(widthName);
}

/** Held-out error by number of retrained subsets, networks and baselines; 95 % intervals over held-out subsets. */
export function errorsByCount(results: readonly ExpressivePowerResult[]) {
  return results.flatMap(({ title, counts, runs, seed }) =>
    runs.flatMap(({ method, count, errors }) => {
      const { value, low, high } = bootstrapMean(errors, { seed });
      const shown = count === null ? [counts[0], counts[counts.length - 1]] : [count];
      return shown.map((subsets) => ({ dataset: title, series: method, amount: subsets, error: value, low, high }));
    }),
  );
}

/** Error by width after the most retrained subsets, on subsets the network has seen and on held-out ones. */
export function errorsByWidth(results: readonly ExpressivePowerResult[]) {
  return results.flatMap((result) =>
    result.widths.flatMap((width) => {
      const { errors, seenErrors } = networkRun(result, width, mostSubsets(result));
      return [
        { series: 'held-out subsets', values: errors },
        { series: 'subsets learned from', values: seenErrors },
      ].map(({ series, values }) => {
        const { value, low, high } = bootstrapMean(values, { seed: result.seed });
        return { dataset: result.title, series, amount: width, error: value, low, high };
      });
    }),
  );
}

/** Every network and baseline: errors, and the means of the seeds that are furthest apart. */
export function expressivePowerTable(results: readonly ExpressivePowerResult[]) {
  return results.flatMap(({ title, runs, seed }) =>
    runs.map(({ method, count, errors, seedErrors, seenErrors }) => {
      const { value, low, high } = bootstrapMean(errors, { seed });
      return {
        'data set': title,
        method,
        'retrained subsets': count,
        'held-out error': value,
        low,
        high,
        'lowest seed': Math.min(...seedErrors),
        'highest seed': Math.max(...seedErrors),
        'error on subsets learned from': seenErrors.length === 0 ? null : mean(seenErrors),
      };
    }),
  );
}

/** Processor seconds after the most retrained subsets, by what they are spent on. */
export function expressivePowerCosts(results: readonly ExpressivePowerResult[]) {
  return results.flatMap((result) =>
    result.runs
      .filter(({ count }) => count === null || count === mostSubsets(result))
      .flatMap(({ method, labelSeconds, trainingSeconds, predictionSeconds }) =>
        (
          [
            ['labels', labelSeconds],
            ['training', trainingSeconds],
            ['prediction', predictionSeconds],
          ] as const
        ).map(([stage, seconds]) => ({ dataset: result.title, method, stage, seconds })),
      ),
  );
}
