import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  lineLegend,
  listed,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { methodStyles, palette } from './theme.js';

/** One threshold of a detector. */
export type RocRow = Readonly<{
  dataset: string;
  method: string;
  /** Fraction of correctly labelled points flagged, 0–1. */
  falsePositiveRate: number;
  /** Fraction of flipped labels flagged, 0–1. */
  truePositiveRate: number;
  /** Area under this method's curve, the same in all its rows; shown in the legend. */
  area: number;
}>;

/** Room beside the frame for curves that run along it. */
const rate = { scale: { domain: [-0.02, 1.02], nice: false }, axis: { tickCount: 5 } };

/**
 * Receiver operating characteristic of label-error detectors with their areas in the legend and the diagonal of guessing;
 * one panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function rocCurve(rows: readonly RocRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('rocCurve', rows, ['dataset', 'method', 'falsePositiveRate', 'truePositiveRate', 'area']);
  const styles = methodStyles(distinct(rows, 'method'));
  const panels = byDataset(rows, (own) => {
    const labelled = own.map((row) => ({ ...row, curve: `${row.method}: ${row.area.toFixed(3)}` }));
    const methods = [...styles.keys()].filter((method) => own.some((row) => row.method === method));
    const domain = methods.map((method) => labelled.find((row) => row.method === method)?.curve ?? method);
    const style = methods.flatMap((method) => styles.get(method) ?? []);
    const channel = { field: 'curve', type: 'nominal', title: 'area under the curve' } as const;
    return {
      data: inlineData(labelled),
      width: 300,
      height: 300,
      layer: [
        {
          data: { values: [{ end: 0 }, { end: 1 }] },
          mark: { type: 'line', color: palette.grey, strokeDash: [3, 3], strokeWidth: 1 },
          encoding: {
            x: { field: 'end', type: 'quantitative', ...rate },
            y: { field: 'end', type: 'quantitative', ...rate },
          },
        },
        {
          // Straight lines: cases with the same score are flagged together, in no order.
          mark: { type: 'line' },
          encoding: {
            x: {
              field: 'falsePositiveRate',
              type: 'quantitative',
              title: 'correct labels flagged (false positive rate)',
            },
            y: { field: 'truePositiveRate', type: 'quantitative', title: 'flipped labels found (true positive rate)' },
            order: { field: 'falsePositiveRate', type: 'quantitative' },
            color: {
              ...channel,
              scale: { domain, range: style.map(({ colour }) => colour) },
              legend: { ...lineLegend, columns: 1 },
            },
            strokeDash: { ...channel, scale: { domain, range: style.map(({ dash }) => [...dash]) } },
            tooltip: tooltip({
              method: 'method',
              falsePositiveRate: 'false positive rate',
              truePositiveRate: 'true positive rate',
              area: 'area under the curve',
            }),
          },
        },
      ],
    };
  });
  return figure(
    {
      title: options.title ?? 'Finding flipped labels',
      subtitle: options.subtitle ?? 'points ranked from the lowest value; dashed: guessing',
      description:
        options.description ??
        `Receiver operating characteristic curves of ${listed([...styles.keys()])} on ${listed([...panels.keys()])}.`,
    },
    panels,
    { resolve: { scale: { color: 'independent', strokeDash: 'independent' } } },
  );
}
