export * from './learner.js';
export { logisticRegression } from './logistic-regression.js';
export { createLearner, learnerNames } from './registry.js';
export type { TensorObjective } from './tensor-objective.js';
export type { SizePath } from './size-path.js';
