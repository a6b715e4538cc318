import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  listed,
  logarithmic,
  methodEncoding,
  paddedScale,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';

/** How estimates agree with a reference after some processor time. */
export type AgreementByTimeRow = Readonly<{
  dataset: string;
  method: string;
  /** All processor seconds spent, labels and training included. */
  seconds: number;
  /** Subsets that the estimates come from. */
  subsets: number;
  /** Correlation with the reference. */
  correlation: number;
}>;

/**
 * How estimates agree with a reference as time goes into more subsets: one line per method, which starts when what it
 * learns from is paid for; one panel per data set.
 *
 * @throws InputError if the table is empty, lacks a column or has no positive time.
 */
export function agreementByTime(rows: readonly AgreementByTimeRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('agreementByTime', rows, ['dataset', 'method', 'seconds', 'subsets', 'correlation']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    width: 300,
    height: 220,
    encoding: {
      x: {
        field: 'seconds',
        type: 'quantitative',
        title: 'processor time, all of it (s)',
        ...logarithmic(
          'agreementByTime',
          own.map((row) => row.seconds),
        ),
      },
      y: {
        field: 'correlation',
        type: 'quantitative',
        title: 'correlation with reference',
        scale: paddedScale(own.map((row) => row.correlation)),
      },
      color: style.color,
    },
    layer: [
      { mark: { type: 'line' }, encoding: { strokeDash: style.strokeDash } },
      {
        mark: { type: 'point' },
        encoding: {
          shape: style.shape,
          tooltip: tooltip({
            method: 'method',
            seconds: 'time (s)',
            subsets: 'subsets',
            correlation: 'correlation with reference',
          }),
        },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'Agreement with the reference as time goes into more subsets',
      subtitle: options.subtitle,
      description:
        options.description ??
        `Lines of the correlation with a reference against processor time for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
