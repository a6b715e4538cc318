export * from './claims.js';
export { memorization, type MemorizationResult, type MemorizationTrial } from './protocol.js';
export { memorizedPictures, memorizedPoints } from './memorized-points.js';
export {
  longTailRows,
  memorizationAgreement,
  memorizationBudgets,
  memorizationByTime,
  memorizationCosts,
  memorizationDetection,
  memorizationInfluencePairs,
  memorizationPairs,
  memorizationProblems,
  memorizationRemoval,
} from './tables.js';
