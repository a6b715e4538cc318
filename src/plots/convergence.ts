import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  dodged,
  dodgedLines,
  figure,
  inlineData,
  listed,
  logarithmic,
  measuredAxis,
  methodEncoding,
  paddedScale,
  requireColumns,
  type FigureOptions,
} from './figure.js';

/** Agreement with the reference after a number of permutations. */
export type ConvergenceRow = Readonly<{
  dataset: string;
  method: string;
  /** Permutations drawn so far. */
  permutations: number;
  /** Spearman correlation of the values with the reference values, −1 to 1. */
  correlation: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * How estimated data values approach an independent converged reference as permutations are added: one line per method
 * with its intervals, side by side where they are at the same place, one panel per data set.
 *
 * @throws InputError if the table is empty, lacks a column or has no positive number of permutations.
 */
export function convergence(rows: readonly ConvergenceRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('convergence', rows, ['dataset', 'method', 'permutations', 'correlation', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const panels = byDataset(rows, (own) => ({
    data: inlineData(dodged(own)),
    width: 340,
    height: 240,
    encoding: {
      x: {
        field: 'permutations',
        type: 'quantitative',
        title: 'permutations',
        ...logarithmic(
          'convergence',
          own.map((row) => row.permutations),
        ),
        axis: measuredAxis(own.map((row) => row.permutations)),
      },
      y: {
        field: 'correlation',
        type: 'quantitative',
        title: 'Spearman correlation',
        scale: paddedScale(own.flatMap((row) => [row.correlation, row.low, row.high])),
      },
      color: style.color,
    },
    layer: dodgedLines(own, style, {
      method: 'method',
      permutations: 'permutations',
      correlation: 'Spearman correlation',
      low: 'low',
      high: 'high',
    }),
  }));
  return figure(
    {
      title: options.title ?? 'Agreement with an independent reference',
      subtitle: options.subtitle ?? 'bars: 95 % intervals',
      description:
        options.description ??
        `Lines of the correlation with the reference against permutations for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
