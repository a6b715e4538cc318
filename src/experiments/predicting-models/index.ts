export * from './claims.js';
export { predictingModels, type PredictingModelsResult, type PredictionTrial } from './protocol.js';
export {
  ablationTables,
  accuracyTable,
  costAccuracyRows,
  errorsBySize,
  frontierTable,
  logLossPairs,
  predictionCosts,
} from './tables.js';
export { describeProblems } from '../problems/problem.js';
