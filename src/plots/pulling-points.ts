import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  listed,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { palette } from './theme.js';

/** Share of one pool point in one parameter. */
export type PullingPointRow = Readonly<{
  dataset: string;
  parameter: string;
  /** Index of the point in the pool. */
  point: number;
  /** Class of the point. */
  label: string;
  /** Its share in the parameter's value; positive raises it. */
  attribution: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

const colours = [palette.blue, palette.vermillion, palette.green, palette.purple, palette.orange, palette.skyBlue];
const shapes = ['circle', 'square', 'diamond', 'triangle-up', 'triangle-down', 'cross'];

/**
 * The points that pull a parameter, one line each with their share and its interval, coloured by class; one panel per data
 * set and parameter. Points keep the table's order.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function pullingPoints(rows: readonly PullingPointRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('pullingPoints', rows, ['dataset', 'parameter', 'point', 'label', 'attribution', 'low', 'high']);
  const headed = rows.map((row) => ({ ...row, dataset: `${row.dataset}: ${row.parameter}` }));
  const panels = byDataset(headed, (own) => {
    const labels = distinct(own, 'label');
    const look = (range: readonly string[]) => ({
      field: 'label',
      type: 'nominal' as const,
      title: 'class',
      scale: { domain: labels, range: labels.map((_, k) => range[k % range.length]) },
    });
    const axes = {
      y: { field: 'point', type: 'ordinal', title: 'pool point', sort: distinct(own, 'point') },
      color: look(colours),
    } as const;
    return {
      data: inlineData(own),
      width: 300,
      height: { step: 22 },
      layer: [
        {
          data: { values: [{}] },
          mark: { type: 'rule', color: palette.grey, strokeWidth: 1, strokeDash: [3, 3] },
          encoding: { x: { datum: 0, type: 'quantitative' } },
        },
        ...intervalLayer(own, {
          mark: { type: 'rule', strokeWidth: 3, opacity: 0.5 },
          encoding: { ...axes, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
        }),
        {
          mark: { type: 'point', size: 60 },
          encoding: {
            ...axes,
            x: { field: 'attribution', type: 'quantitative', title: 'share in the parameter' },
            shape: look(shapes),
            tooltip: tooltip({ label: 'class', point: 'point', attribution: 'share', low: 'low', high: 'high' }),
          },
        },
      ],
    };
  });
  return figure(
    {
      title: options.title ?? 'The points that pull a parameter most',
      subtitle: options.subtitle ?? 'lines: 95 % intervals over permutations',
      description:
        options.description ?? `Shares of single pool points with intervals, for ${listed([...panels.keys()])}.`,
    },
    panels,
    { resolve: { scale: { color: 'independent', shape: 'independent' } } },
  );
}
