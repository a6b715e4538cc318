import type { Config } from 'vega-lite';
import { methods, palette, type Method, type MethodLook } from '../evaluation/methods.js';

export { palette };

/** How a method is drawn. */
export type MethodStyle = MethodLook;

/** Looks of methods that have one of their own, by label, in the order in which legends list them. */
const namedStyles: ReadonlyMap<string, MethodStyle> = new Map(
  Object.values<Method>(methods).flatMap(({ label, look }) => (look ? [[label, look] as const] : [])),
);

/** Styles for methods without one of their own, given out in order of appearance. */
const spareStyles: readonly MethodStyle[] = [
  { colour: palette.purple, shape: 'circle', dash: [6, 2] },
  { colour: palette.green, shape: 'cross', dash: [2, 2] },
  { colour: palette.black, shape: 'triangle-up', dash: [2, 2] },
  { colour: palette.purple, shape: 'square', dash: [2, 2] },
  { colour: palette.vermillion, shape: 'triangle-left', dash: [6, 2] },
  { colour: palette.blue, shape: 'triangle-right', dash: [2, 2] },
  { colour: palette.skyBlue, shape: 'triangle-left', dash: [2, 2] },
  { colour: palette.orange, shape: 'cross', dash: [2, 2] },
];

/**
 * The style of every method named, known ones first and in their fixed order, so that a method looks the same in all
 * figures; the others follow in order of appearance.
 *
 * @param names labels of methods, repetitions allowed
 */
export function methodStyles(names: Iterable<string>): ReadonlyMap<string, MethodStyle> {
  const present = new Set(names);
  const styles = new Map([...namedStyles].filter(([method]) => present.has(method)));
  const others = [...present].filter((method) => !namedStyles.has(method));
  others.forEach((method, index) => styles.set(method, spareStyles[index % spareStyles.length]));
  return styles;
}

// Arial and Helvetica run as wide as Roboto, to a few per cent, where a reader's machine lacks it.
const font = 'Roboto, Arial, Helvetica, sans-serif';
const text = '#333333';

/** The one Vega-Lite configuration of all figures: white ground, light grid, sizes readable at half a page's width. */
export const theme: Config = {
  background: 'white',
  font,
  padding: 8,
  view: { stroke: '#cccccc', continuousWidth: 320, continuousHeight: 240 },
  title: { anchor: 'start', fontSize: 15, fontWeight: 600, subtitleFontSize: 12, subtitleColor: text, offset: 12 },
  axis: {
    labelFontSize: 11,
    titleFontSize: 12,
    titleFontWeight: 500,
    labelColor: text,
    titleColor: text,
    gridColor: '#e8e8e8',
    domainColor: '#999999',
    tickColor: '#999999',
    labelOverlap: 'greedy',
    labelFlush: false,
    labelLimit: 0,
    labelSeparation: 4,
  },
  // A label at the top must not lift the panel's title above its neighbour's, nor one at the bottom lower the other axis.
  axisYQuantitative: { labelFlush: 4 },
  legend: {
    orient: 'bottom',
    columns: 3,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 500,
    labelLimit: 0,
    titleLimit: 0,
    symbolOpacity: 1,
    symbolSize: 70,
    symbolStrokeWidth: 2,
    columnPadding: 30,
  },
  header: { labelFontSize: 12, labelFontWeight: 500, titleFontSize: 12, labelColor: text, labelLimit: 0 },
  line: { strokeWidth: 2 },
  point: { filled: true, size: 45, opacity: 1 },
  rule: { strokeWidth: 1.5 },
};
