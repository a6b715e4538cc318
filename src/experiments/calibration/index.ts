export * from './claims.js';
export { calibration, type CalibrationResult, type EnsembleKind, type EnsembleTrial } from './protocol.js';
export {
  calibrationProblems,
  calibrationScoreRows,
  calibrationTable,
  ensembleAgreement,
  ensembleBudgets,
  ensembleCosts,
  reliabilityRows,
  spreadByTime,
  spreadPairs,
} from './tables.js';
