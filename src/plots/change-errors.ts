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

/** Error of one method on training sets that differ from the pool in one way, by as many points. */
export type ChangeErrorRow = Readonly<{
  dataset: string;
  method: string;
  /** How points were chosen, e.g. `removed at random`. */
  change: string;
  /** Points changed as a share of the pool, above 0. */
  share: number;
  /** Error relative to the change of the truth; 1 is what predicting no change scores. */
  error: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/** Errors below are drawn at the lower border: what is nearly exact must not flatten all other lines. */
const floor = 1e-3;

/**
 * Errors relative to the change as more points are removed or added, both logarithmic: one line per method with its
 * intervals, a dashed rule at 1, one column per kind of change, one row of them per data set.
 *
 * @throws InputError if the table is empty, lacks a column, or has no positive share or error.
 */
export function changeErrors(
  rows: readonly ChangeErrorRow[],
  options: FigureOptions & { readonly errorTitle?: string; readonly shareTitle?: string } = {},
): TopLevelSpec {
  requireColumns('changeErrors', rows, ['dataset', 'method', 'change', 'share', 'error', 'low', 'high']);
  const errorTitle = options.errorTitle ?? 'parameter error / change';
  const shareTitle = options.shareTitle ?? 'points changed (share of the pool)';
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const shares = logarithmic(
    'changeErrors',
    rows.map(({ share }) => share),
  );
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    facet: { field: 'change', type: 'nominal', title: null, sort: distinct(own, 'change') },
    columns: 2,
    spec: {
      width: 320,
      height: 220,
      encoding: {
        x: {
          field: 'share',
          type: 'quantitative',
          title: shareTitle,
          scale: shares.scale,
          axis: { ...shares.axis, format: '.2~%' },
        },
        y: {
          field: 'error',
          type: 'quantitative',
          title: errorTitle,
          ...logarithmic(
            'changeErrors',
            own.flatMap((row) => [
              1,
              ...[row.error, row.low, row.high].map((value) => value && Math.max(value, floor)),
            ]),
          ),
        },
        color: style.color,
      },
      layer: [
        {
          mark: { type: 'rule', color: '#777777', strokeDash: [4, 3], strokeWidth: 1 },
          encoding: { x: { value: 0 }, x2: { value: 320 }, y: { datum: 1 }, color: { value: '#777777' } },
        },
        ...intervalLayer(own, {
          mark: { type: 'rule', opacity: 0.45 },
          encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
        }),
        { mark: { type: 'line', strokeWidth: 1.5 }, encoding: { strokeDash: style.strokeDash } },
        {
          mark: { type: 'point', size: 32 },
          encoding: {
            shape: style.shape,
            tooltip: tooltip({
              method: 'method',
              share: 'share of the pool',
              error: errorTitle,
              low: 'low',
              high: 'high',
            }),
          },
        },
      ],
    },
  }));
  return figure(
    {
      title: options.title ?? 'Error of predicted parameters relative to the change',
      subtitle: options.subtitle ?? 'bars: 95 % intervals; dashed: predicting no change',
      description:
        options.description ??
        `Lines of the ${errorTitle} against the ${shareTitle} for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1 },
  );
}
