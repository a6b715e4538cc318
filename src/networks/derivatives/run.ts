import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import type { Place } from '../../numerics/layer-kernels.js';
import { buildNetwork, initialParameters } from '../network.js';
import { pacer } from '../pace.js';
import { checkRun, type NetworkRun } from '../train-network.js';
import { totalWeight, type Batch } from '../training.js';
import { batchCapacity, stateVectors, trainingSteps, type TrainingSteps } from '../training-steps.js';
import { networkWorkspace, type Workspace } from '../workspace.js';

/** A run of training whose end point is differentiated with respect to its points' weights. */
export interface DifferentiatedRun extends NetworkRun {
  readonly control?: RunControl;
}

export interface RecordOptions extends DifferentiatedRun {
  /** Bytes that copies of parameters may take, see {@link recordRun}. Default 256 MB. */
  readonly memory?: number;
}

/** A training that has run, and can be gone through backwards. */
export interface RecordedRun {
  /** `p` parameters at its end. */
  readonly parameters: Float64Array;
  /** Bytes that its copies of parameters take at most, also while it is gone through backwards. */
  readonly copyBytes: number;
  /**
   * From gradients (`M×p`) of M outputs with respect to the parameters at the end: `M×N` derivatives of the outputs with respect
   * to the weights of all points of the pool, those of weight 0 too.
   */
  reverse(gradients: Float64Array, control?: RunControl): Promise<Float64Array>;
}

/** Steps between checkpoints, and bytes of copies. */
export interface CheckpointPlan {
  readonly interval: number;
  readonly bytes: number;
}

/**
 * How many copies of parameters a run of T steps keeps: whole states (θ and the optimiser's s vectors) every L steps, and while a
 * segment of L steps is gone through backwards, one for each of its steps,
 *
 * bytes(L) = bytes a number · (1 + s)·p·(⌈T/L⌉ + L), L the smallest that fits `memory`, else that with the fewest bytes (≈ √T).
 *
 * With L = 1 no step has to be taken a second time.
 */
export function checkpointPlan(
  run: Pick<NetworkRun, 'network' | 'training' | 'precision'>,
  memory: number,
): CheckpointPlan {
  const { steps } = run.training;
  const number = run.precision === 'float64' ? 8 : 4;
  const state = (1 + stateVectors(run.training)) * buildNetwork(run.network).parameterCount * number;
  const bytesAt = (interval: number): number => state * (Math.ceil(steps / interval) + interval);
  const least = Math.max(1, Math.ceil(Math.sqrt(steps)));
  let interval = 1;
  while (interval < least && bytesAt(interval) > memory) interval++;
  return { interval, bytes: bytesAt(interval) };
}

/**
 * Trains a network and keeps what is needed to go through the training backwards: the derivative of anything that depends on the
 * parameters at its end with respect to the weight of every point, exact to rounding (reverse mode over all steps; Maclaurin et
 * al. 2015; Engstrom et al. 2025). In step t the optimiser's adjoints give that of the gradient, ḡ; a point of the batch gets
 * factor·⟨ḡ, ∇ℓ_i(θ_t)⟩, the loss's tangent along ḡ, and the parameters' adjoint the Hessian times ḡ: one forward-over-reverse pass.
 *
 * Cost in trainings: recording 1; going backwards 1 for the gradients of all outputs together, up to 1 to take the steps between
 * checkpoints again, and about 2 for each output. Memory of copies: {@link checkpointPlan}.
 *
 * @throws InputError as training does.
 */
export async function recordRun(options: RecordOptions): Promise<RecordedRun> {
  checkRun(options);
  const { network, pool, training, from, control, memory = 256e6 } = options;
  const { steps } = training;
  const { interval, bytes } = checkpointPlan(options, memory);
  const { workspace, run } = prepare(options, 0);
  const weights = options.weights ?? new Uint8Array(pool.size).fill(1);
  run.begin(weights, from ?? initialParameters(network, training.seed ?? 0));
  const checkpoints: (Float32Array | Float64Array)[] = [];
  const report = pacer(control, 'training a network', steps);
  for (let index = 0; index < steps; index++) {
    if (index % interval === 0) checkpoints.push(run.save());
    takeStep(run, index);
    await report(index + 1);
  }
  const { parameters, parameterCount, kernels } = workspace;
  return {
    parameters: Float64Array.from(kernels.numbers.subarray(parameters.value, parameters.value + parameterCount)),
    copyBytes: bytes,
    reverse: (gradients, reverseControl = control) =>
      reverseRun({ options, weights, interval, checkpoints, gradients, control: reverseControl }),
  };
}

