import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  byMethod,
  distinct,
  figure,
  inlineData,
  leftAxis,
  intervalLayer,
  listed,
  methodEncoding,
  paddedDomain,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { methodStyles, palette } from './theme.js';

/** Predictions of similar confidence, and how often they are right. */
export type ReliabilityRow = Readonly<{
  dataset: string;
  method: string;
  /** Mean probability of the most probable class, 0–1. */
  confidence: number;
  /** Share that is right, 0–1. */
  frequency: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
  /** Predictions in the bin. */
  points: number;
}>;

/**
 * How often predictions are right against how confident they are, one panel per method, with the line of perfect
 * calibration: points below it are overconfident. Panels of a data set share their axes.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function reliabilityDiagram(rows: readonly ReliabilityRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('reliabilityDiagram', rows, ['dataset', 'method', 'confidence', 'frequency', 'low', 'high', 'points']);
  const methods = [...methodStyles(distinct(rows, 'method')).keys()];
  const style = methodEncoding(methods);
  const panels = byDataset(rows, (own) => {
    const [from] = paddedDomain(own.flatMap((row) => [row.confidence, row.frequency, row.low]));
    const domain = [Math.max(0, from), 1];
    const scale = { domain, nice: false };
    const axis = { tickCount: 5, format: '.0%' };
    return byMethod(own, methods, (ofMethod, leftmost) => ({
      data: inlineData(ofMethod),
      width: 200,
      height: 200,
      layer: [
        {
          data: { values: domain.map((end) => ({ end })) },
          mark: { type: 'line', color: palette.grey, strokeDash: [3, 3], strokeWidth: 1 },
          encoding: {
            x: { field: 'end', type: 'quantitative', scale },
            y: { field: 'end', type: 'quantitative', scale },
          },
        },
        ...intervalLayer(ofMethod, {
          mark: { type: 'rule', clip: true },
          encoding: {
            x: { field: 'confidence', type: 'quantitative', title: 'confidence', axis },
            y: { field: 'low', type: 'quantitative', title: 'share right', axis: leftAxis(leftmost, axis) },
            y2: { field: 'high' },
            color: { ...style.color, legend: null },
          },
        }),
        {
          mark: { type: 'point', size: 40 },
          encoding: {
            x: { field: 'confidence', type: 'quantitative', title: 'confidence', axis },
            y: { field: 'frequency', type: 'quantitative', title: 'share right', axis: leftAxis(leftmost, axis) },
            color: { ...style.color, legend: null },
            shape: { ...style.shape, legend: null },
            tooltip: tooltip({
              method: 'method',
              confidence: 'confidence',
              frequency: 'share right',
              low: 'low',
              high: 'high',
              points: 'points',
            }),
          },
        },
      ],
    }));
  });
  return figure(
    {
      title: options.title ?? 'How often are predictions right that are so confident?',
      subtitle: options.subtitle ?? 'dashed: perfect calibration; below it: overconfident',
      description:
        options.description ??
        `Shares of right predictions against their confidence for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1 },
  );
}
