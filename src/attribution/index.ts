export * from './datamodels/data-support.js';
export { differenceOfMeans } from './datamodels/difference-of-means.js';
export * from './datamodels/embeddings.js';
export { fitDatamodels, fitRidgeDatamodels, type DatamodelOptions } from './datamodels/fit.js';
export { predictOutputs, type Datamodels } from './datamodels/linear-datamodels.js';
export * from './datamodels/removal-effects.js';
export * from './gradients/index.js';
