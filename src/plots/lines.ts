import { distinct, logarithmic, measuredAxis, methodEncoding, paddedScale } from './figure.js';
import { gradedEncoding } from './graded-series.js';
import { drawLines, type LineChart, type LineChartOptions, type LineSpread } from './line-chart.js';

/** Numbers of one method on one data set, with the interval of the one that is drawn upwards; null where there is none. */
type LineRow<Column extends string> = Readonly<
  { dataset: string; method: string; low: number | null; high: number | null } & Record<Column, number>
>;

type Values = readonly (number | null)[];

const bars = (opacity: number) => (): LineSpread => ({ mark: 'rule', opacity });
const bands = (opacity: number) => (): LineSpread => ({ mark: 'area', opacity });
const barsSideBySide = (): LineSpread => ({ mark: 'rule', opacity: 0.5, dodged: true });

const logScale = (name: string) => (values: Values) => logarithmic(name, values);
const padded = (values: Values) => ({ scale: paddedScale(values) });
const known = (values: Values): number[] => values.filter((value) => value !== null);

/** A logarithmic axis with a tick at each of the few places that were measured. */
const measured = (name: string) => (values: Values) => ({
  ...logarithmic(name, values),
  axis: measuredAxis(known(values)),
});

const relativeParameterError = 'mean relative parameter error';

const bySize: LineChart = {
  name: 'errorBySize',
  x: {
    field: 'size',
    title: 'subset size (points)',
    scale: () => ({ scale: { zero: false, padding: 8 }, axis: { format: 'd', tickMinStep: 1 } }),
  },
  y: { field: 'error', title: relativeParameterError, scale: logScale('errorBySize') },
  shown: ({ y }) => ({ method: 'method', size: 'subset size', error: y, low: 'low', high: 'high' }),
  width: 340,
  height: 260,
  spread: bars(0.45),
  title: 'Error of predicted parameters by subset size',
  subtitle: 'bars: 95 % intervals of the mean',
  description: ({ y, methods }) => `the ${y} against subset size for ${methods}`,
};

/** Error of one method on held-out subsets of one size in points: the mean over them of ‖θ̂ − θ‖ / ‖θ‖, or of `yTitle`. */
export type ErrorBySizeRow = LineRow<'size' | 'error'>;

/** How the error of predicted parameters depends on the size of the training subset; logarithmic error axis. */
export const errorBySize = (rows: readonly ErrorBySizeRow[], options: LineChartOptions = {}) =>
  drawLines(bySize, rows, options);

const byAmount: LineChart = {
  name: 'errorByAmount',
  x: { field: 'amount', title: 'retrained subsets learned from', scale: measured('errorByAmount') },
  y: { field: 'error', title: relativeParameterError, scale: logScale('errorByAmount') },
  shown: ({ x, y }) => ({ series: 'series', amount: x, error: y, low: 'low', high: 'high' }),
  width: 260,
  height: 240,
  spread: bands(0.15),
  columns: 3,
  title: 'Error of predicted parameters',
  subtitle: 'bands: 95 % intervals of the mean',
  description: ({ x, y, methods }) => `the ${y} against ${x} for ${methods}`,
};

/**
 * Error of one series (a method, or one setting of it such as `width 32`) after some amount of what is spent on it, e.g. retrained
 * subsets or units of a layer.
 */
export type ErrorByAmountRow = Readonly<{
  dataset: string;
  series: string;
  amount: number;
  error: number;
  low: number | null;
  high: number | null;
}>;

/**
 * Error against an amount, both logarithmic. The series named in `grades`, in their order, are shades of one colour; the others
 * are drawn as the methods they are.
 */
export const errorByAmount = (
  rows: readonly ErrorByAmountRow[],
  { grades = [], ...options }: LineChartOptions & { readonly grades?: readonly string[] } = {},
) => {
  const line = { field: 'series', encoding: (names: readonly string[]) => gradedEncoding(names, grades) };
  return drawLines({ ...byAmount, line }, rows, options);
};

