import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  listed,
  methodEncoding,
  paddedScale,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';

/** One score of one method. */
export type ScoreIntervalRow = Readonly<{
  dataset: string;
  /** Its name, with its unit. */
  score: string;
  method: string;
  value: number;
  /** Ends of its interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/**
 * Several scores of every method as points with intervals, methods in order of appearance, one panel per score with an axis of
 * its own, one row of panels per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function scoreIntervals(rows: readonly ScoreIntervalRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('scoreIntervals', rows, ['dataset', 'score', 'method', 'value', 'low', 'high']);
  const methods = distinct(rows, 'method');
  const style = methodEncoding(methods);
  const scores = distinct(rows, 'score');
  const panels = byDataset(rows, (own) => ({
    hconcat: scores
      .map((score) => own.filter((row) => row.score === score))
      .filter((ofScore) => ofScore.length > 0)
      .map((ofScore, position) => {
        const scale = paddedScale(ofScore.flatMap(({ value, low, high }) => [value, low, high]));
        return {
          data: inlineData(ofScore),
          width: 190,
          height: { step: 24 },
          encoding: {
            y: {
              field: 'method',
              type: 'nominal' as const,
              title: null,
              sort: methods,
              axis: position === 0 ? { grid: true } : { labels: false, ticks: false, grid: true },
            },
            color: { ...style.color, legend: null },
          },
          layer: [
            ...intervalLayer(ofScore, {
              mark: { type: 'rule' },
              encoding: {
                x: { field: 'low', type: 'quantitative', title: ofScore[0].score, scale },
                x2: { field: 'high' },
              },
            }),
            {
              mark: { type: 'point' as const },
              encoding: {
                x: {
                  field: 'value',
                  type: 'quantitative' as const,
                  title: ofScore[0].score,
                  scale,
                  axis: { tickCount: 4 },
                },
                shape: { ...style.shape, legend: null },
                tooltip: tooltip({ method: 'method', value: ofScore[0].score, low: 'low', high: 'high' }),
              },
            },
          ],
        };
      }),
  }));
  return figure(
    {
      title: options.title ?? 'Scores',
      subtitle: options.subtitle ?? 'lower is better; lines: 95 % intervals',
      description:
        options.description ??
        `Points with intervals of ${listed(scores)} for ${listed(methods)} on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1 },
  );
}
