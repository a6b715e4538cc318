import type { RunControl } from '../../control.js';
import { safePoint } from '../../control.js';
import { InputError, InterruptedError } from '../../errors.js';
import { relativeErrors } from '../../evaluation/parameter-error.js';
import type { PenaltyObjective } from '../../learners/penalty-objective.js';
import type { TensorObjective } from '../../learners/tensor-objective.js';
import { loadTensorFlow, type TensorFlow } from '../../numerics/backend.js';
import { randomStream } from '../../numerics/random.js';
import type { Bank } from '../../retraining/bank.js';
import { takeBank } from '../../retraining/retrain-bank.js';
import type { Subsets } from '../../subsets/subsets.js';
import { initialAdam, learningRateAt } from './adam.js';
import { readCheckpoint, type TrainingState, writeCheckpoint } from './checkpoint.js';
import { exactTrainingLosses, needsObjective } from './loss.js';
import { loadNetworkEngine, type NetworkEngine } from './network-engine.js';
import { initialWeights, type NetworkShape, weightCount } from './network.js';
import { basePredictor } from './base-prediction.js';
import { columnScaling, pointEncoder } from './point-encoding.js';
import {
  modelPredPredictor,
  networkShape,
  type OutputScaling,
  prepareBase,
  referenceParameters,
  toParameters,
  type TrainedModelPred,
} from './predictor.js';
import { type BaseOfSubsets, correctBase, fitResiduals, takeBase, takeSteps } from './residual.js';
import { provenanceOf, settingsSchema } from './provenance.js';
import { type ModelPredSettings, modelPredSettings } from './settings.js';
import { kernelWeightUpdate, plainWeightUpdate, type WeightUpdate } from './weight-update.js';

export interface TrainModelPredOptions extends RunControl {
  /** Subsets of one pool with their exact trained parameters; every row must have some. */
  readonly bank: Bank;
  /** Default: parameter MSE. */
  readonly settings?: ModelPredSettings;
  /** Decides initial weights, validation subsets and batches. */
  readonly seed: number;
  /** Share of the bank held out for choosing when to stop; 0 keeps the last weights. Default 0.1. */
  readonly validationFraction?: number;
  /**
   * Where and how often to store the training's state. A training finds its state there and continues, to the same bytes as
   * an uninterrupted one; a finished one returns at once.
   */
  readonly checkpoint?: { readonly folder: string; readonly everySteps: number };
}

/**
 * Trains the deep sets predictor of ModelPred on a bank: S → θ̂(S).
 *
 * @throws InputError if the bank or the settings cannot be trained with, the learner has no tensor objective but the loss
 * needs one, the checkpoint is of another training, or the training diverges.
 * @throws InterruptedError on request; with a checkpoint folder the state is stored first.
 */
export async function trainModelPred(options: TrainModelPredOptions): Promise<TrainedModelPred> {
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
  const objective = needsObjective(settings.loss) ? tensorObjective(tf, bank) : undefined;
  const task: TrainingTask = {
    engine,
    bank,
    targets: residuals?.targets ?? standardised(bank.parameters, outputScaling),
    outputScaling,
    ofBase: residuals?.ofBank,
    settings,
    shape,
    points: encoder.encode(pool),
    objective,
    penaltyObjective: objective && engine.backend !== 'cpu' ? learner.penaltyObjective?.(pool) : undefined,
    exactLosses:
      objective && settings.loss.utility !== 0
        ? exactTrainingLosses(tf, objective, subsets, bank.parameters)
        : undefined,
  };
  const rows = splitRows(subsets, validationFraction, seed);
  const { steps, batchSize, validateEvery, patience, weightDecay } = settings.optimisation;
  const nextBatch = batches(rows.training, batchSize, seed);

  const stored = checkpoint && (await readCheckpoint(checkpoint.folder, provenance, weightCount(shape)));
  const start = stored ?? initialState(shape, seed);
  const update = (engine.backend === 'cpu' ? plainWeightUpdate : kernelWeightUpdate)(shape, start);
  const state = { ...start, weights: update.weights, adam: update.adam };
  const store = async (): Promise<void> => {
    if (checkpoint) await writeCheckpoint(checkpoint.folder, state, provenance);
  };
  const label = `training ModelPred (${settings.name})`;
  const finished = (): boolean => state.step === steps || outOfPatience(state, patience);

  while (!finished()) {
    const loss = lossAndGradient(task, update, nextBatch(state.step));
    if (!Number.isFinite(loss)) {
      throw new InputError(
        `Training diverged at step ${state.step + 1} (its loss is ${loss}); lower the learning rate, ${settings.optimisation.learningRate}.`,
      );
    }
    const rate = learningRateAt(state.step, settings.optimisation);
    state.step++;
    update.adamStep(state.step, rate, weightDecay);
    state.lossSinceLook += loss;
    if (state.step % validateEvery === 0 || state.step === steps) look(task, state, rows.validation);
    if (checkpoint && (state.step % checkpoint.everySteps === 0 || finished())) await store();
    options.onProgress?.({ label, done: state.step, total: steps, detail: progressDetail(state, loss) });
    try {
      await safePoint(options, label);
    } catch (error) {
      if (error instanceof InterruptedError) await store();
      throw error;
    }
  }
  const { bestWeights, bestStep, history } = state;
  const residual = residuals?.scaling ?? null;
  const result = { weights: bestWeights, bestStep, history, reference, outputScaling, residual };
  return modelPredPredictor(engine, pool, learner, provenance, result);
}

