export * from './memorization/influence-pairs.js';
export * from './memorization/outcomes.js';
export * from './memorization/subset-influence.js';
export * from './removal-curve.js';
export * from './valuation/prefix-utilities.js';
export * from './valuation/shapley.js';
