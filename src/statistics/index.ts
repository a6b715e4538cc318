export * from './bootstrap-interval.js';
export * from './correlation.js';
export type { Estimate } from './estimate.js';
export * from './mean.js';
export * from './proportion-interval.js';
export * from './quantile.js';
export * from './ranks.js';
export * from './resampled-ranks.js';
export * from './roc.js';
