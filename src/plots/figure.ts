import type { TopLevelSpec } from 'vega-lite';
import { InputError } from '../errors.js';
import type { Row } from '../evaluation/tidy-table.js';
import { methodStyles, theme } from './theme.js';

/** Words around a figure; every figure has defaults that say what it shows. */
export interface FigureOptions {
  /** Headline. */
  readonly title?: string;
  /** A line below the headline, e.g. what the intervals are. */
  readonly subtitle?: string;
  /** Text for those who cannot see the figure. */
  readonly description?: string;
}

type ConcatSpec = Extract<TopLevelSpec, { concat: unknown }>;

/** One view of a figure: a unit, a layering or a faceting, with its own data. */
export type Panel = ConcatSpec['concat'][number];

/** A view of several layers. */
export type LayeredView = Extract<Panel, { layer: unknown }>;

type Layer = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];
type Unit = Extract<TopLevelSpec, { mark: unknown }>;
type Encoding = NonNullable<Unit['encoding']>;

/**
 * Checks a table before it is drawn.
 *
 * @throws InputError if the table is empty or its first row lacks one of the columns.
 */
export function requireColumns(figure: string, rows: readonly Row[], columns: readonly string[]): void {
  if (rows.length === 0)
    throw new InputError(`The figure ${figure} has nothing to draw because its table is empty; pass at least one row.`);
  for (const column of columns) {
    if (!(column in rows[0]))
      throw new InputError(
        `The figure ${figure} needs a column "${column}", but the table has only ${Object.keys(rows[0]).join(', ')}.`,
      );
  }
}

/** The distinct values of a column, in order of appearance. */
export function distinct<T extends Row, K extends keyof T>(rows: readonly T[], column: K): T[K][] {
  return [...new Set(rows.map((row) => row[column]))];
}

/** Rows inside a specification. */
export interface InlineData {
  values: Record<string, string | number | boolean | null>[];
}

/** A copy of the rows as inline Vega-Lite data, so that neither the table nor the specification can change the other. */
export function inlineData(rows: readonly Row[]): InlineData {
  return { values: rows.map((row) => ({ ...row })) };
}

/**
 * Colour, point shape and dashes by `method`, the same in all figures; one legend shows colours and shapes. Give points the
 * shape and lines the dashes: a line with a shape would get points of its own.
 */
export function methodEncoding(methods: Iterable<string>): Pick<Encoding, 'color' | 'shape' | 'strokeDash'> {
  const styles = methodStyles(methods);
  const domain = [...styles.keys()];
  const looks = [...styles.values()];
  const channel = { field: 'method', type: 'nominal', title: 'method' } as const;
  return {
    color: { ...channel, scale: { domain, range: looks.map((style) => style.colour) } },
    shape: { ...channel, scale: { domain, range: looks.map((style) => style.shape) } },
    // Not a scale, whose dashes would break up the outlines of the legend's symbols.
    strokeDash: {
      condition: [...styles].map(([method, { dash }]) => ({
        test: `datum.method === ${JSON.stringify(method)}`,
        value: [...dash],
      })),
      value: [1, 0],
    },
  };
}

/** {@link methodEncoding} for lines without points: the legend shows their dashes. */
export function lineEncoding(methods: Iterable<string>): Pick<Encoding, 'color' | 'strokeDash'> {
  const styles = methodStyles(methods);
  const domain = [...styles.keys()];
  const looks = [...styles.values()];
  const channel = { field: 'method', type: 'nominal', title: 'method' } as const;
  return {
    color: { ...channel, scale: { domain, range: looks.map((style) => style.colour) }, legend: lineLegend },
    strokeDash: { ...channel, scale: { domain, range: looks.map((style) => [...style.dash]) } },
  };
}

/** A legend whose symbols are lines, long enough to show their dashes. */
export const lineLegend = { symbolType: 'stroke', symbolSize: 300 } as const;

/**
 * Scale and axis of a logarithmic channel around the positive values of a column set. Values that a logarithm cannot show (an
 * interval that reaches zero, an error of exactly zero) are drawn at the lower border; their tooltips keep the true number.
 *
 * @throws InputError if no value is positive.
 */
