export type { Bank } from './bank.js';
export { buildBank, takeBank, type BuildBankOptions } from './retrain-bank.js';
export { retrainInWorkers, type RetrainInWorkersOptions } from './retrain-in-workers.js';
export { retrainInBlocks, type RetrainInBlocksOptions } from './retrain-in-blocks.js';
