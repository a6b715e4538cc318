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
  const panels = byDataset(rows, (own) => {
    const totals = methods.map((method) =>
      own.filter((row) => row.method === method).reduce((sum, { seconds }) => sum + seconds, 0),
    );
    // Room for the longest bar's number.
    const scale = { domain: [0, 1.15 * Math.max(...totals) || 1], nice: false };
    return {
      data: inlineData(own.map((row) => ({ ...row, position: stages.indexOf(row.stage) }))),
      width: 240,
      height: { step: 24 },
      encoding: {
        y: { field: 'method', type: 'nominal', title: null, sort: methods },
        x: {
          field: 'seconds',
          type: 'quantitative',
          title: 'processor time (s)',
          aggregate: 'sum',
          scale,
          axis: { tickCount: 5 },
        },
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
              legend: { labelExpr: "datum.label === 'labels' ? 'labels (retrained models)' : datum.label" },
            },
            order: { field: 'position', type: 'quantitative' },
            tooltip: tooltip({ method: 'method', stage: 'spent on', seconds: 'processor time (s)' }),
          },
        },
        {
          mark: { type: 'text', align: 'left', dx: 4, fontSize: 11 },
          encoding: { text: { field: 'seconds', type: 'quantitative', aggregate: 'sum', format: '.2r' } },
        },
      ],
    };
  });
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
