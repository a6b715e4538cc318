import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  byMethod,
  distinct,
  figure,
  inlineData,
  leftAxis,
  listed,
  methodEncoding,
  paddedDomain,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { methodStyles, palette } from './theme.js';

/** A number computed from the predicted and from the truly retrained model of one subset. */
export type PredictedVsTrueRow = Readonly<{
  dataset: string;
  method: string;
  /** The number from the predicted model. */
  predicted: number;
  /** The number from the retrained model. */
  exact: number;
  /** Spearman correlation of the two over this method's rows, shown in the panel's heading; null to leave it out. */
  correlation: number | null;
}>;

/**
 * Predicted against true values, one point per subset, one panel per method, with the line of perfect prediction. All
 * panels of a data set share their square axes.
 *
 * @param options `quantity` is the number's name with its unit, e.g. `test log-loss (nats per point)`
 * @throws InputError if the table is empty or lacks a column.
 */
export function predictedVsTrue(
  rows: readonly PredictedVsTrueRow[],
  options: FigureOptions & { readonly quantity?: string } = {},
): TopLevelSpec {
  requireColumns('predictedVsTrue', rows, ['dataset', 'method', 'predicted', 'exact', 'correlation']);
  const quantity = options.quantity ?? 'test log-loss (nats per point)';
  const methods = [...methodStyles(distinct(rows, 'method')).keys()];
  const panels = byDataset(rows, (own) => {
    const domain = paddedDomain(own.flatMap((row) => [row.predicted, row.exact]));
    return byMethod(own, methods, (ofMethod, leftmost) => ({
      data: inlineData(ofMethod),
      width: 190,
      height: 190,
      layer: [
        {
          data: { values: domain.map((end) => ({ end })) },
          mark: { type: 'line', color: palette.grey, strokeDash: [3, 3], strokeWidth: 1 },
          encoding: {
            x: { field: 'end', type: 'quantitative', scale: { domain, nice: false } },
            y: { field: 'end', type: 'quantitative', scale: { domain, nice: false } },
          },
        },
        {
          mark: { type: 'point', size: 18, opacity: 0.5 },
          encoding: {
            x: { field: 'exact', type: 'quantitative', title: ['retrained', quantity], axis: { tickCount: 4 } },
            y: {
              field: 'predicted',
              type: 'quantitative',
              title: ['predicted', quantity],
              axis: leftAxis(leftmost, { tickCount: 4 }),
            },
            color: { ...methodEncoding(methods).color, legend: null },
            shape: { ...methodEncoding(methods).shape, legend: null },
            tooltip: tooltip({ method: 'method', exact: 'retrained', predicted: 'predicted' }),
          },
        },
      ],
    }));
  });
  return figure(
    {
      title: options.title ?? `Predicted against retrained: ${quantity}`,
      subtitle: options.subtitle ?? 'one point per held-out subset; dashed: perfect prediction',
      description:
        options.description ??
        `Scatter plots of predicted against retrained ${quantity} for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1 },
  );
}
