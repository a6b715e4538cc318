export type { TrainedModelPred } from './trained-modelpred.js';
export type { TrainingLook, TrainingResult } from './training/training-result.js';
export type { Provenance } from './training-provenance.js';
export {
  authorsArchitecture,
  authorsOptimisation,
  improvedArchitecture,
  improvedSettings,
  modelPredLosses,
  modelPredSettings,
  residualSettings,
  type ArchitectureSettings,
  type BaseSettings,
  type LossSettings,
  type ModelPredLossName,
  type ModelPredSettings,
  type OptimisationSettings,
} from './settings.js';
export { loadModelPred, saveModelPred, type LoadModelPredOptions, type SaveModelPredOptions } from './storage/store.js';
export { trainModelPred, type TrainModelPredOptions } from './training/train-modelpred.js';
export {
  trainEnsemble,
  type PredictionWithSpread,
  type ModelPredEnsemble,
  type TrainEnsembleOptions,
} from './training/ensemble.js';
export {
  trainUtilityNetwork,
  type TrainUtilityNetworkOptions,
  type UtilityNetwork,
} from './training/utility-network.js';
