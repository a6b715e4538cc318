export * from './errors.js';
export type { Progress, RunControl } from './control.js';
export {
  chooseBackend,
  describeBackend,
  loadTensorFlow,
  type BackendChoice,
  type BackendName,
  type TensorFlow,
} from './numerics/backend.js';
export { randomStream, type RandomStream } from './numerics/random.js';
export * from './data/index.js';
export type { Subsets } from './subsets/subsets.js';
export * from './learners/learner.js';
export type { TensorObjective } from './learners/tensor-objective.js';
export type { Bank } from './retraining/bank.js';
export type { Predictor } from './prediction/predictor.js';
export * from './prediction/modelpred/index.js';
export * from './evaluation/index.js';
