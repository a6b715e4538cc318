export type { Bank } from './bank.js';
export { buildBank, takeBank, type BuildBankOptions } from './retrain-bank.js';
