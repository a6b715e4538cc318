import { safePoint, type RunControl } from '../../../control.js';
import { InputError, InterruptedError } from '../../../errors.js';
import type { PenaltyObjective } from '../objectives/penalty-objective.js';
import type { TensorObjective } from '../objectives/tensor-objective.js';
import { randomStream } from '../../../numerics/random.js';
import { takeSubsets, type Subsets } from '../../../subsets/subsets.js';
import { gatherRows } from '../../../learners/gather-rows.js';
import { initialAdam, learningRateAt } from './adam.js';
import { readCheckpoint, type TrainingState, writeCheckpoint } from './checkpoint.js';
import type { OutputPenalty, NetworkEngine } from '../network/network-engine.js';
import { initialWeights, type NetworkShape, weightCount } from '../network/network-shape.js';
import type { TrainingResult } from './training-result.js';
import type { Provenance } from '../training-provenance.js';
import type { ModelPredSettings } from '../settings.js';
import { kernelWeightUpdate, plainWeightUpdate, type WeightUpdate } from './weight-update.js';

/** How a training is run, whatever is trained. */
export interface TrainingOptions extends RunControl {
  /** Decides initial weights, validation subsets and batches. */
  readonly seed: number;
  /** Share of the subsets held out for choosing when to stop; 0 keeps the last weights. Default 0.1. */
  readonly validationFraction?: number;
  /**
   * Where and how often to store the training's state. A training finds its state there and continues, to the same bytes as
   * an uninterrupted one; a finished one returns at once.
   */
  readonly checkpoint?: { readonly folder: string; readonly everySteps: number };
}

/** A network with what it learns from. */
export interface TrainingTask {
  readonly engine: NetworkEngine;
  readonly settings: ModelPredSettings;
  readonly shape: NetworkShape;
  /** `N×inputs`. */
  readonly points: Float32Array;
  readonly subsets: Subsets;
  /** `B×outputs`. */
  readonly targets: Float64Array;
  /** `B×stepInputs`, where the network corrects a base. */
  readonly steps?: Float32Array;
  readonly objective?: TensorObjective;
  readonly penaltyObjective?: PenaltyObjective;
  readonly outputPenalty?: OutputPenalty;
  /** Of all subsets, where the loss needs them. */
  readonly exactLosses?: Float32Array;
  /** The error of outputs (`rows×outputs`) on some of the subsets. */
  validationError(rows: Int32Array, outputs: Float64Array): number;
}

/**
 * Trains a network to the end of its schedule, or until it does not improve any more.
 *
 * @throws InputError if the subsets are too few to hold some out, the checkpoint is of another training, or the training diverges.
 * @throws InterruptedError on request; with a checkpoint folder the state is stored first.
 */
export async function trainNetwork(
  task: TrainingTask,
  provenance: Provenance,
  { checkpoint, ...control }: Pick<TrainingOptions, 'checkpoint' | keyof RunControl>,
): Promise<Pick<TrainingResult, 'weights' | 'bestStep' | 'history'>> {
  const { engine, settings, shape, subsets } = task;
  const { seed, validationFraction } = provenance;
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
    control.onProgress?.({ label, done: state.step, total: steps, detail: progressDetail(state, loss) });
    try {
      await safePoint(control, label);
    } catch (error) {
      if (error instanceof InterruptedError) await store();
      throw error;
    }
  }
  const { bestWeights, bestStep, history } = state;
  return { weights: bestWeights, bestStep, history };
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

/** The loss on some of the subsets; its gradient in all weights goes to the update. */
function lossAndGradient(task: TrainingTask, update: WeightUpdate, rows: Int32Array): number {
  const { engine, targets, steps, settings, shape, points, objective, penaltyObjective, outputPenalty, exactLosses } =
    task;
  const batch = {
    settings: settings.loss,
    objective,
    penaltyObjective,
    outputPenalty,
    subsets: takeSubsets(task.subsets, rows),
    parameters: gatherRows(targets, [...rows], shape.outputs),
    steps: steps && takeSteps(steps, shape, rows),
    exactLosses: exactLosses && Float32Array.from(rows, (row) => exactLosses[row]),
  };
  const network = { shape, weights: update.weights, points, referenceSize: task.subsets.poolSize };
  const { loss } = engine.lossAndGradient(network, batch, update.gradient);
  return loss + update.addPenalties(settings.loss);
}

/** Records how training stands, and keeps the weights if they are the best so far (or nothing is validated). */
function look(task: TrainingTask, state: TrainingState, validation: Int32Array): void {
  const { engine, shape, points, steps } = task;
  let error: number | null = null;
  if (validation.length > 0) {
    const network = { shape, weights: state.weights, points, referenceSize: task.subsets.poolSize };
    const subsets = takeSubsets(task.subsets, validation);
    const outputs = engine.predict(network, { ...subsets, steps: steps && takeSteps(steps, shape, validation) });
    error = task.validationError(validation, outputs);
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

function takeSteps(steps: Float32Array, { stepInputs = 0 }: NetworkShape, rows: Int32Array): Float32Array {
  const taken = new Float32Array(rows.length * stepInputs);
  rows.forEach((row, at) => taken.set(steps.subarray(row * stepInputs, (row + 1) * stepInputs), at * stepInputs));
  return taken;
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