/** Two columns are no wider than the panels. */
const twoColumns = (names: readonly string[]) => {
  const { color, shape, strokeDash } = methodEncoding(names);
  const legend = { columns: 2 };
  return { color: { ...color, legend }, shape: { ...shape, legend }, strokeDash } as ReturnType<typeof methodEncoding>;
};

const byTime: LineChart = {
  name: 'errorByTime',
  x: { field: 'seconds', title: 'processor time in all (s)', scale: logScale('errorByTime') },
  y: { field: 'error', title: 'relative error to the reference', scale: logScale('errorByTime') },
  shown: ({ y }) => ({
    method: 'method',
    permutations: 'permutations',
    seconds: 'processor time (s)',
    error: y,
    low: 'low',
    high: 'high',
  }),
  width: 340,
  height: 280,
  spread: bars(0.5),
  line: { field: 'method', encoding: twoColumns },
  title: 'Error against processor time',
  subtitle: 'one point per number of permutations; labels and training counted',
  description: ({ y, methods }) => `the ${y} against processor time for ${methods}`,
};

/** Error of one method after some processor seconds in all (labels, training and prediction), and permutations drawn until then. */
export type ErrorByTimeRow = LineRow<'permutations' | 'seconds' | 'error'>;

/** What processor time buys: error against seconds in all, both logarithmic. Lower left is better. */
export const errorByTime = (rows: readonly ErrorByTimeRow[], options: LineChartOptions = {}) =>
  drawLines(byTime, rows, options);

const converging: LineChart = {
  name: 'convergence',
  x: { field: 'permutations', title: 'permutations', scale: measured('convergence') },
  y: { field: 'correlation', title: 'Spearman correlation', scale: padded },
  shown: ({ y }) => ({ method: 'method', permutations: 'permutations', correlation: y, low: 'low', high: 'high' }),
  width: 340,
  height: 240,
  spread: barsSideBySide,
  title: 'Agreement with an independent reference',
  subtitle: 'bars: 95 % intervals',
  description: ({ methods }) => `the correlation with the reference against permutations for ${methods}`,
};

/** Spearman correlation of one method's values with the reference values after a number of permutations. */
export type ConvergenceRow = LineRow<'permutations' | 'correlation'>;

/** How estimated data values approach an independent converged reference as permutations are added. */
export const convergence = (rows: readonly ConvergenceRow[], options: LineChartOptions = {}) =>
  drawLines(converging, rows, options);

const agreeing: LineChart = {
  name: 'agreementByTime',
  x: { field: 'seconds', title: 'processor time, all of it (s)', scale: logScale('agreementByTime') },
  y: { field: 'correlation', title: 'correlation with reference', scale: padded },
  shown: ({ y }) => ({ method: 'method', seconds: 'time (s)', subsets: 'subsets', correlation: y }),
  width: 300,
  height: 220,
  title: 'Agreement with the reference as time goes into more subsets',
  description: ({ methods }) => `the correlation with a reference against processor time for ${methods}`,
};

/** Correlation of one method's estimates with a reference after all processor seconds spent, and the subsets they come from. */
export type AgreementByTimeRow = Readonly<{
  dataset: string;
  method: string;
  seconds: number;
  subsets: number;
  correlation: number;
}>;

/** How estimates agree with a reference as time goes into more subsets; a line starts when what it learns from is paid for. */
export const agreementByTime = (rows: readonly AgreementByTimeRow[], options: LineChartOptions = {}) =>
  drawLines(agreeing, rows, options);

const scores: LineChart = {
  name: 'datamodelScores',
  x: { field: 'subsets', title: 'retrained subsets learned from', scale: measured('datamodelScores') },
  y: { field: 'score', title: 'linear datamodelling score', scale: padded },
  shown: ({ y }) => ({ method: 'method', subsets: 'retrained subsets', score: y, low: 'low', high: 'high' }),
  width: 340,
  height: 240,
  spread: bands(0.12),
  title: 'Predicting outputs of retrained models',
  subtitle: 'bands: 95 % intervals',
  description: ({ y, methods }) => `the ${y} against the number of retrained subsets for ${methods}`,
};

/** Linear datamodelling score (−1 to 1) of one method after learning from a number of retrained subsets. */
export type DatamodelScoreRow = LineRow<'subsets' | 'score'>;

