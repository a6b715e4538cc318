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
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { methodStyles, type MethodStyle } from './theme.js';

/** Error of one series after some amount of what is spent on it. */
export type ErrorByAmountRow = Readonly<{
  dataset: string;
  /** A method, or one setting of it such as `width 32`. */
  series: string;
  /** What is spent, e.g. retrained subsets or units of a layer. */
  amount: number;
  error: number;
  /** Ends of the error's interval; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/** Settings of one method, from little to much: one hue from light to dark, so that their order can be seen. */
const graded: readonly MethodStyle[] = [
  { colour: '#8DBBDD', shape: 'circle', dash: [6, 2] },
  { colour: '#6FA8D3', shape: 'triangle-down', dash: [2, 2] },
  { colour: '#4189C2', shape: 'square', dash: [8, 3] },
  { colour: '#2069A8', shape: 'diamond', dash: [4, 4] },
  { colour: '#0D4A83', shape: 'triangle-right', dash: [6, 2] },
  { colour: '#08306B', shape: 'triangle-up', dash: [1, 0] },
];

/**
 * Error against an amount, both logarithmic: one line per series with its band, one panel per data set. The series named in
 * `grades`, in their order, are shades of one colour; the others are drawn as the methods they are.
 *
 * @param options `amountTitle` names the horizontal axis; `grades` defaults to none
 * @throws InputError if the table is empty, lacks a column or has no positive amount or error.
 */
export function errorByAmount(
  rows: readonly ErrorByAmountRow[],
  options: FigureOptions & {
    readonly amountTitle?: string;
    readonly errorTitle?: string;
    readonly grades?: readonly string[];
  } = {},
): TopLevelSpec {
  requireColumns('errorByAmount', rows, ['dataset', 'series', 'amount', 'error', 'low', 'high']);
  const amountTitle = options.amountTitle ?? 'retrained subsets learned from';
  const errorTitle = options.errorTitle ?? 'mean relative parameter error';
  const names = distinct(rows, 'series');
  const styles = seriesStyles(names, options.grades ?? []);
  const domain = [...styles.keys()];
  const looks = [...styles.values()];
  const channel = { field: 'series', type: 'nominal', title: null } as const;
  const panels = byDataset(rows, (own) => ({
    data: inlineData(own),
    width: 260,
    height: 240,
    encoding: {
      x: {
        field: 'amount',
        type: 'quantitative',
        title: amountTitle,
        ...logarithmic(
          'errorByAmount',
          own.map(({ amount }) => amount),
        ),
        axis: measuredAxis(own.map(({ amount }) => amount)),
      },
      y: {
        field: 'error',
        type: 'quantitative',
        title: errorTitle,
        ...logarithmic(
          'errorByAmount',
          own.flatMap((row) => [row.error, row.low, row.high]),
        ),
      },
      color: { ...channel, scale: { domain, range: looks.map(({ colour }) => colour) } },
    },
    layer: [
      ...intervalLayer(own, {
        mark: { type: 'area', opacity: 0.15 },
        encoding: { y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' } },
      }),
      {
        mark: { type: 'line' },
        encoding: {
          strokeDash: {
            condition: domain.map((name, k) => ({
              test: `datum.series === ${JSON.stringify(name)}`,
              value: [...looks[k].dash],
            })),
            value: [1, 0],
          },
        },
      },
      {
        mark: { type: 'point' },
        encoding: {
          shape: { ...channel, scale: { domain, range: looks.map(({ shape }) => shape) } },
          tooltip: tooltip({ series: 'series', amount: amountTitle, error: errorTitle, low: 'low', high: 'high' }),
        },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'Error of predicted parameters',
      subtitle: options.subtitle ?? 'bands: 95 % intervals of the mean',
      description:
        options.description ??
        `Lines of the ${errorTitle} against ${amountTitle} for ${listed(names)} on ${listed([...panels.keys()])}.`,
    },
    panels,
    { columns: 3 },
  );
}

function seriesStyles(names: readonly string[], grades: readonly string[]): ReadonlyMap<string, MethodStyle> {
  const inOrder = grades.filter((name) => names.includes(name));
  const last = graded.length - 1;
  const lookOf = (k: number): MethodStyle =>
    graded[inOrder.length === 1 ? last : Math.min(last, Math.round((k * last) / (inOrder.length - 1)))];
  return new Map([
    ...methodStyles(names.filter((name) => !grades.includes(name))),
    ...inOrder.map((name, k) => [name, lookOf(k)] as const),
  ]);
}
