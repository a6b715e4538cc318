import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  layerFor,
  listed,
  logarithmic,
  methodEncoding,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { methodStyles, palette } from './theme.js';

/** Cost and error of one method at one setting. */
export type CostAccuracyRow = Readonly<{
  dataset: string;
  method: string;
  /** Seconds to answer once everything is prepared: prediction alone. */
  onlineSeconds: number;
  /** Seconds in all: labels, training and prediction. */
  totalSeconds: number;
  /** Error against independent references; null for the method that defines the truth, drawn as a vertical line. */
  error: number | null;
  /** Ends of the error's interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

const [width, height] = [240, 300];
const labelGap = 15;

/**
 * Error against cost, both logarithmic: a filled point at a method's total time, an open one at its prediction-only time
 * joined to it, its interval and its name; the grey steps are the frontier of total time, which ends where the truth itself can
 * be had. Lower left is better. One panel per data set.
 *
 * @throws InputError if the table is empty, lacks a column, or has no positive time or error.
 */
export function costAccuracy(
  rows: readonly CostAccuracyRow[],
  options: FigureOptions & { readonly errorTitle?: string; readonly timeTitle?: string } = {},
): TopLevelSpec {
  requireColumns('costAccuracy', rows, ['dataset', 'method', 'onlineSeconds', 'totalSeconds', 'error', 'low', 'high']);
  const errorTitle = options.errorTitle ?? 'mean relative parameter error';
  const timeTitle = options.timeTitle ?? 'processor time (s)';
  const methods = [...methodStyles(distinct(rows, 'method')).keys()];
  const panels = byDataset(rows, (own) => {
    const seconds = logarithmic(
      'costAccuracy',
      own.flatMap((row) => [row.onlineSeconds, row.totalSeconds]),
    );
    const errors = logarithmic(
      'costAccuracy',
      own.flatMap((row) => [row.error, row.low, row.high]),
    );
    const measured = own.filter((row): row is CostAccuracyRow & { error: number } => row.error !== null);
    const truth = own.filter((row) => row.error === null);
    const encoding = methodEncoding(methods);
    const colour = { ...encoding.color, legend: null };
    const shape = { ...encoding.shape, legend: null };
    const described = tooltip({
      method: 'method',
      totalSeconds: 'total time (s)',
      onlineSeconds: 'prediction only (s)',
      error: errorTitle,
      low: 'low',
      high: 'high',
    });
    return {
      data: inlineData(placeLabels(measured, errors.scale.domain)),
      width,
      height,
      encoding: {
        x: { field: 'totalSeconds', type: 'quantitative', title: timeTitle, ...seconds },
        y: { field: 'error', type: 'quantitative', title: errorTitle, ...errors },
      },
      layer: [
        ...layerFor(
          frontierLine(measured, Math.min(seconds.scale.domain[1], ...truth.map((row) => row.totalSeconds))),
          {
            mark: { type: 'line', interpolate: 'step-after', color: '#c4c4c4', strokeWidth: 5, opacity: 0.6 },
          },
        ),
        ...layerFor(truth, {
          mark: { type: 'rule', strokeDash: [5, 3] },
          encoding: { y: { value: 0 }, y2: { value: height }, color: colour, tooltip: described },
        }),
        ...layerFor(truth, {
          mark: { type: 'text', baseline: 'bottom', dy: -2, fontSize: 11 },
          encoding: { y: { value: 0 }, text: { field: 'method', type: 'nominal' } },
        }),
        {
          mark: { type: 'rule', strokeWidth: 1 },
          encoding: {
            x: { field: 'onlineSeconds', type: 'quantitative' },
            x2: { field: 'totalSeconds' },
            color: colour,
          },
        },
        ...intervalLayer(measured, {
          mark: { type: 'rule', opacity: 0.6 },
          encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color: colour },
        }),
        {
          mark: { type: 'point', filled: true, fill: 'white', strokeWidth: 1.5 },
          encoding: {
            x: { field: 'onlineSeconds', type: 'quantitative' },
            stroke: colour,
            shape,
            tooltip: described,
          },
        },
        { mark: { type: 'point', size: 70 }, encoding: { color: colour, shape, tooltip: described } },
        {
          mark: { type: 'rule', color: '#bbbbbb', strokeWidth: 0.75 },
          encoding: {
            x2: { value: width + 6 },
            y: { field: 'error', type: 'quantitative' },
            y2: { field: 'labelError' },
          },
        },
        {
          mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: 11, color: palette.black },
          encoding: {
            x: { value: width + 9 },
            y: { field: 'labelError', type: 'quantitative' },
            text: { field: 'method', type: 'nominal' },
          },
        },
      ],
    };
  });
  return figure(
    {
      title: options.title ?? 'Cost and accuracy',
      subtitle:
        options.subtitle ??
        'open: prediction only; filled: with labels and training; lower left is better; grey steps: frontier of total time',
      description:
        options.description ??
        `Points of the ${errorTitle} against time for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}

type Measured = CostAccuracyRow & { readonly error: number };

/** The rows no other row beats in both total time and error, from fast to slow. */
export function frontier<T extends { readonly totalSeconds: number; readonly error: number }>(rows: readonly T[]): T[] {
  const byTime = [...rows].sort((a, b) => a.totalSeconds - b.totalSeconds || a.error - b.error);
  let best = Infinity;
  return byTime.filter((row) => {
    const improves = row.error < best;
    if (improves) best = row.error;
    return improves;
  });
}

/** The frontier up to a time, at which it ends: the right border, or the method that makes no error, if that is faster. */
function frontierLine(rows: readonly Measured[], end: number): Measured[] {
  const points = frontier(rows.filter(({ totalSeconds }) => totalSeconds <= end));
  const last = points.at(-1);
  return last === undefined ? [] : [...points, { ...last, totalSeconds: end }];
}

/**
 * Heights for the names beside the plot, as errors on the logarithmic axis: each as near to its own point as the others
 * allow, at least one line apart. Falling order is kept, so leader lines never cross.
 */
function placeLabels(rows: readonly Measured[], [low, high]: readonly number[]): (Measured & { labelError: number })[] {
  const perPixel = Math.log(high / low) / height;
  const sorted = [...rows].sort((a, b) => b.error - a.error);
  const pixels = sorted.map((row) => Math.min(height, Math.log(high / Math.max(row.error, low)) / perPixel));
  for (let i = 1; i < pixels.length; i++) pixels[i] = Math.max(pixels[i], pixels[i - 1] + labelGap);
  for (let i = pixels.length - 1, limit = height; i >= 0; i--, limit -= labelGap)
    pixels[i] = Math.min(pixels[i], limit);
  return sorted.map((row, i) => ({ ...row, labelError: high * Math.exp(-pixels[i] * perPixel) }));
}
