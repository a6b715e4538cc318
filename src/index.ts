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
export { deriveSeed, randomStream, type RandomStream } from './numerics/random.js';
export * from './data/index.js';
export * from './subsets/index.js';
export * from './networks/index.js';
export * from './learners/index.js';
export * from './retraining/index.js';
export * from './prediction/index.js';
export * from './attribution/index.js';
export * from './statistics/index.js';
export * from './evaluation/index.js';
export * from './games/index.js';
export * from './applications/index.js';
