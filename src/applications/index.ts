export * from './removal-curve.js';
export * from './valuation/prefix-utilities.js';
export * from './valuation/shapley.js';
