export { dataSelectionClaims } from './claims.js';
export {
  errorRecallRows,
  knownErrorAccuracies,
  knownErrorClaims,
  knownErrorProblems,
  knownErrorTable,
} from './known-error-tables.js';
export { knownErrorCleaning, type KnownErrorResult } from './known-errors.js';
export { dataSelection, type DataSelectionResult, type SelectionTrial } from './protocol.js';
export {
  additionRows,
  cleaningTable,
  rankedRemovalRows,
  selectionCosts,
  selectionProblems,
  selectionRows,
  selectionTable,
} from './tables.js';
