import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  listed,
  methodEncoding,
  paddedScale,
  panelTitle,
  requireColumns,
  tooltip,
  type FigureOptions,
  type LayeredView,
  type Panel,
} from './figure.js';

/** Accuracy after retraining without the points a method ranks first. */
export type RemovalRow = Readonly<{
  dataset: string;
  /** The ranking; include `random` as the baseline. */
  method: string;
  /** Which points go first, e.g. `highest value first`. */
  order: string;
  /** Fraction of the pool removed, 0–1. */
  fraction: number;
  /** Test accuracy of the model retrained on the rest, 0–1. */
  accuracy: number;
  /** Ends of the band over seeds; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * Accuracy of retrained models as ranked points are removed: one line per ranking with its band over seeds, one column per
 * order of removal, one row per data set; where there is one order, one panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function removalCurves(rows: readonly RemovalRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('removalCurves', rows, ['dataset', 'method', 'order', 'fraction', 'accuracy', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const orders = distinct(rows, 'order');
  const view = (own: readonly RemovalRow[], title: string): LayeredView => ({
    data: inlineData(own),
    width: 320,
    height: 240,
    encoding: {
      x: { field: 'fraction', type: 'quantitative', title, axis: { format: '.0%' } },
      y: {
        field: 'accuracy',
        type: 'quantitative',
        title: 'test accuracy after retraining',
        scale: paddedScale(own.flatMap((row) => [row.accuracy, row.low, row.high])),
        axis: { format: '.1~%' },
      },
      color: style.color,
    },
    layer: [
      ...intervalLayer(own, {
        mark: { type: 'area', opacity: 0.12 },
        encoding: {
          y: { field: 'low', type: 'quantitative' },
          y2: { field: 'high' },
        },
      }),
      { mark: { type: 'line' }, encoding: { strokeDash: style.strokeDash } },
      {
        mark: { type: 'point', size: 28 },
        encoding: {
          shape: style.shape,
          tooltip: tooltip({
            method: 'ranking',
            order: 'order',
            fraction: 'fraction removed',
            accuracy: 'accuracy',
            low: 'low',
            high: 'high',
          }),
        },
      },
    ],
  });
  // A single order needs no columns of its own: data sets stand side by side.
  const single = orders.length === 1;
  const panels = byDataset(rows, (own): Panel =>
    single
      ? view(own, `pool removed, ${orders[0]}`)
      : {
          concat: distinct(own, 'order').map((order) => ({
            title: panelTitle(order),
            ...view(
              own.filter((row) => row.order === order),
              'pool removed',
            ),
          })),
          columns: 2,
          align: 'each',
        },
  );
  return figure(
    {
      title: options.title ?? 'Removing ranked points and retraining',
      subtitle: options.subtitle ?? 'bands: 95 % intervals over seeds',
      description:
        options.description ??
        `Lines of retrained accuracy against the fraction removed, ranked by ${listed(methods)}, on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: single ? 2 : 1 },
  );
}
