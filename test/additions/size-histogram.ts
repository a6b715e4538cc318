import type { TopLevelSpec } from 'vega-lite';
import { byDataset, figure, inlineData, requireColumns, type FigureOptions } from '../../src/plots/figure.js';

/** One subset of a data set's pool. */
export type SizeRow = Readonly<{
  dataset: string;
  /** Its number of points. */
  size: number;
}>;

/** How often subsets have each size, as bars. A figure is a pure function of tidy rows; it computes nothing else. */
export function sizeHistogram(rows: readonly SizeRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('sizeHistogram', rows, ['dataset', 'size']);
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    mark: { type: 'bar' },
    encoding: {
      x: { field: 'size', type: 'quantitative', bin: true, title: 'points in the subset' },
      y: { aggregate: 'count', type: 'quantitative', title: 'subsets' },
    },
  }));
  return figure({ title: 'Sizes of subsets', description: 'A histogram of the sizes of subsets.', ...options }, panels);
}
