import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  dodged,
  figure,
  inlineData,
  intervalLayer,
  listed,
  measuredAxis,
  methodEncoding,
  paddedScale,
  requireColumns,
  sideways,
  tooltip,
  type FigureOptions,
} from './figure.js';

/** Accuracy after retraining on the points that a method chose. */
export type SelectionRow = Readonly<{
  dataset: string;
  /** How the points were chosen; include `random` as the baseline. */
  method: string;
  /** Share of the pool that was chosen, 0–1. */
  share: number;
  /** Test accuracy of the model retrained on it, 0–1. */
  accuracy: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * Accuracy of models retrained on chosen shares of the pool: one line per method with its intervals, one panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function selectionCurves(rows: readonly SelectionRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('selectionCurves', rows, ['dataset', 'method', 'share', 'accuracy', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const panels = byDataset(rows, (own) => {
    const shares = distinct(own, 'share');
    // Bars side by side can be told apart where bands would cover one another, and have room where shares are few.
    const few = shares.length <= 6;
    const moved = few ? sideways : {};
    return {
      data: inlineData(few ? dodged(own) : own),
      width: 340,
      height: 300,
      encoding: {
        x: {
          field: 'share',
          type: 'quantitative',
          title: 'share of the pool trained on',
          scale: { zero: false, nice: false, padding: few ? 20 : 8 },
          axis: few ? measuredAxis(shares, '.0%') : { format: '.0%' },
        },
        y: {
          field: 'accuracy',
          type: 'quantitative',
          title: 'test accuracy after retraining',
          scale: paddedScale(own.flatMap((row) => [row.accuracy, row.low, row.high])),
          axis: { format: '.0%' },
        },
        color: style.color,
      },
      layer: [
        ...intervalLayer(own, {
          mark: few ? { type: 'rule', opacity: 0.5, ...moved } : { type: 'area', opacity: 0.1 },
          encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
        }),
        { mark: { type: 'line', ...moved }, encoding: { strokeDash: style.strokeDash } },
        {
          mark: { type: 'point', ...moved },
          encoding: {
            shape: style.shape,
            tooltip: tooltip({
              method: 'method',
              share: 'share of the pool',
              accuracy: 'accuracy',
              low: 'low',
              high: 'high',
            }),
          },
        },
      ],
    };
  });
  return figure(
    {
      title: options.title ?? 'Training on chosen points',
      subtitle: options.subtitle ?? '95 % intervals',
      description:
        options.description ??
        `Lines of retrained accuracy against the share of the pool trained on, chosen by ${listed(methods)}, on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