function takeStep(run: TrainingSteps, index: number): void {
  run.gradient(index);
  run.rule.step(run.at(index));
}

function prepare({ network, pool, training, precision }: NetworkRun, vectors: number) {
  const workspace = networkWorkspace({
    network,
    points: pool,
    capacity: batchCapacity(training, pool.size),
    derivatives: vectors > 0 ? 'second' : 'first',
    vectors: stateVectors(training) + vectors,
    precision,
  });
  return { workspace, run: trainingSteps(workspace, training, pool.size) };
}

interface ReverseRun {
  readonly options: RecordOptions;
  readonly weights: ArrayLike<number>;
  readonly interval: number;
  readonly checkpoints: readonly (Float32Array | Float64Array)[];
  readonly gradients: Float64Array;
  readonly control: RunControl | undefined;
}

async function reverseRun({
  options,
  weights,
  interval,
  checkpoints,
  gradients,
  control,
}: ReverseRun): Promise<Float64Array> {
  const { pool, training } = options;
  const p = buildNetwork(options.network).parameterCount;
  const count = gradients.length / p;
  if (!Number.isInteger(count))
    throw new InputError(`${gradients.length} numbers are not gradients of ${p} parameters.`);
  const own = stateVectors(training);
  const { workspace, run } = prepare(options, Math.max(1, count * (1 + own)));
  const adjoints = groupVectors(workspace.vectors.slice(own), count, 1 + own);
  adjoints.forEach(([parameters], m) =>
    workspace.kernels.numbers.set(gradients.subarray(m * p, (m + 1) * p), parameters),
  );
  const scores = new Float64Array(count * pool.size);
  const report = pacer(control, 'going through a training backwards', training.steps);
  run.begin(weights, new Float64Array(p));
  for (let k = checkpoints.length - 1; k >= 0; k--) {
    const first = k * interval;
    const saved = [checkpoints[k]];
    run.restore(saved[0]);
    for (let index = first; index < Math.min(first + interval, training.steps) - 1; index++) {
      takeStep(run, index);
      saved.push(run.save());
      await report(training.steps - first - interval);
    }
    for (let j = saved.length - 1; j >= 0; j--) {
      run.restore(saved[j]);
      const batch = run.gradient(first + j, true);
      adjoints.forEach((vectors, m) =>
        reverseStep({ workspace, run, index: first + j, vectors, batch, scores: scores.subarray(m * pool.size) }),
      );
      await report(training.steps - first - j);
    }
  }
  if (training.normalisation !== 'batch') centre(scores, weights);
  return scores;
}

/** Splits vectors into `count` groups of `size`. */
function groupVectors(vectors: readonly Place[], count: number, size: number): Place[][] {
  return Array.from({ length: count }, (_, m) => vectors.slice(m * size, (m + 1) * size));
}

interface ReverseStep {
  readonly workspace: Workspace;
  readonly run: TrainingSteps;
  readonly index: number;
  /** Adjoints of parameters and of the optimiser's state. */
  readonly vectors: readonly Place[];
  readonly batch: Batch;
  /** Derivatives of one output with respect to all weights, to be added to. */
  readonly scores: Float64Array;
}

/** One step backwards for one output, after the step's gradient at its parameters. */
function reverseStep({ workspace, run, index, vectors, batch, scores }: ReverseStep): void {
  const { kernels, parameters, parameterCount, lossTangents } = workspace;
  const [adjoint, ...state] = vectors;
  run.rule.reverse(run.at(index), { parameters: adjoint, gradient: parameters.tangent, state });
  if (batch.points.length === 0) return;
  workspace.tangent();
  workspace.reverseTangent();
  kernels.combine(parameterCount, 1, parameters.slopeTangent, 1, adjoint);
  batch.points.forEach((point, i) => {
    scores[point] += batch.factor * kernels.numbers[lossTangents + i];
  });
}

