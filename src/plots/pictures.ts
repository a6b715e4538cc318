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

/** One square picture of a grid, with the numbers under it. */
export type PictureRow = Readonly<{
  dataset: string;
  /** Place in the grid, from 0. */
  row: number;
  column: number;
  /** Heading above the first of neighbouring columns. */
  group: string;
  label: string;
  /** A number about the picture from retrained and from predicted models. */
  retrained: number;
  predicted: number;
  /** Grey values from 0, paper, to 1, ink, row by row, separated by spaces. */
  pixels: string;
}>;

/** Pixels of the figure per place in the grid; share of it that the picture fills. */
const [placeWidth, placeHeight, filled] = [104, 122, 0.76];

/**
 * Pictures in a grid, under each its label and a number from retrained / predicted models; one panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column.
 */
export function pictures(rows: readonly PictureRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('pictures', rows, ['dataset', 'row', 'column', 'group', 'label', 'retrained', 'predicted', 'pixels']);
  const panels = byDataset(rows, (own) => {
    const side = Math.sqrt(own[0].pixels.split(' ').length);
    const [columns, lines] = [own.map(({ column }) => column), own.map((row) => row.row)];
    const [width, height] = [Math.max(...columns) + 1, Math.max(...lines) + 1];
    // Pictures stay square although their places are not.
    const tall = (filled * placeWidth) / placeHeight;
    const x = { type: 'quantitative' as const, scale: { domain: [0, width], nice: false }, axis: null };
    const y = {
      type: 'quantitative' as const,
      scale: { domain: [-0.25, height], nice: false, reverse: true },
      axis: null,
    };
    const ink = {
      field: 'ink',
      type: 'quantitative' as const,
      scale: { domain: [0, 1], range: ['#f2f2f2', '#000000'] },
      legend: null,
    };
    const text = { type: 'text', align: 'left', baseline: 'top', fontSize: 11 } as const;
    const first = (group: string): number => Math.min(...own.filter((row) => row.group === group).map((r) => r.column));
    const headings = distinct(own, 'group').map((group) => ({ group, column: first(group), row: -0.25 }));
    const lineBelow = (expression: string, dy: number) => ({
      transform: [
        { calculate: `datum.row + ${tall}`, as: 'below' },
        { calculate: expression, as: 'caption' },
      ],
      mark: { ...text, dy },
      encoding: {
        x: { ...x, field: 'column' },
        y: { ...y, field: 'below' },
        text: { field: 'caption', type: 'nominal' as const },
      },
    });
    return {
      data: inlineData(own),
      width: width * placeWidth,
      height: (height + 0.25) * placeHeight,
      view: { stroke: null },
      layer: [
        {
          transform: [
            { calculate: `split(datum.pixels, ' ')`, as: 'grey' },
            { flatten: ['grey'] },
            { window: [{ op: 'row_number', as: 'place' }], groupby: ['row', 'column'] },
            { calculate: `datum.column + ${filled} * ((datum.place - 1) % ${side}) / ${side}`, as: 'left' },
            { calculate: `datum.row + ${tall} * floor((datum.place - 1) / ${side}) / ${side}`, as: 'top' },
            { calculate: `datum.left + ${filled} / ${side}`, as: 'right' },
            { calculate: `datum.top + ${tall} / ${side}`, as: 'bottom' },
            { calculate: 'toNumber(datum.grey)', as: 'ink' },
          ],
          // Edges in the pixel's own colour: without them paper shows between neighbours.
          mark: { type: 'rect', strokeWidth: 0.5 },
          encoding: {
            x: { ...x, field: 'left' },
            x2: { field: 'right' },
            y: { ...y, field: 'top' },
            y2: { field: 'bottom' },
            color: ink,
            stroke: ink,
            tooltip: tooltip({ label: 'label', retrained: 'retrained', predicted: 'predicted' }),
          },
        },
        lineBelow(`'“' + datum.label + '”'`, 4),
        lineBelow(`format(datum.retrained, '.2f') + ' / ' + format(datum.predicted, '.2f')`, 17),
        {
          data: inlineData(headings),
          mark: { ...text, fontWeight: 600 },
          encoding: {
            x: { ...x, field: 'column' },
            y: { ...y, field: 'row' },
            text: { field: 'group', type: 'nominal' },
          },
        },
      ],
    };
  });
  return figure(
    {
      title: options.title ?? 'Pictures',
      subtitle: options.subtitle ?? 'numbers: from retrained / from predicted models',
      description:
        options.description ??
        `Pictures in a grid (${listed(distinct(rows, 'group'))}) with numbers from retrained and predicted models, on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 1 },
  );
}
