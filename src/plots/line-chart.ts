import type { TopLevelSpec } from 'vega-lite';
import type { Row } from '../evaluation/tidy-table.js';
import {
  byDataset,
  distinct,
  dodged,
  figure,
  inlineData,
  intervalLayer,
  listed,
  methodEncoding,
  requireColumns,
  sideways,
  tooltip,
  type FigureOptions,
  type LayeredView,
} from './figure.js';

/** Words around a line chart. */
export interface LineChartOptions extends FigureOptions {
  /** What the horizontal and the vertical axis show, where it is not what the chart is named after. */
  readonly xTitle?: string;
  readonly yTitle?: string;
}

/** Styles of lines: {@link methodEncoding}, or another of the same channels. */
export type LineEncoding = Pick<ReturnType<typeof methodEncoding>, 'color' | 'shape' | 'strokeDash'>;

/** One of the two axes. */
export interface LineAxis {
  /** The column it shows. */
  readonly field: string;
  readonly title: string;
  /** Scale and axis for the numbers of one panel, given those of all; default linear. */
  readonly scale?: (values: readonly (number | null)[], all: readonly (number | null)[]) => object;
}

/** Intervals as bars or bands; bars may stand side by side, with the lines moved along. */
export interface LineSpread {
  readonly mark: 'rule' | 'area';
  readonly opacity: number;
  readonly dodged?: boolean;
}

/** A chart of lines: what its axes show, how intervals are drawn, and its default words. */
export interface LineChart {
  readonly name: string;
  readonly x: LineAxis;
  readonly y: LineAxis;
  /** Columns in tooltips with their names, in order; all of them are needed. Axes with titles of their own name theirs. */
  readonly shown: (titles: { readonly x: string; readonly y: string }) => Readonly<Record<string, string>>;
  readonly width: number;
  readonly height: number;
  /** None: the chart has no intervals. */
  readonly spread?: (rows: readonly Row[]) => LineSpread;
  /** What makes a line; default `method`. */
  readonly line?: { readonly field: string; readonly encoding: (names: readonly string[]) => LineEncoding };
  readonly columns?: number;
  readonly title: string;
  readonly subtitle?: string;
  /** What the lines show, between `Lines of` and the data sets, for those who cannot see the figure. */
  readonly description: (words: { readonly x: string; readonly y: string; readonly methods: string }) => string;
}

const numbers = (rows: readonly Row[], ...fields: readonly string[]): (number | null)[] =>
  rows.flatMap((row) => fields.map((field) => (row[field] as number | null | undefined) ?? null));

function axis(
  { field, scale }: LineAxis,
  title: string,
  values: readonly (number | null)[],
  all: readonly (number | null)[],
) {
  return { field, type: 'quantitative' as const, title, ...scale?.(values, all) };
}

/** Intervals, lines and points of one panel. */
function layers(rows: readonly Row[], style: LineEncoding, tips: ReturnType<typeof tooltip>, spread?: LineSpread) {
  const moved = spread?.dodged ? sideways : {};
  const intervals =
    spread === undefined
      ? []
      : intervalLayer(rows as readonly { low: number | null; high: number | null }[], {
          mark: { type: spread.mark, opacity: spread.opacity, ...moved },
          encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
        });
  return [
    ...intervals,
    { mark: { type: 'line' as const, ...moved }, encoding: { strokeDash: style.strokeDash } },
    { mark: { type: 'point' as const, ...moved }, encoding: { shape: style.shape, tooltip: tips } },
  ];
}

/**
 * Draws one line per method with its intervals, one panel per data set.
 *
 * @throws InputError if the table is empty or lacks a column, or an axis has no number that it can show.
 */
export function drawLines<T extends Row & { readonly dataset: string }>(
  chart: LineChart,
  rows: readonly T[],
  options: LineChartOptions,
): TopLevelSpec {
  const { x, y, line = { field: 'method', encoding: methodEncoding } } = chart;
  const titles = { x: options.xTitle ?? x.title, y: options.yTitle ?? y.title };
  const shown = chart.shown(titles);
  requireColumns(chart.name, rows, ['dataset', ...Object.keys(shown)]);
  const names = distinct(rows, line.field) as string[];
  const style = line.encoding(names);
  const panels = byDataset(rows, (own): LayeredView => {
    const spread = chart.spread?.(own);
    const moved = spread?.dodged ? dodged(own as readonly (T & { method: string })[]) : own;
    const ends = spread === undefined ? [] : ['low', 'high'];
    return {
      data: inlineData(moved),
      width: chart.width,
      height: chart.height,
      encoding: {
        x: axis(x, titles.x, numbers(own, x.field), numbers(rows, x.field)),
        y: axis(y, titles.y, numbers(own, y.field, ...ends), numbers(rows, y.field, ...ends)),
        color: style.color,
      },
      layer: layers(own, style, tooltip(shown), spread),
    };
  });
  return figure(
    {
      title: options.title ?? chart.title,
      subtitle: options.subtitle ?? chart.subtitle,
      description:
        options.description ??
        `Lines of ${chart.description({ ...titles, methods: listed(names) })} on ${listed([...panels.keys()])}.`,
    },
    panels,
    chart.columns === undefined ? {} : { columns: chart.columns },
  );
}
