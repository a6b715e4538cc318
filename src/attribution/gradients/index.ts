export {
  predictAttributedOutputs,
  prepareAttribution,
  selfScores,
  type Attribution,
  type AttributionMethod,
  type AttributionScores,
  type AttributionTargets,
  type PreparedAttribution,
  type ScoreTargets,
} from './attribution.js';
export { trainForAttribution, type TrainedModel, type TrainedModels, type TrainModelsOptions } from './models.js';
export { gradientCosine, gradientDot } from './gradient-similarity.js';
export { influence, type InfluenceFunctionOptions } from './influence.js';
export { runDerivative } from './run-derivative.js';
export { tracIn } from './trac-in.js';
export { trak, type TrakOptions } from './trak.js';
