export * from './brier-score.js';
export * from './calibration-error.js';
export * from './cost.js';
export * from './estimate-quality.js';
export * from './f1-score.js';
export * from './linear-datamodelling-score.js';
export * from './log-loss.js';
export * from './margins.js';
export * from './parameter-error.js';
export * from './prediction-utility.js';
export * from './predictive.js';
export {
  accuracyUtility,
  labelAgreement,
  logLossUtility,
  mostProbable,
  type Arithmetic,
  type Utility,
} from './utility.js';
export type { Claim, Verdict } from './claim.js';
export type { Row, Table } from './tidy-table.js';
