import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  dodged,
  dodgedLines,
  figure,
  inlineData,
  listed,
  logarithmic,
  measuredAxis,
  methodEncoding,
  requireColumns,
  type FigureOptions,
} from './figure.js';

/** How far margins of targets fall when the points that a method ranks first for each are removed. */
export type MarginDropRow = Readonly<{
  dataset: string;
  /** What ranks the points; include `random` as the baseline. */
  method: string;
  /** Share of the pool removed, above 0. */
  share: number;
  /** Mean fall of retrained margins, in nats. */
  drop: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * Mean fall of retrained margins as ranked points are removed: one line per ranking with its intervals, one panel per data
 * set, shares on a logarithmic axis.
 *
 * @throws InputError if the table is empty, lacks a column or has no positive share.
 */
export function marginDrops(rows: readonly MarginDropRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('marginDrops', rows, ['dataset', 'method', 'share', 'drop', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const shares = distinct(rows, 'share');
  const panels = byDataset(rows, (own) => ({
    data: inlineData(dodged(own)),
    width: 340,
    height: 280,
    encoding: {
      x: {
        field: 'share',
        type: 'quantitative',
        title: 'pool removed',
        scale: logarithmic('marginDrops', shares).scale,
        axis: measuredAxis(shares, '.0%'),
      },
      y: { field: 'drop', type: 'quantitative', title: 'mean fall of the margin (nats)' },
      color: style.color,
    },
    layer: dodgedLines(own, style, {
      method: 'ranking',
      share: 'share removed',
      drop: 'mean fall',
      low: 'low',
      high: 'high',
    }),
  }));
  return figure(
    {
      title: options.title ?? 'Removing the points that matter most to each target',
      subtitle: options.subtitle ?? 'bars: 95 % intervals over targets',
      description:
        options.description ??
        `Lines of the mean fall of retrained margins against the share of the pool removed, ranked by ${listed(methods)}, on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
