export * from './claims.js';
export { parameterAttribution, type AttributionResult } from './protocol.js';
export type { AttributionTrial } from './trial.js';
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
