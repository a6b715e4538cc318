import type { TopLevelSpec } from 'vega-lite';
import {
  byDataset,
  distinct,
  figure,
  inlineData,
  intervalLayer,
  listed,
  requireColumns,
  tooltip,
  type FigureOptions,
} from './figure.js';
import { palette } from './theme.js';

/** Mean error of one variant over its seeds. */
export type AblationRow = Readonly<{
  dataset: string;
  /** What is switched on or off, e.g. `without stationarity penalty`. */
  variant: string;
  error: number;
  /** Ends of the interval of the mean; null where there is none. */
  low: number | null;
  high: number | null;
}>;

/** Error of one variant with one seed. */
export type AblationSeedRow = Readonly<{ dataset: string; variant: string; seed: number; error: number }>;

/**
 * What each part of a method contributes: one line per variant with its mean and interval, and every seed as an open dot;
 * one panel per data set. Variants keep the table's order.
 *
 * @param summary one row per data set and variant
 * @param seeds one row per data set, variant and seed
 * @throws InputError if a table is empty or lacks a column.
 */
export function ablation(
  summary: readonly AblationRow[],
  seeds: readonly AblationSeedRow[],
  options: FigureOptions & { readonly errorTitle?: string } = {},
): TopLevelSpec {
  requireColumns('ablation', summary, ['dataset', 'variant', 'error', 'low', 'high']);
  requireColumns('ablation', seeds, ['dataset', 'variant', 'seed', 'error']);
  const errorTitle = options.errorTitle ?? 'mean relative parameter error';
  const variants = distinct(summary, 'variant');
  const panels = byDataset(summary, (own) => ({
    data: inlineData(own),
    width: 280,
    height: { step: 26 },
    encoding: {
      y: { field: 'variant', type: 'nominal', title: null, sort: variants },
      x: { field: 'error', type: 'quantitative', title: errorTitle, scale: { zero: true } },
    },
    layer: [
      ...intervalLayer(own, {
        mark: { type: 'rule', color: palette.blue, strokeWidth: 3, opacity: 0.5 },
        encoding: { x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
      }),
      {
        data: inlineData(seeds.filter((row) => row.dataset === own[0].dataset)),
        mark: { type: 'point', filled: false, color: palette.grey, size: 30, strokeWidth: 1 },
        encoding: { tooltip: tooltip({ variant: 'variant', seed: 'seed', error: errorTitle }) },
      },
      {
        mark: { type: 'point', color: palette.blue, size: 70 },
        encoding: { tooltip: tooltip({ variant: 'variant', error: errorTitle, low: 'low', high: 'high' }) },
      },
    ],
  }));
  return figure(
    {
      title: options.title ?? 'What each part contributes',
      subtitle: options.subtitle ?? 'filled: mean with its 95 % interval; open: single seeds',
      description:
        options.description ??
        `Dots of the ${errorTitle} for the variants ${listed(variants)} on ${listed([...panels.keys()])}.`,
    },
    panels,
  );
}
