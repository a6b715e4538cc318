export * from './data-valuation.js';
export * from './datamodels.js';
export * from './other-values.js';
export * from './predicting-models.js';
export * from './problem.js';
export * from './profile.js';
