import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  listed,
  logarithmic,
  measuredAxis,
  methodEncoding,
  paddedScale,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';

/** How well outputs of retrained models are predicted after learning from a number of retrained subsets. */
export type DatamodelScoreRow = Readonly<{
  dataset: string;
  method: string;
  /** Retrained subsets learned from. */
  subsets: number;
  /** Linear datamodelling score, −1 to 1. */
  score: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * How well outputs of retrained models are predicted as retrained subsets are added to learn from: one line per method
 * with its band, one panel per data set.
 *
 * @throws InputError if the table is empty, lacks a column or has no positive number of subsets.
 */
export function datamodelScores(rows: readonly DatamodelScoreRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('datamodelScores', rows, ['dataset', 'method', 'subsets', 'score', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    width: 340,
    height: 240,
    encoding: {
      x: {
        field: 'subsets',
        type: 'quantitative',
        title: 'retrained subsets learned from',
        ...logarithmic(
          'datamodelScores',
          own.map((row) => row.subsets),
        ),
        axis: measuredAxis(own.map((row) => row.subsets)),
      },
      y: {
        field: 'score',
        type: 'quantitative',
        title: 'linear datamodelling score',
        scale: paddedScale(own.flatMap((row) => [row.score, row.low, row.high])),
      },
      color: style.color,
    },
    layer: [
      ...intervalLayer(own, {
        mark: { type: 'area', opacity: 0.12 },
        encoding: {
          y: { field: 'low', type: 'quantitative' },
          y2: { field: 'high' },
        },
      }),
      { mark: { type: 'line' }, encoding: { strokeDash: style.strokeDash } },
      {
        mark: { type: 'point' },
        encoding: {
          shape: style.shape,
          tooltip: tooltip({
            method: 'method',
            subsets: 'retrained subsets',
            score: 'linear datamodelling score',
            low: 'low',
            high: 'high',
          }),
        },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'Predicting outputs of retrained models',
      subtitle: options.subtitle ?? 'bands: 95 % intervals',
      description:
        options.description ??
        `Lines of the linear datamodelling score against the number of retrained subsets for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
