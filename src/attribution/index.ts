export { predictOutputs, type Datamodels } from './datamodels/datamodels.js';
export { differenceOfMeans } from './datamodels/difference-of-means.js';
export { fitDatamodels, fitRidgeDatamodels, type DatamodelOptions } from './datamodels/fit.js';
