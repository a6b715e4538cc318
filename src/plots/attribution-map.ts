import type { TopLevelSpec } from 'vega-lite';
import { quantile } from '../statistics/quantile.js';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  listed,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';

/** What one pool point contributes to one parameter. */
export type AttributionMapRow = Readonly<{
  dataset: string;
  /** Class of the point. */
  label: string;
  /** Index of the point in the pool. */
  point: number;
  parameter: string;
  /** Its share in the parameter's value; positive raises it. */
  attribution: number;
}>;

/** Colours are full from this quantile of the sizes on: a few large shares would leave all others pale. */
const fullColour = 0.97;

/**
 * Which points raise and lower which parameters: one row of cells per parameter, one column per point; orange raises, violet
 * lowers. Points and parameters keep the table's order.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function attributionMap(rows: readonly AttributionMapRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('attributionMap', rows, ['dataset', 'label', 'point', 'parameter', 'attribution']);
  const panels = byDataset(rows, (all) => {
    const own = all.map((row) => ({ ...row, column: `${row.label} ${row.point}` }));
    const sizes = own.map(({ attribution }) => Math.abs(attribution));
    const full = quantile(sizes, fullColour) || Math.max(...sizes) || 1;
    return {
      data: inlineData(own),
      width: { step: 14 },
      height: { step: 16 },
      mark: { type: 'rect' },
      encoding: {
        x: {
          field: 'column',
          type: 'ordinal',
          title: 'class and number of the point',
          sort: distinct(own, 'column'),
          axis: { labelAngle: -90, labelFontSize: 10, labelOverlap: false },
        },
        y: {
          field: 'parameter',
          type: 'nominal',
          title: null,
          sort: distinct(own, 'parameter'),
          axis: { labelOverlap: false },
        },
        color: {
          field: 'attribution',
          type: 'quantitative',
          title: 'share in the parameter',
          scale: { domain: [-full, full], clamp: true, scheme: 'purpleorange' },
          legend: { gradientLength: 240, format: '.2~g' },
        },
        tooltip: tooltip({ label: 'class', point: 'point', attribution: 'share in the parameter' }),
      },
    };
  });
  return figure(
    {
      title: options.title ?? 'Which points raise and lower which parameters',
      subtitle: options.subtitle ?? 'orange raises, violet lowers',
      description:
        options.description ?? `Maps of the shares of pool points in the parameters on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1, resolve: { scale: { color: 'independent' } } },
  );
}
