import type { TopLevelSpec } from 'vega-lite';
import {
  figure,
  inlineData,
  intervalLayer,
  logarithmic,
  requireColumns,
  tooltip,
  type FigureOptions,
  type Panel,
} from './figure.js';
import { palette } from './theme.js';

/** A measured ratio beside what it is held to. */
export type RatioRow = Readonly<{
  /** Heading of its panel, e.g. `at least`. */
  sense: string;
  work: string;
  ratio: number;
  /** Range of the repetitions; null where there is none. */
  low: number | null;
  high: number | null;
  target: number;
  /** `met` or `missed`. */
  outcome: string;
}>;

/**
 * Measured ratios with their ranges beside their targets, one line per work, on a logarithmic axis; one panel for what
 * should be large and one for what should be small.
 *
 * @throws InputError if the table is empty, lacks a column, or no ratio is positive.
 */
export function ratiosToTargets(rows: readonly RatioRow[], options: FigureOptions = {}): TopLevelSpec {
  requireColumns('ratiosToTargets', rows, ['sense', 'work', 'ratio', 'low', 'high', 'target', 'outcome']);
  const senses = [...new Set(rows.map(({ sense }) => sense))];
  const panels = new Map(senses.map((sense) => [sense, panelOf(rows.filter((row) => row.sense === sense))]));
  return figure(
    {
      title: options.title ?? 'Speed beside its targets',
      subtitle: options.subtitle ?? 'dots: medians, bars: ranges of the repetitions, ticks: targets',
      description:
        options.description ?? `Measured ratios of times and their targets for ${rows.length} kinds of work.`,
    },
    panels,
    { columns: 1 },
  );
}

function panelOf(rows: readonly RatioRow[]): Panel {
  const { scale, axis } = logarithmic(
    'ratiosToTargets',
    rows.flatMap(({ ratio, low, high, target }) => [ratio, low, high, target]),
  );
  const title = `ratio of times, to be ${rows[0].sense} the target`;
  const along = (field: string) => ({ field, type: 'quantitative', scale, axis, title }) as const;
  const byOutcome = { field: 'outcome', type: 'nominal', title: 'target (tick)' } as const;
  const outcomes = ['met', 'missed'];
  return {
    data: inlineData(rows),
    width: 360,
    height: { step: 22 },
    encoding: { y: { field: 'work', type: 'nominal', title: null, sort: null, axis: { labelLimit: 420 } } },
    layer: [
      ...intervalLayer(rows, {
        mark: { type: 'rule', strokeWidth: 3, opacity: 0.5, color: palette.grey },
        encoding: { x: along('low'), x2: { field: 'high' } },
      }),
      { mark: { type: 'tick', color: palette.black, thickness: 2, size: 16 }, encoding: { x: along('target') } },
      {
        mark: { type: 'point', filled: true, size: 70, opacity: 1 },
        encoding: {
          x: along('ratio'),
          color: { ...byOutcome, scale: { domain: outcomes, range: [palette.blue, palette.vermillion] } },
          shape: { ...byOutcome, scale: { domain: outcomes, range: ['circle', 'diamond'] } },
          tooltip: tooltip({ work: 'work', ratio: 'ratio', low: 'smallest', high: 'largest', target: 'target' }),
        },
      },
    ],
  };
}
