export * from './claims.js';
export { expressivePower, type ExpressivePowerResult, type ExpressivePowerRun } from './protocol.js';
export { errorsByCount, errorsByWidth, expressivePowerCosts, expressivePowerTable, widthSeries } from './tables.js';
