export * from './claims.js';
export { dataValuation, type DataValuationResult, type RemovalCurve } from './protocol.js';
export {
  agreementByTimeRows,
  agreementTable,
  convergenceRows,
  detectionCurves,
  equalTimeTable,
  otherValuesTable,
  removalRows,
  valuationCosts,
  valuationProblems,
  valueRows,
} from './tables.js';
