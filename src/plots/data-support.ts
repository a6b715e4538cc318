import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  leftAxis,
  lineEncoding,
  listed,
  panelTitle,
  requireColumns,
  sideBySide,
  tooltip,
  type FigureOptions,
  type LayeredView,
} from './figure.js';

/** How many targets are misclassified once a share of the pool is removed for each. */
export type DataSupportRow = Readonly<{
  dataset: string;
  /** What orders the points that are removed. */
  method: string;
  /** How the sizes were found, e.g. `found by retraining`. */
  found: string;
  /** Share of the pool removed, 0–1. */
  removed: number;
  /** Share of targets that flip without as many points or fewer, 0–1. */
  flipped: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * Distribution of the sizes of data supports: rising steps of the share of targets that flip once a share of the pool is
 * removed. One line per order of removal with its band, one column per way of finding sizes, one row per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function dataSupport(rows: readonly DataSupportRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('dataSupport', rows, ['dataset', 'method', 'found', 'removed', 'flipped', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = lineEncoding(methods);
  // Room beside the frame for steps that run along it.
  const share = { type: 'quantitative' as const, scale: { domain: [-0.02, 1.02], nice: false } };
  const axis = { format: '.0%', tickCount: 5 };
  const panels = byDataset(rows, (own) =>
    sideBySide(
      distinct(own, 'found').map((found) => own.filter((row) => row.found === found)),
      2,
      ([{ found }]) => panelTitle(found),
      (ofFound, leftmost): LayeredView => ({
        data: inlineData(ofFound),
        width: 320,
        height: 240,
        encoding: {
          x: { ...share, field: 'removed', title: 'pool removed', axis },
          y: { ...share, field: 'flipped', title: 'targets that flip', axis: leftAxis(leftmost, axis) },
          color: style.color,
        },
        layer: [
          ...intervalLayer(ofFound, {
            mark: { type: 'area', opacity: 0.07, interpolate: 'step-after' },
            encoding: { y: { ...share, field: 'low' }, y2: { field: 'high' } },
          }),
          {
            mark: { type: 'line', interpolate: 'step-after' },
            encoding: {
              strokeDash: style.strokeDash,
              tooltip: tooltip({ method: 'order', removed: 'share removed', flipped: 'targets that flip' }),
            },
          },
        ],
      }),
    ),
  );
  return figure(
    {
      title: options.title ?? 'How much has to go until a prediction flips',
      subtitle: options.subtitle ?? 'bands: 95 % score intervals',
      description:
        options.description ??
        `Rising steps of the share of targets that flip against the share of the pool removed, in the order of ${listed(methods)}, on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1 },
  );
}