export function logarithmic(figure: string, values: readonly (number | null)[]) {
  const positive = values.filter((value): value is number => value !== null && value > 0 && Number.isFinite(value));
  if (positive.length === 0)
    throw new InputError(
      `The figure ${figure} has a logarithmic axis but no positive value; check the table's numbers.`,
    );
  const [low, high] = [Math.min(...positive) / 1.25, Math.max(...positive) * 1.25];
  return {
    scale: { type: 'log' as const, domain: [low, high], nice: false, clamp: true },
    axis: { values: logTicks(low, high), format: '~g' },
  };
}

/** Round numbers between powers of ten, from few to many. */
const roundNumbers = [[1], [1, 2, 5], [1, 1.5, 2, 3, 5, 7], [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9]];

/**
 * Ticks of a logarithmic axis, all of them with labels: powers of ten, every other one if they are many, and as few round
 * numbers between them as give three.
 */
export function logTicks(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.floor(Math.log10(high))];
  const step = Math.ceil((last - first) / 8) || 1;
  const decades = Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, k) => first + k * step);
  const [few, ...more] = roundNumbers.map((numbers) =>
    decades
      // Read, not multiplied: 3 · 10⁻² is not 0.03.
      .flatMap((decade) => numbers.map((number) => Number(`${number}e${decade}`)))
      .filter((tick) => tick >= low && tick <= high),
  );
  return [few, ...more].find((ticks) => ticks.length >= 3) ?? more[more.length - 1];
}

/** An axis with a tick at each of the few places that were measured. */
export const measuredAxis = (values: readonly number[], format = '~g') => ({
  values: [...new Set(values)].sort((a, b) => a - b),
  format,
});

/** A linear scale around values that need not start at zero, with room for marks at its ends. */
export const paddedScale = (values: readonly (number | null)[]) => ({ domain: paddedDomain(values), nice: false });

/** A linear scale's domain around values, with a margin of 4 % on both sides. */
export function paddedDomain(values: readonly (number | null)[]): [number, number] {
  const finite = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const margin = 0.04 * (high - low) || 0.04 * Math.abs(high) || 1;
  return [low - margin, high + margin];
}

/** A layer for the rows that have an interval; none where no row has one, because Vega warns of empty data. */
export function intervalLayer(
  rows: readonly { readonly low: number | null; readonly high: number | null }[],
  layer: Layer,
): Layer[] {
  if (!rows.some((row) => row.low !== null && row.high !== null)) return [];
  return [{ ...layer, transform: [{ filter: 'isValid(datum.low) && isValid(datum.high)' }] }];
}

/**
 * Adds how many pixels a method's marks are moved sideways, so that intervals measured at the same place stand side by side.
 * Marks with {@link sideways} follow it.
 */
export function dodged<T extends Row & { readonly method: string }>(rows: readonly T[]): (T & { dodge: number })[] {
  const order = [...methodStyles(distinct(rows, 'method')).keys()];
  return rows.map((row) => ({ ...row, dodge: 3 * (order.indexOf(row.method) - (order.length - 1) / 2) }));
}

/** Mark properties of {@link dodged} rows. */
export const sideways = { xOffset: { expr: 'datum.dodge' } } as const;

/** A layer with rows of its own; none where there are none. Not for facets, which do not divide a layer's own rows. */
export function layerFor(rows: readonly Row[], layer: Layer): Layer[] {
  return rows.length === 0 ? [] : [{ ...layer, data: inlineData(rows) }];
}

/** A tooltip that shows columns under readable names, numbers with four significant digits. */
export function tooltip(columns: Readonly<Record<string, string>>): Encoding['tooltip'] {
  const texts = new Set(['dataset', 'work', 'method', 'variant', 'split', 'stage', 'label', 'order']);
  return Object.entries(columns).map(([field, title]) =>
    texts.has(field)
      ? ({ field, title, type: 'nominal' } as const)
      : ({ field, title, type: 'quantitative', format: '.4~g' } as const),
  );
}

