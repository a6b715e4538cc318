import { InputError } from '../../../errors.js';
import { deriveSeed } from '../../../numerics/random.js';
import type { Subsets } from '../../../subsets/subsets.js';
import type { Predictor } from '../../predictor.js';
import type { TrainedModelPred } from '../trained-modelpred.js';
import { trainModelPred, type TrainModelPredOptions } from './train-modelpred.js';
import { refuseUnknownOptions } from '../../../unknown-options.js';

export interface TrainEnsembleOptions extends Omit<TrainModelPredOptions, 'checkpoint'> {
  /** Members to train, K ≥ 2. Default 5. */
  readonly members?: number;
}

/** What an ensemble says of B subsets. */
export interface PredictionWithSpread {
  /** `B×p` means over the members. */
  readonly parameters: Float64Array;
  /** `B×p` standard deviations between the members. */
  readonly spreads: Float64Array;
}

/** Several ModelPreds that differ in initial weights, batches and validation subsets; it predicts their mean. */
export interface ModelPredEnsemble extends Predictor {
  readonly members: readonly TrainedModelPred[];
  predict(subsets: Subsets): Float64Array;
  /**
   * The mean with the members' disagreement, which tends to be larger where the prediction is worse; it is not an estimate of the
   * error's size, as members may err alike. `certify` estimates that, for the cost of a Newton step.
   */
  predictWithSpread(subsets: Subsets): PredictionWithSpread;
}

/**
 * Trains a deep ensemble (Lakshminarayanan, Pritzel & Blundell 2017): K networks on one bank, member k with a seed derived from
 * (seed, k). It costs K times one network to train and to ask.
 *
 * @throws InputError if there are fewer than 2 members, or as `trainModelPred`.
 * @throws InterruptedError on request.
 */
export async function trainEnsemble(options: TrainEnsembleOptions): Promise<ModelPredEnsemble> {
  refuseUnknownOptions(
    options,
    ['members', 'bank', 'settings', 'seed', 'validationFraction', 'onProgress', 'signal'],
    'trainEnsemble',
  );
  const { members: count = 5, seed, onProgress, ...training } = options;
  if (!(Number.isInteger(count) && count >= 2)) {
    throw new InputError(`An ensemble cannot have ${count} members; give a whole number from 2 up.`);
  }
  const members: TrainedModelPred[] = [];
  for (let k = 0; k < count; k++) {
    const member = await trainModelPred({
      ...training,
      seed: deriveSeed(seed, 'modelpred', 'ensemble', k),
      onProgress: ({ label, done, total, detail }) =>
        onProgress?.({ label: `${label}, ${count} members`, done: k * total + done, total: count * total, detail }),
    });
    members.push(member);
  }
  const predictWithSpread = (subsets: Subsets): PredictionWithSpread =>
    meanAndSpread(members.map((member) => member.predict(subsets)));
  return {
    name: `${members[0].name}, ensemble of ${count}`,
    members,
    estimatedNanoseconds: () => members.reduce((sum, member) => sum + (member.estimatedNanoseconds?.() ?? 0), 0),
    predict: (subsets) => predictWithSpread(subsets).parameters,
    predictWithSpread,
    predictDataset: (points, subsets) =>
      meanAndSpread(members.map((member) => member.predictDataset(points, subsets))).parameters,
  };
}

/** Mean and standard deviation of each number over K arrays. */
function meanAndSpread(predictions: readonly Float64Array[]): PredictionWithSpread {
  const count = predictions.length;
  const parameters = predictions[0].map((_, k) => predictions.reduce((sum, values) => sum + values[k], 0) / count);
  const spreads = parameters.map((mean, k) =>
    Math.sqrt(predictions.reduce((sum, values) => sum + (values[k] - mean) ** 2, 0) / (count - 1)),
  );
  return { parameters, spreads };
}
