export * from './bootstrap.js';
export * from './brier-score.js';
export * from './calibration-error.js';
export * from './correlation.js';
export * from './cost.js';
export * from './estimate-quality.js';
export * from './f1-score.js';
export * from './linear-datamodelling-score.js';
export * from './log-loss.js';
export * from './margins.js';
export * from './parameter-error.js';
export * from './prediction-utility.js';
export * from './predictive.js';
export * from './proportion-interval.js';
export * from './resampled-ranks.js';
export * from './roc.js';
export {
  accuracyUtility,
  labelAgreement,
  logLossUtility,
  mostProbable,
  type Arithmetic,
  type Utility,
} from './utility.js';
export type { Claim, Verdict } from './claims.js';
export type { Row, Table } from './table.js';