/** How well outputs of retrained models are predicted as retrained subsets are added to learn from. */
export const datamodelScores = (rows: readonly DatamodelScoreRow[], options: LineChartOptions = {}) =>
  drawLines(scores, rows, options);

/** Whether shares are so few that bars have room side by side, where bands would cover one another. */
const few = (values: Values): boolean => new Set(values).size <= 6;

const selection: LineChart = {
  name: 'selectionCurves',
  x: {
    field: 'share',
    title: 'share of the pool trained on',
    scale: (values) => ({
      scale: { zero: false, nice: false, padding: few(values) ? 20 : 8 },
      axis: few(values) ? measuredAxis(known(values), '.0%') : { format: '.0%' },
    }),
  },
  y: {
    field: 'accuracy',
    title: 'test accuracy after retraining',
    scale: (values) => ({ ...padded(values), axis: { format: '.0%' } }),
  },
  shown: () => ({ method: 'method', share: 'share of the pool', accuracy: 'accuracy', low: 'low', high: 'high' }),
  width: 340,
  height: 300,
  spread: (rows) => (few(distinct(rows, 'share') as number[]) ? barsSideBySide() : bands(0.1)()),
  title: 'Training on chosen points',
  subtitle: '95 % intervals',
  description: ({ methods }) => `retrained accuracy against the share of the pool trained on, chosen by ${methods},`,
};

/** Test accuracy (0–1) after retraining on the share (0–1) of the pool that a method chose; include `random` as the baseline. */
export type SelectionRow = LineRow<'share' | 'accuracy'>;

/** Accuracy of models retrained on chosen shares of the pool. */
export const selectionCurves = (rows: readonly SelectionRow[], options: LineChartOptions = {}) =>
  drawLines(selection, rows, options);

const recall: LineChart = {
  name: 'recallCurves',
  x: {
    field: 'share',
    title: 'share of the pool looked at',
    scale: (values) => ({
      scale: { zero: false, nice: false, padding: 20 },
      axis: measuredAxis(known(values), '.0%'),
    }),
  },
  y: {
    field: 'found',
    title: 'share of errors found',
    scale: () => ({ ...padded([0, 1]), axis: { format: '.0%' } }),
  },
  shown: () => ({ method: 'method', share: 'share looked at', found: 'share found', low: 'low', high: 'high' }),
  width: 340,
  height: 300,
  spread: barsSideBySide,
  title: 'Finding errors by looking at the most suspect points first',
  subtitle: 'bars: 95 % intervals',
  description: ({ methods }) => `errors found against the share of points looked at, ranked by ${methods},`,
};

/** Share (0–1) of the errors found in the share of the pool that a ranking puts first; include `random` as the baseline. */
export type RecallRow = LineRow<'share' | 'found'>;

/** Share of errors found against the share of the pool looked at. */
export const recallCurves = (rows: readonly RecallRow[], options: LineChartOptions = {}) =>
  drawLines(recall, rows, options);

const drops: LineChart = {
  name: 'marginDrops',
  x: {
    field: 'share',
    title: 'pool removed',
    scale: (_, all) => ({
      scale: logarithmic('marginDrops', all).scale,
      axis: measuredAxis(known(all), '.0%'),
    }),
  },
  y: { field: 'drop', title: 'mean fall of the margin (nats)' },
  shown: () => ({ method: 'ranking', share: 'share removed', drop: 'mean fall', low: 'low', high: 'high' }),
  width: 340,
  height: 280,
  spread: barsSideBySide,
  title: 'Removing the points that matter most to each target',
  subtitle: 'bars: 95 % intervals over targets',
  description: ({ methods }) =>
    `the mean fall of retrained margins against the share of the pool removed, ranked by ${methods},`,
};

/** Mean fall of retrained margins (nats) without the share of the pool that a ranking puts first; include `random` as the baseline. */
export type MarginDropRow = LineRow<'share' | 'drop'>;

/** Mean fall of retrained margins as ranked points are removed, shares on a logarithmic axis. */
export const marginDrops = (rows: readonly MarginDropRow[], options: LineChartOptions = {}) =>
  drawLines(drops, rows, options);
