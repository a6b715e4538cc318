import { quantile } from '../../statistics/quantile.js';
import { mean } from '../../statistics/mean.js';
import { labelOf } from '../../evaluation/methods.js';
import { proportionInterval } from '../../statistics/proportion-interval.js';
import { columns, overUnits, take, type Estimate } from '../common/intervals.js';
import { entryOf, find } from '../common/methods.js';
import type { DatamodelsResult } from './protocol.js';
import type { SupportEstimate, SupportRun } from './supports.js';

/** How many targets flip once a share of the pool is removed, found by retraining and as each order's own method estimates. */
export function supportRows(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, supports: { runs, targets } }) =>
    runs.flatMap(({ method, sizes, estimates }) => {
      const own = find(estimates, method);
      return [
        { found: 'found by retraining', counts: sizes },
        ...(own ? [{ found: 'estimated', counts: own.sizes }] : []),
      ].flatMap(({ found, counts }) => {
        const steps = [...new Set(counts.filter(Number.isFinite))].sort((a, b) => a - b);
        // To the right end, past which no target flips.
        return [...new Set([0, ...steps, problem.pool.size])].map((step) => ({
          dataset: problem.title,
          method: labelOf(method),
          found,
          removed: step / problem.pool.size,
          ...columns(proportionInterval(counts.filter((count) => count <= step).length, targets), 'flipped'),
        }));
      });
    }),
  );
}

/** Sizes as shares of the pool; a target that does not flip counts as if the whole pool had to go. */
const sharesOf = ({ problem }: DatamodelsResult, { sizes }: SupportRun): Float64Array =>
  sizes.map((size) => Math.min(size / problem.pool.size, 1));

export function medianShare(result: DatamodelsResult, run: SupportRun): Estimate {
  const shares = sharesOf(result, run);
  return overUnits({ units: shares.length, seed: result.seed }, [(indices) => quantile(take(shares, indices), 0.5)]);
}

/** Sizes found by retraining, by order of removal: quartiles as shares of the pool, and how many targets do not flip. */
export function supportTable(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) =>
    result.supports.runs.map((run) => ({
      'data set': result.problem.title,
      'points removed in the order of': labelOf(run.method),
      targets: result.supports.targets,
      ...columns(medianShare(result, run), 'median share removed'),
      'smallest share': Math.min(...sharesOf(result, run)),
      'do not flip': run.sizes.filter((size) => size === Infinity).length / result.supports.targets,
    })),
  );
}

/** Share of the targets that are expected to flip which do; NaN where none is. */
export function flipShare({ sizes, ...flips }: SupportEstimate, kind: 'flips' | 'flipsInflated'): Estimate {
  const expected = [...sizes.keys()].filter((t) => Number.isFinite(sizes[t]));
  if (expected.length === 0) return { value: NaN, low: NaN, high: NaN };
  return proportionInterval(expected.filter((t) => flips[kind][t]).length, expected.length);
}

/** How good estimates of sizes are. */
export function estimateTable(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, supports: { runs, targets } }) =>
    runs.flatMap(({ method, sizes, estimates }) =>
      estimates.map((estimate) => {
        const expected = [...estimate.sizes.keys()].filter((t) => Number.isFinite(estimate.sizes[t]));
        const ratios = expected.filter((t) => Number.isFinite(sizes[t])).map((t) => estimate.sizes[t] / sizes[t]);
        return {
          'data set': problem.title,
          'points removed in the order of': labelOf(method),
          'estimated by': labelOf(estimate.method),
          'flip when retrained': mean(sizes.map((size) => Number(Number.isFinite(size)))),
          'expected to flip': expected.length / targets,
          ...columns(flipShare(estimate, 'flips'), 'of these, without as many'),
          'without a fifth more': flipShare(estimate, 'flipsInflated').value,
          'median estimate / size': ratios.length === 0 ? null : quantile(ratios, 0.5),
        };
      }),
    ),
  );
}

/** Processor seconds of finding all sizes along the order of datamodels. */
export function supportCosts(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, supports, targetCosts }) => {
    const { seconds, estimates } = entryOf(supports.runs, 'lasso');
    const exact = { 'data set': problem.title, method: labelOf('exact'), labels: 0, training: 0, search: seconds };
    return [
      ...estimates.map(({ method, seconds: search }) => {
        const { labels, training } = entryOf(targetCosts, method);
        return { 'data set': problem.title, method: labelOf(method), labels, training, search };
      }),
      exact,
    ];
  });
}
