import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  dodged,
  dodgedLines,
  figure,
  inlineData,
  listed,
  measuredAxis,
  methodEncoding,
  paddedScale,
  requireColumns,
  type FigureOptions,
} from './figure.js';

/** Errors found among the points that a ranking puts first. */
export type RecallRow = Readonly<{
  dataset: string;
  /** What ranks the points; include `random` as the baseline. */
  method: string;
  /** Share of the pool looked at, 0–1. */
  share: number;
  /** Share of the errors found, 0–1. */
  found: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * Share of errors found against the share of the pool looked at: one line per method with its intervals side
 * by side, one panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function recallCurves(rows: readonly RecallRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('recallCurves', rows, ['dataset', 'method', 'share', 'found', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const panels = byDataset(rows, (own) => ({
    data: inlineData(dodged(own)),
    width: 340,
    height: 300,
    encoding: {
      x: {
        field: 'share',
        type: 'quantitative',
        title: 'share of the pool looked at',
        scale: { zero: false, nice: false, padding: 20 },
        axis: measuredAxis(distinct(own, 'share'), '.0%'),
      },
      y: {
        field: 'found',
        type: 'quantitative',
        title: 'share of errors found',
        scale: paddedScale([0, 1]),
        axis: { format: '.0%' },
      },
      color: style.color,
    },
    layer: dodgedLines(own, style, {
      method: 'method',
      share: 'share looked at',
      found: 'share found',
      low: 'low',
      high: 'high',
    }),
  }));
  return figure(
    {
      title: options.title ?? 'Finding errors by looking at the most suspect points first',
      subtitle: options.subtitle ?? 'bars: 95 % intervals',
      description:
        options.description ??
        `Lines of errors found against the share of points looked at, ranked by ${listed(methods)}, on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
