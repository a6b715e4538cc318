import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  listed,
  paddedScale,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { palette } from './theme.js';

/** A target in the plane of the first two principal components of its datamodel. */
export type TargetEmbeddingRow = Readonly<{
  dataset: string;
  /** Class of the target. */
  label: string;
  /** Whether the model of the whole pool classifies it correctly. */
  correct: boolean;
  first: number;
  second: number;
  /** Shares of variance of the two components, the same in all rows of a data set. */
  firstShare: number;
  secondShare: number;
}>;

const colours = [palette.blue, palette.vermillion, palette.green, palette.purple, palette.orange, palette.skyBlue];

/**
 * Targets by the first two principal components of their datamodels, coloured by class; crosses are misclassified by the model
 * of the whole pool. One panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function targetEmbedding(rows: readonly TargetEmbeddingRow[], options: FigureOptions = {}): TopLevelSpec {
  const columns = ['dataset', 'label', 'correct', 'first', 'second', 'firstShare', 'secondShare'];
  requireColumns('targetEmbedding', rows, columns);
  const panels = byDataset(rows, (own) => {
    const labels = distinct(own, 'label');
    const axis = (name: string, share: number) => ({
      type: 'quantitative' as const,
      title: `${name} component (${Math.round(100 * share)} % of variance)`,
      axis: { tickCount: 5 },
    });
    return {
      data: inlineData(own.map((row) => ({ ...row, prediction: row.correct ? 'correct' : 'wrong' }))),
      width: 320,
      height: 280,
      mark: { type: 'point', filled: false, size: 60, strokeWidth: 1.6 },
      encoding: {
        x: { ...axis('first', own[0].firstShare), field: 'first', scale: paddedScale(own.map((row) => row.first)) },
        y: { ...axis('second', own[0].secondShare), field: 'second', scale: paddedScale(own.map((row) => row.second)) },
        color: {
          field: 'label',
          type: 'nominal',
          title: 'class',
          scale: { domain: labels, range: labels.map((_, k) => colours[k % colours.length]) },
        },
        shape: {
          field: 'prediction',
          type: 'nominal',
          title: 'prediction of the whole pool’s model',
          scale: { domain: ['correct', 'wrong'], range: ['circle', 'cross'] },
        },
        tooltip: tooltip({ label: 'class', first: 'first component', second: 'second component' }),
      },
    };
  });
  return figure(
    {
      title: options.title ?? 'Targets by what they depend on',
      subtitle: options.subtitle ?? 'principal components of datamodels',
      description:
        options.description ??
        `Scatter plots of targets by two principal components of their datamodels, coloured by class, for ${listed([...panels.keys()])}.`,
    },
    panels,
    { resolve: { scale: { color: 'independent' } } },
  );
}
