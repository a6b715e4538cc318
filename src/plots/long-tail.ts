import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  lineEncoding,
  listed,
  logarithmic,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';

/** The share of the pool that is memorized at least so much. */
export type LongTailRow = Readonly<{
  dataset: string;
  method: string;
  /** −1 to 1. */
  memorization: number;
  /** Share of the pool, above 0. */
  share: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * How much of the pool is memorized at least so much: one falling line per method with its band, one panel per data set,
 * shares on a logarithmic axis.
 *
 * @throws InputError if the table is empty, lacks a column or has no positive share.
 */
export function longTail(rows: readonly LongTailRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('longTail', rows, ['dataset', 'method', 'memorization', 'share', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = lineEncoding(methods);
  const share = { type: 'quantitative' } as const;
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    width: 300,
    height: 220,
    encoding: {
      x: { field: 'memorization', type: 'quantitative', title: 'memorized at least so much' },
      y: {
        ...share,
        field: 'share',
        title: 'share of the pool',
        ...logarithmic(
          'longTail',
          own.flatMap((row) => [row.share, row.low, row.high]),
        ),
      },
      color: style.color,
    },
    layer: [
      ...intervalLayer(own, {
        mark: { type: 'area', opacity: 0.12, interpolate: 'step-before' },
        encoding: { y: { ...share, field: 'low' }, y2: { field: 'high' } },
      }),
      {
        mark: { type: 'line', interpolate: 'step-before' },
        encoding: {
          strokeDash: style.strokeDash,
          tooltip: tooltip({ method: 'method', memorization: 'memorization', share: 'share of the pool' }),
        },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'The long tail: few points are memorized much',
      subtitle: options.subtitle,
      description:
        options.description ??
        `Falling lines of the share of the pool that is memorized at least so much, by ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
