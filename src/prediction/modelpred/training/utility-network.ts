import type { Dataset } from '../../../data/dataset.js';
import { InputError } from '../../../errors.js';
import type { Bank } from '../../../retraining/bank.js';
import { checkSubsets, type Subsets } from '../../../subsets/subsets.js';
import { loadNetworkEngine } from '../network/load-engine.js';
import { columnScaling, pointEncoder } from '../network/point-encoding.js';
import { networkShape, referenceParameters } from '../trained-modelpred.js';
import type { TrainingLook } from './training-result.js';
import { toParameters } from '../output-scaling.js';
import { type Provenance, provenanceOf } from '../training-provenance.js';
import { improvedSettings, type ModelPredSettings } from '../settings.js';
import { checkSettings } from './train-modelpred.js';
import { type TrainingOptions, trainNetwork } from './training-loop.js';
import { refuseUnknownOptions } from '../../../unknown-options.js';

export interface TrainUtilityNetworkOptions extends TrainingOptions {
  /** Subsets of one pool, and the learner that their utilities are of. */
  readonly bank: Pick<Bank, 'pool' | 'learner' | 'subsets'>;
  /** `B` utilities, e.g. accuracies of the models trained on the subsets. */
  readonly utilities: Float64Array;
  /** Default: those of the improved network. */
  readonly settings?: ModelPredSettings;
}

/** Predicts one utility of subsets, and nothing else about their models. */
export interface UtilityNetwork {
  /** As shown in tables. */
  readonly name: string;
  readonly pool: Dataset;
  /** What it was trained on and how; its one output counts as the only parameter. */
  readonly provenance: Provenance;
  readonly bestStep: number;
  readonly history: readonly TrainingLook[];
  /**
   * `B` predicted utilities.
   *
   * @throws InputError if the subsets are of a pool of another size.
   */
  predict(subsets: Subsets): Float64Array;
}

/**
 * Trains a deep sets network from subsets to one utility (Wang, Yang & Jia 2021, "Improving Cooperative Game Theory-based Data
 * Valuation via Data Utility Learning"), the rival of predicting parameters where only that utility is wanted: its labels and
 * predictions are one number where a model's are p, but another utility or test set needs another network.
 *
 * @throws InputError if utilities are not one finite number per subset, the settings have a base or penalties, or as
 * `trainModelPred`.
 * @throws InterruptedError on request; with a checkpoint folder the state is stored first.
 */
export async function trainUtilityNetwork(options: TrainUtilityNetworkOptions): Promise<UtilityNetwork> {
  refuseUnknownOptions(
    options,
    ['bank', 'utilities', 'settings', 'seed', 'validationFraction', 'checkpoint', 'onProgress', 'signal'],
    'trainUtilityNetwork',
  );
  const { bank, utilities, settings = improvedSettings(), seed, validationFraction = 0.1, checkpoint } = options;
  const { pool, learner, subsets } = bank;
  checkSettings(settings, validationFraction, checkpoint?.everySteps);
  checkUse(settings, utilities, subsets);
  const engine = await loadNetworkEngine();
  const labelled = { ...bank, parameters: utilities, residuals: new Float64Array(subsets.count) };
  const provenance = {
    ...provenanceOf(labelled, settings, seed, validationFraction, engine.backend),
    parameterCount: 1,
  };
  const reference = await referenceParameters(settings.architecture, pool, learner);
  const encoder = pointEncoder(settings.architecture, pool, learner, reference);
  const shape = networkShape(settings, encoder, 1);
  const points = encoder.encode(pool);
  const scaling = columnScaling(utilities, 1);
  const [shift, scale] = [scaling.shift[0], scaling.scale[0]];
  const task = {
    engine,
    settings,
    shape,
    points,
    subsets,
    targets: utilities.map((utility) => (utility - shift) / scale),
    validationError: (rows: Int32Array, outputs: Float64Array): number => {
      const squares = outputs.reduce((sum, z, k) => sum + (shift + scale * z - utilities[rows[k]]) ** 2, 0);
      return Math.sqrt(squares / rows.length) / scale;
    },
  };
  const { weights, bestStep, history } = await trainNetwork(task, provenance, options);
  return {
    name: `utility network (${settings.name})`,
    pool,
    provenance,
    bestStep,
    history,
    predict: (asked) => {
      checkSubsets(asked, pool);
      return toParameters(engine.predict({ shape, weights, points, referenceSize: pool.size }, asked), scaling);
    },
  };
}

function checkUse({ base, loss }: ModelPredSettings, utilities: Float64Array, { count }: Subsets): void {
  if (base || loss.stationarity !== 0 || loss.utility !== 0 || loss.decrement !== 0) {
    throw new InputError('A utility network predicts no parameters; give settings without base and penalties.');
  }
  if (utilities.length !== count) {
    throw new InputError(`There are ${utilities.length} utilities for ${count} subsets; give one for each.`);
  }
  const bad = utilities.findIndex((utility) => !Number.isFinite(utility));
  if (bad >= 0) throw new InputError(`Utility ${bad} is ${utilities[bad]}; leave subsets without a utility out.`);
}
