export * from './learner.js';
export { linearSvm } from './linear-svm.js';
export { logisticRegression } from './logistic-regression.js';
export { multilayerPerceptron, type MultilayerPerceptronOptions } from './multilayer-perceptron.js';
export { createLearner, learnerNames } from './registry.js';
export { ridgeRegression } from './ridge-regression.js';
export type { TensorObjective } from './tensor-objective.js';
export { largestBlock, retrainingBytes, type RetrainingShape } from './retraining-memory.js';
export type { SizePath } from './size-path.js';