/** Adds what the weights do through n = Σ weights, by which every gradient is divided: −(1/n)·Σ_j weight_j·score_j for every point. */
function centre(scores: Float64Array, weights: ArrayLike<number>): void {
  const size = weights.length;
  const total = totalWeight(weights);
  for (let first = 0; first < scores.length; first += size) {
    let sum = 0;
    for (let i = 0; i < size; i++) sum += weights[i] * scores[first + i];
    for (let i = 0; i < size; i++) scores[first + i] -= sum / total;
  }
}

export interface ForwardRunOptions extends DifferentiatedRun {
  /** `M×N` changes of the points' weights. */
  readonly changes: Float64Array;
  /** Called before every step and at the end with the steps taken, the parameters (`p`) and their derivatives (`M×p`); views that the next step overwrites. */
  readonly onStep?: (steps: number, parameters: Float64Array, tangents: Float64Array) => void;
}

/** Parameters (`p`) at the end of a run, and their derivatives (`M×p`) along changes of weights. */
export interface ForwardRun {
  readonly parameters: Float64Array;
  readonly tangents: Float64Array;
}

/**
 * Trains a network, and beside it carries along the derivatives of its parameters for M given changes of its points' weights,
 * exact to rounding (forward mode over all steps). Cost: 1 + about 2·M trainings; memory (1 + s)·(1 + M)·p numbers, s the
 * optimiser's vectors.
 *
 * @throws InputError as training does.
 */
export async function forwardRun(options: ForwardRunOptions): Promise<ForwardRun> {
  checkRun(options);
  const { network, pool, training, changes, onStep, control } = options;
  const count = changes.length / pool.size;
  if (!Number.isInteger(count)) throw new InputError(`${changes.length} changes are not rows of ${pool.size} weights.`);
  const own = stateVectors(training);
  const { workspace, run } = prepare(options, Math.max(1, count * (1 + own)));
  const {
    kernels,
    parameters: { value },
    parameterCount: p,
  } = workspace;
  const groups = groupVectors(workspace.vectors.slice(own), count, 1 + own);
  const weights = options.weights ?? new Uint8Array(pool.size).fill(1);
  const result = { parameters: new Float64Array(p), tangents: new Float64Array(count * p) };
  const copyOut = (): void => {
    result.parameters.set(kernels.numbers.subarray(value, value + p));
    groups.forEach(([place], m) => result.tangents.set(kernels.numbers.subarray(place, place + p), m * p));
  };
  run.begin(weights, options.from ?? initialParameters(network, training.seed ?? 0));
  const relative = training.normalisation === 'batch' ? 0 : 1 / totalWeight(weights);
  const report = pacer(control, 'differentiating a training', training.steps);
  for (let index = 0; index < training.steps; index++) {
    if (onStep) {
      copyOut();
      onStep(index, result.parameters, result.tangents);
    }
    const batch = run.gradient(index, true);
    groups.forEach((vectors, m) => {
      const change = changes.subarray(m * pool.size, (m + 1) * pool.size);
      const shrinking = relative * totalWeight(change);
      const tangents = Float64Array.from(
        batch.points,
        (i, k) => batch.factor * change[i] - shrinking * batch.weights[k],
      );
      forwardStep({ workspace, run, index, vectors, tangents });
    });
    run.rule.step(run.at(index));
    await report(index + 1);
  }
  copyOut();
  onStep?.(training.steps, result.parameters, result.tangents);
  return result;
}

interface ForwardStep {
  readonly workspace: Workspace;
  readonly run: TrainingSteps;
  readonly index: number;
  /** Tangents of parameters and of the optimiser's state. */
  readonly vectors: readonly Place[];
  /** Of the batch's weights. */
  readonly tangents: Float64Array;
}

/** One step forwards along one change, after the step's gradient and before the step itself. */
function forwardStep({ workspace, run, index, vectors, tangents }: ForwardStep): void {
  const { kernels, parameters, parameterCount, weightTangents } = workspace;
  const [own, ...state] = vectors;
  kernels.combine(parameterCount, 1, own, 0, parameters.tangent);
  kernels.numbers.set(tangents, weightTangents);
  workspace.tangent();
  workspace.reverseTangent();
  run.rule.tangent(run.at(index), { parameters: own, gradient: parameters.slopeTangent, state });
}
