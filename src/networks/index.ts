export { gaussNewtonProducts, hessianProducts, type HessianProducts } from './derivatives/hessian-products.js';
export { networkGradient, type ObjectiveGradient } from './derivatives/gradient.js';
export { networkOutputs, outputValues } from './derivatives/outputs.js';
export {
  forPointGradients,
  pointGradients,
  type GradientBlock,
  type PointGradientOptions,
} from './derivatives/point-gradients.js';
export { projectedPointGradients, type ProjectionOptions } from './derivatives/projections.js';
export { takeBlocks, workspaceFor, type Block, type NetworkQuestion } from './derivatives/question.js';
export {
  checkpointPlan,
  forwardRun,
  recordRun,
  type CheckpointPlan,
  type DifferentiatedRun,
  type ForwardRun,
  type ForwardRunOptions,
  type RecordedRun,
  type RecordOptions,
} from './derivatives/run.js';
export { layerKinds, type LayerDescription } from './layers/index.js';
export type { LossName } from './losses/index.js';
export {
  buildNetwork,
  initialParameters,
  parameterSlices,
  type Network,
  type NetworkPoints,
  type ParameterSlice,
} from './network.js';
export type { Optimiser } from './optimisers/index.js';
export type { OutputName } from './outputs.js';
export type { ScheduleName } from './schedules.js';
export { shapeOf, type Shape } from './shape.js';
export { networkFromLayersModel, type ImportedNetwork } from './tensorflow/from-layers-model.js';
export { networkToLayersModel } from './tensorflow/to-layers-model.js';
export {
  trainNetwork,
  trainNetworks,
  type NetworkRun,
  type TrainedNetworks,
  type TrainNetworksOptions,
} from './train-network.js';
export { checkTraining, trainingSchema, type Training } from './training.js';
export { estimateTraining, type TrainingEstimate } from './estimate.js';
export {
  networkWorkspace,
  workspaceBytes,
  type Precision,
  type Workspace,
  type WorkspaceOptions,
} from './workspace.js';
