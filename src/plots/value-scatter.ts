import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  byMethod,
  distinct,
  figure,
  inlineData,
  leftAxis,
  listed,
  paddedScale,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { methodStyles, palette } from './theme.js';

/** The value of one pool point, by a method and by the reference. */
export type ValueScatterRow = Readonly<{
  dataset: string;
  method: string;
  /** Index of the point in the pool. */
  point: number;
  /** Its value by the method, in units of the utility. */
  value: number;
  /** Its value by the reference. */
  reference: number;
  /** Whether the point's label was flipped. */
  flipped: boolean;
  /** Spearman correlation of the method's values with the reference, shown in the heading; null to leave it out. */
  correlation: number | null;
}>;

/**
 * Values of pool points by each method against the reference values, one panel per method; points with flipped labels
 * stand out. Panels of a data set share their axes.
 *
 * @param options `utility` in which values are measured; `quantity` where it is not a value, e.g. `memorization`
 * @throws InputError if the table is empty or lacks a column.
 */
export function valueScatter(
  rows: readonly ValueScatterRow[],
  options: FigureOptions & { readonly utility?: string; readonly quantity?: string } = {},
): TopLevelSpec {
  requireColumns('valueScatter', rows, ['dataset', 'method', 'point', 'value', 'reference', 'flipped', 'correlation']);
  const quantity = options.quantity ?? 'value';
  const utility = options.utility ?? 'utility −log-loss, nats';
  const methods = [...methodStyles(distinct(rows, 'method')).keys()];
  const zero = { type: 'rule' as const, color: '#bbbbbb', strokeWidth: 1 };
  const labels = {
    domain: ['as given', 'flipped'],
    color: [palette.blue, palette.vermillion],
    shape: ['circle', 'cross'],
  };
  const panels = byDataset(rows, (own) => {
    const labelled = own.map((row) => ({ ...row, label: labels.domain[Number(row.flipped)] }));
    const references = paddedScale(own.map((row) => row.reference));
    const values = paddedScale(own.map((row) => row.value));
    const [from, to] = [0, 1].map((end) => [references.domain[end], values.domain[end]]);
    const equal = [Math.max(...from), Math.min(...to)].map((end) => ({ end }));
    return byMethod(labelled, methods, (ofMethod, leftmost) => ({
      data: inlineData(ofMethod),
      width: 200,
      height: 200,
      layer: [
        { data: { values: [{}] }, mark: zero, encoding: { x: { datum: 0, type: 'quantitative' } } },
        { data: { values: [{}] }, mark: zero, encoding: { y: { datum: 0, type: 'quantitative' } } },
        {
          data: { values: equal[0].end < equal[1].end ? equal : [] },
          mark: { type: 'line', color: palette.grey, strokeWidth: 1, strokeDash: [3, 3] },
          encoding: { x: { field: 'end', type: 'quantitative' }, y: { field: 'end', type: 'quantitative' } },
        },
        {
          mark: { type: 'point', size: 22, opacity: 0.65 },
          encoding: {
            x: {
              field: 'reference',
              type: 'quantitative',
              title: `reference ${quantity}`,
              scale: references,
              axis: { tickCount: 4 },
            },
            y: {
              field: 'value',
              type: 'quantitative',
              title: `${quantity} by the method`,
              scale: values,
              axis: leftAxis(leftmost, { tickCount: 5 }),
            },
            color: {
              field: 'label',
              type: 'nominal',
              title: 'label',
              scale: { domain: labels.domain, range: labels.color },
            },
            shape: {
              field: 'label',
              type: 'nominal',
              title: 'label',
              scale: { domain: labels.domain, range: labels.shape },
            },
            tooltip: tooltip({ point: 'point', value: quantity, reference: `reference ${quantity}`, label: 'label' }),
          },
        },
      ],
    }));
  });
  return figure(
    {
      title: options.title ?? 'Data values against the reference',
      subtitle: options.subtitle ?? utility,
      description:
        options.description ??
        `Scatter plots of data values (${utility}) by ${listed(methods)} against the reference on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1 },
  );
}
