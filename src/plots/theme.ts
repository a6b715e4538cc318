import type { Config } from 'vega-lite';

/**
 * Colours of Okabe and Ito (Color Universal Design, 2008), told apart under the common colour-vision deficiencies. Their
 * yellow is left out: it cannot be read on white.
 */
export const palette = {
  black: '#000000',
  orange: '#E69F00',
  skyBlue: '#56B4E9',
  green: '#009E73',
  blue: '#0072B2',
  vermillion: '#D55E00',
  purple: '#CC79A7',
  grey: '#767676',
} as const;

/** How a method is drawn: never by colour alone. */
export interface MethodStyle {
  /** Colour of lines and marks. */
  readonly colour: string;
  /** Vega-Lite point shape. */
  readonly shape: string;
  /** Lengths in pixels of dashes and gaps; `[1, 0]` is a solid line. */
  readonly dash: readonly number[];
}

const solid = [1, 0];

/**
 * Methods with a style of their own, in the order in which legends list them. Colour is the family: grey knows nothing, orange
 * is a regression on masks, vermillion starts from the model of the whole pool, green from that of the subset's size, blue is
 * ModelPred. Triangles down take steps with one Hessian for all subsets, diamonds with each subset's own.
 */
const namedStyles: ReadonlyMap<string, MethodStyle> = new Map([
  ['random', { colour: palette.grey, shape: 'circle', dash: [2, 3] }],
  ['mean θ', { colour: palette.grey, shape: 'square', dash: [8, 3] }],
  ['nearest subset', { colour: palette.grey, shape: 'triangle-up', dash: solid }],
  ['difference of means', { colour: palette.grey, shape: 'triangle-right', dash: [4, 4] }],
  ['ridge on the mask', { colour: palette.orange, shape: 'triangle-up', dash: [6, 2] }],
  ['ridge on mask and size', { colour: palette.orange, shape: 'square', dash: solid }],
  ['datamodels (ridge)', { colour: palette.orange, shape: 'triangle-right', dash: [2, 2] }],
  ['datamodels (LASSO)', { colour: palette.orange, shape: 'circle', dash: solid }],
  ['influence function', { colour: palette.vermillion, shape: 'triangle-down', dash: [6, 2] }],
  ["influence function (as in the paper's code)", { colour: palette.vermillion, shape: 'triangle-up', dash: [2, 2] }],
  ['one Newton step', { colour: palette.vermillion, shape: 'diamond', dash: solid }],
  ['size-aware chord, one step', { colour: palette.green, shape: 'triangle-down', dash: [6, 2] }],
  ['size-aware Newton, one step', { colour: palette.green, shape: 'diamond', dash: solid }],
  ['L-BFGS, 4 iterations', { colour: palette.green, shape: 'square', dash: [2, 2] }],
  ['ModelPred (parameter MSE)', { colour: palette.skyBlue, shape: 'circle', dash: [6, 2] }],
  ['ModelPred (full)', { colour: palette.skyBlue, shape: 'square', dash: solid }],
  ['ModelPred (improved)', { colour: palette.blue, shape: 'circle', dash: solid }],
  ['ModelPred (residual of chord 1)', { colour: palette.blue, shape: 'triangle-down', dash: [2, 2] }],
  ['ModelPred (improved) + one Newton step', { colour: palette.blue, shape: 'diamond', dash: [6, 2] }],
  ['gradient through ModelPred', { colour: palette.blue, shape: 'triangle-up', dash: solid }],
  ['gradient, judged after a Newton step', { colour: palette.blue, shape: 'triangle-left', dash: [6, 2] }],
  ['greedy by ModelPred', { colour: palette.skyBlue, shape: 'triangle-up', dash: [2, 2] }],
  ['Shapley by ModelPred', { colour: palette.purple, shape: 'triangle-up', dash: [6, 2] }],
  ['Shapley by retraining', { colour: palette.black, shape: 'square', dash: [6, 2] }],
  ['loss of the trained model', { colour: palette.vermillion, shape: 'circle', dash: solid }],
  ['leave-one-out', { colour: palette.orange, shape: 'triangle-left', dash: solid }],
  ['facility location', { colour: palette.green, shape: 'circle', dash: [2, 2] }],
  ['greedy by retraining', { colour: palette.black, shape: 'circle', dash: [6, 2] }],
  ['exact retraining', { colour: palette.black, shape: 'cross', dash: solid }],
]);

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
 * @param methods method names, repetitions allowed
 */
export function methodStyles(methods: Iterable<string>): ReadonlyMap<string, MethodStyle> {
  const present = new Set(methods);
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