/**
 * Assembles a figure: the theme, the words, and one panel per data set side by side. A figure of one data set names it in
 * the subtitle instead.
 *
 * @param panels data set (or other group) name → its view, in drawing order
 */
export function figure(
  words: Required<Pick<FigureOptions, 'title' | 'description'>> & Pick<FigureOptions, 'subtitle'>,
  panels: ReadonlyMap<string, Panel>,
  layout: { readonly columns?: number; readonly resolve?: ConcatSpec['resolve'] } = {},
): TopLevelSpec {
  const names = [...panels.keys()];
  const subtitle = [names.length === 1 ? names[0] : '', words.subtitle ?? ''].filter((line) => line !== '').join(' · ');
  const frame = {
    title: { text: words.title, ...(subtitle === '' ? {} : { subtitle }) },
    description: words.description,
    config: theme,
  };
  if (names.length === 1) {
    // Three columns of a legend would be wider than a single panel.
    const config = { ...theme, legend: { ...theme.legend, columns: 2 } };
    return { ...frame, config, ...panels.get(names[0]) } as TopLevelSpec;
  }
  const title = (name: string) => ({ text: name, fontSize: 13, anchor: 'middle', offset: 6 }) as const;
  return {
    ...frame,
    concat: names.map((name) => ({ title: title(name), ...(panels.get(name) as Panel) })),
    columns: layout.columns ?? 2,
    align: 'each',
    spacing: 28,
    ...(layout.resolve === undefined ? {} : { resolve: layout.resolve }),
  };
}

/** One panel per data set, built from its own rows. */
export function byDataset<T extends Row & { readonly dataset: string }>(
  rows: readonly T[],
  build: (rows: readonly T[]) => Panel,
): ReadonlyMap<string, Panel> {
  return new Map(
    distinct(rows, 'dataset').map((dataset) => [dataset, build(rows.filter((row) => row.dataset === dataset))]),
  );
}

/** Heading of a panel among several of one data set. */
export const panelTitle = (text: string, subtitle?: string) =>
  ({
    text,
    ...(subtitle === undefined ? {} : { subtitle }),
    fontSize: 12,
    fontWeight: 500,
    frame: 'group',
    anchor: 'middle',
    offset: 6,
  }) as const;

/**
 * Small panels of the same axes, `across` of them in a row, one for each group of rows. Only the first of a row labels the
 * vertical axis: give it through {@link leftAxis}.
 */
export function sideBySide<T>(
  groups: readonly (readonly T[])[],
  across: number,
  title: (rows: readonly T[]) => ReturnType<typeof panelTitle>,
  build: (rows: readonly T[], leftmost: boolean) => LayeredView,
): Panel {
  return {
    concat: groups
      .filter((own) => own.length > 0)
      .map((own, place) => ({ title: title(own), ...build(own, place % across === 0) })),
    columns: across,
    align: 'each',
    spacing: { row: 20, column: 16 },
  };
}

/** One small panel per method, three in a row, with the correlation of its rows under its name where they have one. */
export function byMethod<T extends Row & { readonly method: string; readonly correlation?: number | null }>(
  rows: readonly T[],
  methods: readonly string[],
  build: (rows: readonly T[], leftmost: boolean) => LayeredView,
): Panel {
  const noted = rows.some(({ correlation }) => typeof correlation === 'number');
  const note = (correlation?: number | null) => `ρ ${correlation?.toFixed(2).replace(/^/, '= ') ?? 'undefined'}`;
  return sideBySide(
    methods.map((method) => rows.filter((row) => row.method === method)),
    3,
    ([{ method, correlation }]) => panelTitle(method, noted ? note(correlation) : undefined),
    build,
  );
}

/** The vertical axis of a panel in a row: its title, ticks and labels only in the leftmost one. */
export const leftAxis = (leftmost: boolean, axis: { readonly tickCount?: number; readonly format?: string }) =>
  leftmost ? axis : { ...axis, title: null, labels: false, ticks: false };

/** Names in a sentence: `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
