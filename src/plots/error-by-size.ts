import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  listed,
  logarithmic,
  methodEncoding,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';

/** Error of one method on held-out subsets of one size. */
export type ErrorBySizeRow = Readonly<{
  dataset: string;
  method: string;
  /** Points in the subset. */
  size: number;
  /** Mean over the subsets of this size of ‖θ̂ − θ‖ / ‖θ‖, or the error named by `errorTitle`. */
  error: number;
  /** Ends of the interval of the mean; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * How the error of predicted parameters depends on the size of the training subset: one line per method with its
 * intervals, logarithmic error axis, one panel per data set.
 *
 * @throws InputError if the table is empty, lacks a column or has no positive error.
 */
export function errorBySize(
  rows: readonly ErrorBySizeRow[],
  options: FigureOptions & { readonly errorTitle?: string } = {},
): TopLevelSpec {
  requireColumns('errorBySize', rows, ['dataset', 'method', 'size', 'error', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const errorTitle = options.errorTitle ?? 'mean relative parameter error';
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    width: 340,
    height: 260,
    encoding: {
      x: {
        field: 'size',
        type: 'quantitative',
        title: 'subset size (points)',
        scale: { zero: false, padding: 8 },
        axis: { format: 'd', tickMinStep: 1 },
      },
      y: {
        field: 'error',
        type: 'quantitative',
        title: errorTitle,
        ...logarithmic(
          'errorBySize',
          own.flatMap((row) => [row.error, row.low, row.high]),
        ),
      },
      color: style.color,
    },
    layer: [
      ...intervalLayer(own, {
        mark: { type: 'rule', opacity: 0.45 },
        encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
      }),
      { mark: { type: 'line' }, encoding: { strokeDash: style.strokeDash } },
      {
        mark: { type: 'point' },
        encoding: {
          shape: style.shape,
          tooltip: tooltip({ method: 'method', size: 'subset size', error: errorTitle, low: 'low', high: 'high' }),
        },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'Error of predicted parameters by subset size',
      subtitle: options.subtitle ?? 'bars: 95 % intervals of the mean',
      description:
        options.description ??
        `Lines of the ${errorTitle} against subset size for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
