export type { TrainedModelPred, TrainingLook, TrainingResult } from './predictor.js';
export type { Provenance } from './provenance.js';
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
export { loadModelPred, saveModelPred, type LoadModelPredOptions, type SaveModelPredOptions } from './store.js';
export { trainModelPred, type TrainModelPredOptions } from './training.js';
export {
  trainEnsemble,
  type PredictionWithSpread,
  type ModelPredEnsemble,
  type TrainEnsembleOptions,
} from './ensemble.js';
export { trainUtilityNetwork, type TrainUtilityNetworkOptions, type UtilityNetwork } from './utility-network.js';
