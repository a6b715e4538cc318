export type { Predictor } from './predictor.js';
export { influencePredictor } from './influence.js';
export { meanPredictor } from './mean.js';
export { newtonPredictor, refinedByNewton } from './newton.js';
export { ridgePredictor, type RidgeOptions } from './ridge.js';
export * from './modelpred/index.js';
