export * from './claims.js';
export {
  deletionAndAddition,
  type ChangeOutcome,
  type ChangeResult,
  type ChangeSet,
  type ChangeTrial,
  type Direction,
} from './protocol.js';
export { changeCosts, changedPredictions, changeErrorRows, resultsOf } from './tables.js';
