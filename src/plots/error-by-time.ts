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

/** Error of one method after some processor time. */
export type ErrorByTimeRow = Readonly<{
  dataset: string;
  method: string;
  /** Samples drawn so far. */
  permutations: number;
  /** Processor seconds in all: labels, training and prediction. */
  seconds: number;
  error: number;
  /** Ends of the error's interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * What processor time buys: error against seconds in all, both logarithmic, one line per method with a point for every number
 * of permutations; one panel per data set. Lower left is better.
 *
 * @throws InputError if the table is empty, lacks a column, or has no positive time or error.
 */
export function errorByTime(
  rows: readonly ErrorByTimeRow[],
  options: FigureOptions & { readonly errorTitle?: string } = {},
): TopLevelSpec {
  requireColumns('errorByTime', rows, ['dataset', 'method', 'permutations', 'seconds', 'error', 'low', 'high']);
  const errorTitle = options.errorTitle ?? 'relative error to the reference';
  const methods = distinct(rows, 'method');
  const { color, shape, strokeDash } = methodEncoding(methods);
  // Two columns are no wider than the panels.
  const legend = { columns: 2 };
  const style = { color: { ...color, legend }, shape: { ...shape, legend }, strokeDash };
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    width: 340,
    height: 280,
    encoding: {
      x: {
        field: 'seconds',
        type: 'quantitative',
        title: 'processor time in all (s)',
        ...logarithmic(
          'errorByTime',
          own.map((row) => row.seconds),
        ),
      },
      y: {
        field: 'error',
        type: 'quantitative',
        title: errorTitle,
        ...logarithmic(
          'errorByTime',
          own.flatMap((row) => [row.error, row.low, row.high]),
        ),
      },
      color: style.color,
    },
    layer: [
      ...intervalLayer(own, {
        mark: { type: 'rule', opacity: 0.5 },
        encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
      }),
      { mark: { type: 'line' }, encoding: { strokeDash: style.strokeDash } },
      {
        mark: { type: 'point' },
        encoding: {
          shape: style.shape,
          tooltip: tooltip({
            method: 'method',
            permutations: 'permutations',
            seconds: 'processor time (s)',
            error: errorTitle,
            low: 'low',
            high: 'high',
          }),
        },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'Error against processor time',
      subtitle: options.subtitle ?? 'one point per number of permutations; labels and training counted',
      description:
        options.description ??
        `Lines of the ${errorTitle} against processor time for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