/** What all steps of a training have in common. */
interface TrainingTask {
  readonly engine: NetworkEngine;
  readonly bank: Bank;
  /** `B×p` what the network is to put out for every row of the bank. */
  readonly targets: Float64Array;
  readonly outputScaling: OutputScaling | null;
  /** Of all rows of the bank, where the network corrects a base. */
  readonly ofBase: BaseOfSubsets | undefined;
  readonly settings: ModelPredSettings;
  readonly shape: NetworkShape;
  /** `N×inputs`. */
  readonly points: Float32Array;
  readonly objective: TensorObjective | undefined;
  readonly penaltyObjective: PenaltyObjective | undefined;
  /** Of all rows of the bank, where the loss needs them. */
  readonly exactLosses: Float32Array | undefined;
}

function initialState(shape: NetworkShape, seed: number): TrainingState {
  const weights = initialWeights(shape, seed);
  return {
    step: 0,
    weights,
    adam: initialAdam(weights.length),
    bestWeights: weights.slice(),
    bestStep: 0,
    bestError: null,
    lossSinceLook: 0,
    history: [],
  };
}

/** The loss on some rows of the bank; its gradient in all weights goes to the update. */
function lossAndGradient(task: TrainingTask, update: WeightUpdate, rows: Int32Array): number {
  const { engine, bank, targets, ofBase, settings, shape, points, objective, penaltyObjective, exactLosses } = task;
  const { subsets, parameters } = takeBank({ ...bank, parameters: targets }, rows);
  const batch = {
    steps: ofBase && takeSteps(ofBase, rows),
    settings: settings.loss,
    objective,
    penaltyObjective,
    subsets,
    parameters,
    exactLosses: exactLosses && Float32Array.from(rows, (row) => exactLosses[row]),
  };
  const network = { shape, weights: update.weights, points, referenceSize: bank.pool.size };
  const { loss } = engine.lossAndGradient(network, batch, update.gradient);
  return loss + update.addPenalties(settings.loss);
}

/** Records how training stands, and keeps the weights if they are the best so far (or nothing is validated). */
function look(
  { engine, bank, shape, points, outputScaling, ofBase }: TrainingTask,
  state: TrainingState,
  validation: Int32Array,
): void {
  let error: number | null = null;
  if (validation.length > 0) {
    const { subsets, parameters, pool, learner } = takeBank(bank, validation);
    const network = { shape, weights: state.weights, points, referenceSize: bank.pool.size };
    const base = ofBase && takeBase(ofBase, validation);
    const outputs = engine.predict(network, { ...subsets, steps: base?.steps });
    const predicted =
      base && outputScaling
        ? correctBase(learner, pool, subsets, base, outputs, outputScaling)
        : toParameters(outputs, outputScaling);
    error = relativeErrors(predicted, parameters, shape.outputs).reduce((sum, e) => sum + e, 0) / subsets.count;
  }
  const stepsSinceLook = state.step - (state.history.at(-1)?.step ?? 0);
  state.history.push({
    step: state.step,
    trainingLoss: state.lossSinceLook / stepsSinceLook,
    validationError: error,
  });
  state.lossSinceLook = 0;
  if (error === null || state.bestError === null || error < state.bestError) {
    state.bestError = error;
    state.bestStep = state.step;
    state.bestWeights.set(state.weights);
  }
}

/** Whether the last `patience` looks brought no lower validation error. */
function outOfPatience({ history, bestStep }: TrainingState, patience: number | null): boolean {
  return patience !== null && history.filter(({ step }) => step > bestStep).length >= patience;
}

