export * from './errors.js';
export type { Progress, RunControl } from './control.js';
export { randomStream, type RandomStream } from './numerics/random.js';
export * from './data/index.js';
export type { Subsets } from './subsets/subsets.js';
export * from './learners/learner.js';
export type { Bank } from './retraining/bank.js';
export type { Predictor } from './prediction/predictor.js';
export * from './evaluation/index.js';
