import { InputError } from '../../../errors.js';
import { mean } from '../../../statistics/mean.js';
import { relativeErrors } from '../../../evaluation/parameter-error.js';
import { trainingObjective } from '../objectives/training-objective.js';
import { loadTensorFlow } from '../../../numerics/backend.js';
import { checkBank, type Bank } from '../../../retraining/bank.js';
import { takeBank } from '../../../retraining/retrain-bank.js';
import { basePredictor } from '../base-prediction.js';
import { decrementPenalty } from './decrement-penalty.js';
import { exactTrainingLosses, needsObjective } from '../network/loss.js';
import { loadNetworkEngine } from '../network/load-engine.js';
import { columnScaling, pointEncoder } from '../network/point-encoding.js';
import {
  modelPredPredictor,
  networkShape,
  prepareBase,
  referenceParameters,
  type TrainedModelPred,
} from '../trained-modelpred.js';
import { type OutputScaling, toParameters } from '../output-scaling.js';
import { provenanceOf, settingsSchema } from '../training-provenance.js';
import { correctBase, fitResiduals, takeBase } from '../residual.js';
import { type ModelPredSettings, modelPredSettings } from '../settings.js';
import { type TrainingOptions, trainNetwork } from './training-loop.js';
import { refuseUnknownOptions } from '../../../unknown-options.js';

export interface TrainModelPredOptions extends TrainingOptions {
  /** Subsets of one pool with their exact trained parameters; every row must have some. */
  readonly bank: Bank;
  /** Default: parameter MSE. */
  readonly settings?: ModelPredSettings;
}

/**
 * Trains the deep sets predictor of ModelPred on a bank: S → θ̂(S).
 *
 * @throws InputError if the bank or the settings cannot be trained with, the loss needs derivatives of
 * the learner's objective that are not written out, the checkpoint is of another training, or the training diverges.
 * @throws InterruptedError on request; with a checkpoint folder the state is stored first.
 */
export async function trainModelPred(options: TrainModelPredOptions): Promise<TrainedModelPred> {
  refuseUnknownOptions(
    options,
    ['bank', 'settings', 'seed', 'validationFraction', 'checkpoint', 'onProgress', 'signal'],
    'trainModelPred',
  );
  const { bank, settings = modelPredSettings('parameter MSE'), seed, validationFraction = 0.1, checkpoint } = options;
  checkSettings(settings, validationFraction, checkpoint?.everySteps);
  checkBank(bank);
  const engine = await loadNetworkEngine();
  const { pool, learner, subsets } = bank;
  const provenance = provenanceOf(bank, settings, seed, validationFraction, engine.backend);
  const { architecture } = settings;
  const reference = await referenceParameters(architecture, pool, learner);
  const encoder = pointEncoder(architecture, pool, learner, reference);
  const shape = networkShape(settings, encoder, provenance.parameterCount);
  await prepareBase(settings, pool, learner, options);
  const residuals =
    settings.base && fitResiduals(basePredictor(pool, learner, settings.base), bank, encoder.directions);
  const outputScaling =
    residuals?.outputScaling ?? (architecture.standardise ? columnScaling(bank.parameters, shape.outputs) : null);
  const tf = await loadTensorFlow();
  const against = needsObjective(settings.loss)
    ? trainingObjective(learner, 'A stationarity or utility penalty')
    : undefined;
  const objective = against?.tensors(tf, pool);
  const decrement =
    settings.loss.decrement > 0 ? decrementPenalty(bank, settings.loss.decrement, outputScaling) : undefined;
  await decrement?.prepare();
  const task = {
    engine,
    settings,
    shape,
    points: encoder.encode(pool),
    subsets,
    targets: residuals?.targets ?? standardised(bank.parameters, outputScaling),
    steps: residuals?.ofBank.steps,
    objective,
    penaltyObjective: engine.backend !== 'cpu' || decrement ? against?.penalties(pool) : undefined,
    outputPenalty: decrement?.penalty,
    exactLosses:
      objective && settings.loss.utility !== 0
        ? exactTrainingLosses(tf, objective, subsets, bank.parameters)
        : undefined,
    validationError: (rows: Int32Array, outputs: Float64Array): number => {
      const held = takeBank(bank, rows);
      const predicted = residuals
        ? correctBase(learner, pool, held.subsets, takeBase(residuals.ofBank, rows), outputs, residuals.outputScaling)
        : toParameters(outputs, outputScaling);
      return mean(relativeErrors({ predicted, retrained: held.parameters, parameterCount: shape.outputs }));
    },
  };
  const trained = await trainNetwork(task, provenance, options);
  const residual = residuals?.scaling ?? null;
  return modelPredPredictor(engine, pool, learner, provenance, { ...trained, reference, outputScaling, residual });
}

function standardised(parameters: Float64Array, scaling: OutputScaling | null): Float64Array {
  if (scaling === null) return parameters;
  const { shift, scale } = scaling;
  return parameters.map((value, k) => (value - shift[k % shift.length]) / scale[k % shift.length]);
}

/** @throws InputError if settings cannot be trained with. */
export function checkSettings(
  settings: ModelPredSettings,
  validationFraction: number,
  everySteps: number | undefined,
): void {
  const checked = settingsSchema.safeParse(settings);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0];
    throw new InputError(`The ModelPred setting ${path.join('.')} cannot be used: ${message}.`);
  }
  const { architecture, loss, base } = settings;
  if (base && !architecture.standardise) {
    throw new InputError('Residuals of a base are of no scale of their own; set standardise to true.');
  }
  if (base && loss.decrement > 0) {
    throw new InputError(
      'The decrement penalty is one on parameters, not on residuals; give it weight 0, or base: null.',
    );
  }
  if (architecture.standardise && needsObjective(loss)) {
    throw new InputError(
      'A network of standardised parameters cannot be trained with stationarity or utility penalties; give them weight 0 (decrement takes such parameters), or set standardise to false.',
    );
  }
  if (loss.parameterError + loss.stationarity + loss.utility + loss.decrement === 0) {
    throw new InputError(
      'The loss has nothing to learn from: give parameterError, stationarity, utility or decrement a weight.',
    );
  }
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new InputError(`validationFraction is ${validationFraction}; it must be at least 0 and below 1.`);
  }
  if (everySteps !== undefined && !(Number.isInteger(everySteps) && everySteps > 0)) {
    throw new InputError(`checkpoint.everySteps is ${everySteps}; it must be a whole number above 0.`);
  }
}
