export { readAdult, type AdultOptions } from './adult.js';
export type { Dataset } from './dataset.js';
export { datasetHash } from './hash.js';
export { readHiggs, type HiggsOptions } from './higgs.js';
export { conflictingLabels, knownErrors, type DatasetWithErrors, type KnownError } from './known-errors.js';
export { flipLabels, type FlippedLabels, type FlipOptions } from './label-noise.js';
export { loadDataset, type LoadOptions } from './load-dataset.js';
export { loadMnist, type MnistOptions } from './mnist.js';
export type { ImageShape, InputShape, SequenceShape } from './input-shape.js';
export { oneHot } from './one-hot.js';
export { applyPrincipalComponents, fitPrincipalComponents, type PrincipalComponents } from './principal-components.js';
export {
  referenceSplit,
  referenceSplitNames,
  type ReferenceSplit,
  type ReferenceSplitName,
} from './reference-split.js';
export { describeOrigin, type RowOrigins } from './row-origins.js';
export { concatenate, selectClasses, takeRows } from './rows.js';
export { applyScaling, divideBy, fitScaling, log1p, type Scaling, type ScalingKind } from './scaling.js';
export {
  datasetNames,
  readSidecar,
  type DatasetName,
  type ImageSidecar,
  type Sidecar,
  type TableSidecar,
} from './sidecar.js';
export { randomSplit, stratifiedSplit, type Split, type SplitOptions } from './split.js';
export { loadSpamAssassin, type SpamAssassinOptions } from './spam-assassin.js';
export { fromDataFrame, toDataFrame, type DataFrameLike, type ToDataFrameOptions } from './tables/data-frame.js';
export { defaultMissingTexts, type DroppedRow, type MissingPolicy } from './tables/missing.js';
export { describeReading, type ColumnReading, type Reading } from './tables/reading.js';
export type { SpellingPolicy } from './tables/spellings.js';
export type { TableFormat } from './tables/table.js';
export {
  readCsvDataset,
  readDataset,
  type ReadCsvOptions,
  type ReadDataset,
  type ReadDatasetOptions,
} from './tables/table-dataset.js';
export { validateDataset } from './validate.js';
