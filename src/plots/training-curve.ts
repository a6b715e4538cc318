import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  layerFor,
  lineLegend,
  listed,
  logarithmic,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { palette } from './theme.js';

/** Loss of a predictor after one epoch. */
export type TrainingCurveRow = Readonly<{
  dataset: string;
  /** Epoch, from 1. */
  epoch: number;
  split: 'training' | 'validation';
  loss: number;
  /** Whether this epoch's weights were kept. */
  chosen: boolean;
}>;

const splits = ['training', 'validation'];

/**
 * Training and validation loss by epoch on a logarithmic axis, with a vertical line at the epoch whose weights were kept;
 * one panel per data set.
 *
 * @throws InputError if the table is empty, lacks a column or has no positive loss.
 */
export function trainingCurve(
  rows: readonly TrainingCurveRow[],
  options: FigureOptions & { readonly lossTitle?: string } = {},
): TopLevelSpec {
  requireColumns('trainingCurve', rows, ['dataset', 'epoch', 'split', 'loss', 'chosen']);
  const lossTitle = options.lossTitle ?? 'loss';
  const channel = { field: 'split', type: 'nominal', title: null } as const;
  const panels = byDataset(rows, (own) => {
    const kept = distinct(
      own.filter((row) => row.chosen),
      'epoch',
    ).map((epoch) => ({ epoch }));
    return {
      data: inlineData(own),
      width: 340,
      height: 220,
      encoding: { x: { field: 'epoch', type: 'quantitative', title: 'epoch', scale: { zero: false, nice: false } } },
      layer: [
        ...layerFor(kept, {
          mark: { type: 'rule', color: palette.grey, strokeDash: [3, 3], strokeWidth: 1 },
        }),
        {
          mark: { type: 'line' },
          encoding: {
            y: {
              field: 'loss',
              type: 'quantitative',
              title: lossTitle,
              ...logarithmic(
                'trainingCurve',
                own.map((row) => row.loss),
              ),
            },
            color: {
              ...channel,
              scale: { domain: splits, range: [palette.blue, palette.vermillion] },
              legend: lineLegend,
            },
            strokeDash: {
              ...channel,
              scale: {
                domain: splits,
                range: [
                  [1, 0],
                  [6, 2],
                ],
              },
            },
            tooltip: tooltip({ split: 'split', epoch: 'epoch', loss: lossTitle }),
          },
        },
      ],
    };
  });
  return figure(
    {
      title: options.title ?? 'Training of the predictor',
      subtitle: options.subtitle ?? 'dashed vertical line: the weights kept',
      description:
        options.description ??
        `Lines of training and validation ${lossTitle} by epoch on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