function progressDetail({ history }: TrainingState, loss: number): string {
  const error = history.at(-1)?.validationError;
  const validation = typeof error === 'number' ? `, validation error ${error.toPrecision(3)}` : '';
  return `loss ${loss.toPrecision(3)}${validation}`;
}

/**
 * Rows of the bank for training and for validation. Equal subsets go to the same side, so no validation subset is ever
 * trained on.
 */
export function splitRows(
  { count, poolSize, weights }: Subsets,
  validationFraction: number,
  seed: number,
): { training: Int32Array; validation: Int32Array } {
  const equal = new Map<string, number[]>();
  for (let b = 0; b < count; b++) {
    const key = Buffer.from(weights.subarray(b * poolSize, (b + 1) * poolSize)).toString('latin1');
    const rows = equal.get(key);
    if (rows) rows.push(b);
    else equal.set(key, [b]);
  }
  const groups = [...equal.values()];
  const wanted = Math.round(validationFraction * count);
  const validation: number[] = [];
  const training: number[] = [];
  for (const g of randomStream(seed, 'modelpred', 'validation').permutation(groups.length)) {
    (validation.length + groups[g].length <= wanted ? validation : training).push(...groups[g]);
  }
  if (training.length === 0 || (wanted > 0 && validation.length === 0)) {
    throw new InputError(
      `A bank of ${count} subsets, ${groups.length} of them different, is too small to hold out a share of ${validationFraction}; retrain on more subsets.`,
    );
  }
  return { training: Int32Array.from(training).sort(), validation: Int32Array.from(validation).sort() };
}

/** The batch of any step: each epoch goes once through all rows in its own random order, dropping what fills no batch. */
function batches(rows: Int32Array, batchSize: number, seed: number): (step: number) => Int32Array {
  const size = Math.min(batchSize, rows.length);
  const perEpoch = Math.floor(rows.length / size);
  let current = -1;
  let order = rows;
  return (step) => {
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== current) {
      current = epoch;
      order = randomStream(seed, 'modelpred', 'batches', epoch).shuffle(rows.slice());
    }
    const start = (step % perEpoch) * size;
    return order.subarray(start, start + size);
  };
}

function standardised(parameters: Float64Array, scaling: OutputScaling | null): Float64Array {
  if (scaling === null) return parameters;
  const { shift, scale } = scaling;
  return parameters.map((value, k) => (value - shift[k % shift.length]) / scale[k % shift.length]);
}

function tensorObjective(tf: TensorFlow, { pool, learner }: Bank): TensorObjective {
  if (learner.tensorObjective) return learner.tensorObjective(tf, pool);
  throw new InputError(
    `The learner "${learner.name}" has no tensor objective, which the stationarity and utility penalties need; train with parameter MSE.`,
  );
}

function checkSettings(settings: ModelPredSettings, validationFraction: number, everySteps: number | undefined): void {
  const checked = settingsSchema.safeParse(settings);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0];
    throw new InputError(`The ModelPred setting ${path.join('.')} cannot be used: ${message}.`);
  }
  const { architecture, loss, base } = settings;
  if (base && !architecture.standardise) {
    throw new InputError('Residuals of a base are of no scale of their own; set standardise to true.');
  }
  if (architecture.standardise && needsObjective(loss)) {
    throw new InputError(
      'A network of standardised parameters cannot be trained with stationarity or utility penalties; give them weight 0, or set standardise to false.',
    );
  }
  if (loss.parameterError + loss.stationarity + loss.utility === 0) {
    throw new InputError('The loss has nothing to learn from: give parameterError, stationarity or utility a weight.');
  }
  if (!(validationFraction >= 0 && validationFraction < 1)) {
    throw new InputError(`validationFraction is ${validationFraction}; it must be at least 0 and below 1.`);
  }
  if (everySteps !== undefined && !(Number.isInteger(everySteps) && everySteps > 0)) {
    throw new InputError(`checkpoint.everySteps is ${everySteps}; it must be a whole number above 0.`);
  }
}

function checkBank({ pool, learner, subsets, parameters }: Bank): void {
  const p = learner.parameterCount(pool);
  if (subsets.poolSize !== pool.size || parameters.length !== subsets.count * p) {
    throw new InputError(
      `The bank does not fit together: ${subsets.count} subsets of ${subsets.poolSize} points with ${parameters.length} parameters, for a pool of ${pool.size} points and ${p} parameters per model.`,
    );
  }
  const bad = parameters.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `Row ${Math.floor(bad / p)} of the bank has no trained parameters (its subset may lack a class); leave such rows out.`,
    );
  }
}
