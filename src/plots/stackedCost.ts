import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  listed,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { methodStyles, palette } from './theme.js';

/** What a method spends its time on: retraining models to learn from, learning, answering. */
export type CostStage = 'labels' | 'training' | 'prediction';

/** Time of one stage of one method. */
export type StackedCostRow = Readonly<{
  dataset: string;
  method: string;
  stage: CostStage;
  /** Seconds. */
  seconds: number;
}>;

const stages: readonly CostStage[] = ['labels', 'training', 'prediction'];
const colours = [palette.skyBlue, palette.orange, palette.green];

/**
 * Total time of each method as a bar divided into labels, training and prediction, with the total written beside it; one
 * panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function stackedCost(rows: readonly StackedCostRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('stackedCost', rows, ['dataset', 'method', 'stage', 'seconds']);
  const methods = [...methodStyles(distinct(rows, 'method')).keys()];
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own.map((row) => ({ ...row, position: stages.indexOf(row.stage) }))),
    width: 320,
    height: { step: 28 },
    encoding: {
      y: { field: 'method', type: 'nominal', title: null, sort: methods },
      x: { field: 'seconds', type: 'quantitative', title: 'time (s)', aggregate: 'sum' },
    },
    layer: [
      {
        mark: { type: 'bar' },
        encoding: {
          color: {
            field: 'stage',
            type: 'nominal',
            title: 'spent on',
            scale: { domain: [...stages], range: [...colours] },
          },
          order: { field: 'position', type: 'quantitative' },
          tooltip: tooltip({ method: 'method', stage: 'spent on', seconds: 'time (s)' }),
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 4, fontSize: 11 },
        encoding: { text: { field: 'seconds', type: 'quantitative', aggregate: 'sum', format: '.3~g' } },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'What each method costs',
      subtitle: options.subtitle,
      description:
        options.description ??
        `Bars of the time spent on labels, training and prediction by ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
