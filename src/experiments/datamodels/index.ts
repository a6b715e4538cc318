export * from './claims.js';
export { datamodels, type DatamodelsResult } from './protocol.js';
export { componentTable, embeddingRows, neighbourTable } from './embedding-tables.js';
export { changePairs, changeScores, marginDropRows, marginDropTable } from './removal-tables.js';
export { estimateTable, supportCosts, supportRows, supportTable } from './support-tables.js';
export { datamodelCosts, marginPairs, marginScores, scoreRows } from './tables.js';
