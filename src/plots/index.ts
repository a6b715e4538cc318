export { methodStyles, palette, theme, type MethodStyle } from './theme.js';
export type { FigureOptions } from './figure.js';
export { ablation, type AblationRow, type AblationSeedRow } from './ablation.js';
export { attributionMap, type AttributionMapRow } from './attribution-map.js';
export { changeErrors, type ChangeErrorRow } from './change-errors.js';
export { costAccuracy, type CostAccuracyRow } from './cost-accuracy.js';
export { dataSupport, type DataSupportRow } from './data-support.js';
export { longTail, type LongTailRow } from './long-tail.js';
export { pictures, type PictureRow } from './pictures.js';
export { predictedVsTrue, type PredictedVsTrueRow } from './predicted-vs-true.js';
export { pullingPoints, type PullingPointRow } from './pulling-points.js';
export { ratiosToTargets, type RatioRow } from './ratios-to-targets.js';
export { reliabilityDiagram, type ReliabilityRow } from './reliability-diagram.js';
export { removalCurves, type RemovalRow } from './removal-curves.js';
export { rocCurve, type RocRow } from './roc-curve.js';
export { scoreIntervals, type ScoreIntervalRow } from './score-intervals.js';
export { stackedCost, type CostStage, type StackedCostRow } from './stacked-cost.js';
export { targetEmbedding, type TargetEmbeddingRow } from './target-embedding.js';
export { trainingCurve, type TrainingCurveRow } from './training-curve.js';
export { valueScatter, type ValueScatterRow } from './value-scatter.js';
export type { LineChartOptions } from './line-chart.js';
export {
  agreementByTime,
  convergence,
  datamodelScores,
  errorByAmount,
  errorBySize,
  errorByTime,
  marginDrops,
  recallCurves,
  selectionCurves,
  type AgreementByTimeRow,
  type ConvergenceRow,
  type DatamodelScoreRow,
  type ErrorByAmountRow,
  type ErrorBySizeRow,
  type ErrorByTimeRow,
  type MarginDropRow,
  type RecallRow,
  type SelectionRow,
} from './lines.js';
