export * from './bootstrap.js';
export * from './correlation.js';
export * from './cost.js';
export * from './parameter-error.js';
export * from './roc.js';
export * from './utility.js';
export type { Claim, Verdict } from './claims.js';
export type { Row, Table } from './table.js';
