export * from './claims.js';
export { parameterAttribution, type AttributionResult, type AttributionTrial } from './protocol.js';
export { attributionMapRows, pullingPointsTable, pullRows } from './pulling-points.js';
export {
  attributionAccuracy,
  attributionAgreement,
  attributionErrors,
  attributionPairs,
  attributionProblems,
  attributionStability,
  leaveOneOutAgreement,
  removalEffects,
} from './tables.js';
