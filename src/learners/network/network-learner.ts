import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import {
  buildNetwork,
  checkTraining,
  initialParameters,
  networkWorkspace,
  shapeOf,
  takeBlocks,
  trainNetworks,
  workspaceFor,
  type LayerDescription,
  type Network,
  type Optimiser,
  type Precision,
  type ScheduleName,
  type Shape,
  type Training,
  type Workspace,
} from '../../networks/index.js';
import { maxAbsolute } from '../../numerics/dense.js';
import { checkSubsets, subsetSizes, type Subsets } from '../../subsets/subsets.js';
import { checkIterations, checkLabels, checkLength, checkStart, modelCount } from '../checks.js';
import { RetrainStatus, type Retrained, type RetrainOptions, type ScheduledLearner } from '../learner.js';
import { scoresFromProbabilities } from '../scores-from-probabilities.js';

export interface NetworkLearnerOptions {
  /** Layers between the input and the last dense layer, which has one output for every class and is added. */
  readonly layers: readonly LayerDescription[];
  /** How a point's features are to be taken. Default: as the pool's `input` says (images, tokens), else as features. */
  readonly input?: Shape;
  readonly optimiser: Optimiser;
  readonly learningRate: number;
  /** Default `constant`. */
  readonly schedule?: ScheduleName;
  /** Steps, at most 65535. */
  readonly steps: number;
  /** Pool points a step; null (default): the whole pool. */
  readonly batchSize?: number | null;
  /** Of the initial parameters, the batches and dropout, the same for every subset. Default 0. */
  readonly seed?: number;
  /** Default `float32`. */
  readonly precision?: Precision;
}

/** A learner that trains a network. */
export interface NetworkLearner extends ScheduledLearner {
  readonly training: Training;
  readonly precision: Precision;
  /** The network that it trains on a pool: the derivative of a run, gradients of points etc. take it. */
  network(pool: Dataset): Network;
}

/** A Hessian takes p² numbers and p·N·K products; beyond this it is refused. */
const largestHessian = 4096;

/**
 * Any network with softmax outputs, trained by a fixed number of steps from fixed initial parameters on
 *
 * F_S(θ) = (1/n) Σ_i weight_i · −log P_θ(y_i | x_i) + λ/2 ‖θ‖², n = Σ_i weight_i,
 *
 * λ the optimiser's weight decay (0 where that is decoupled). Every epoch runs once through the whole pool in a seeded order, the
 * same for all subsets, and a subset's step uses those points of the batch that it has, each with weight_i/n · N/|batch|.
 *
 * θ(S) is where the schedule ends: `retrain` takes all its steps and returns `scheduleEnded` with residual max|∇F_S|; an iteration
 * limit below the schedule stops there with `notConverged`. With `from` it starts there instead (fine-tuning), the optimiser's state
 * at zero. An empty subset is `missingClass`. Tolerances and solvers are ignored.
 *
 * `hessian` is the generalised Gauss–Newton matrix plus λI. All is computed in the learner's precision; results are float64 arrays.
 *
 * @throws InputError if an option is unknown or out of range; and from any method if data or shapes do not fit.
 */
export function networkLearner(options: NetworkLearnerOptions): NetworkLearner {
  const { layers, input, precision = 'float32', ...training } = options;
  checkTraining(training);
  checkIterations('steps', training.steps);
  if (!['float32', 'float64'].includes(precision)) {
    throw new InputError(`There is no precision "${precision}"; use float32 or float64.`);
  }
  const networkOf = (pool: Dataset): Network => {
    const { name, classes } = pool;
    if (classes.length < 2)
      throw new InputError(`"${name}" has ${classes.length} class(es); a network needs at least two.`);
    const last: LayerDescription = { kind: 'dense', units: classes.length };
    return { input: input ?? shapeOf(pool), layers: [...layers, last] };
  };
  const decay = weightDecayOf(training.optimiser);
  const shared: Shared = { networkOf, training, precision, decay };

  return {
    kind: 'scheduled',
    name: 'network',
    hyperparameters: hyperparametersOf({ ...options, precision }),
    seed: training.seed ?? 0,
    training,
    precision,
    steps: () => training.steps,
    network: networkOf,
    parameterCount: (pool) => buildNetwork(networkOf(pool)).parameterCount,
    objective: (pool, subsets, parameters) => evaluate(shared, pool, subsets, parameters).values,
    gradient: (pool, subsets, parameters) => evaluate(shared, pool, subsets, parameters).gradients,
    hessian: (pool, weights, parameters) => gaussNewton(shared, pool, weights, parameters),
    pointGradients: (pool, parameters) => gradientsOfPoints(shared, pool, parameters),
    lossFactor: (pool) => 1 / pool.size,
    probabilities: (points, parameters) => probabilitiesOf(shared, points, parameters),
    scores: (points, parameters) => scoresFromProbabilities(points, probabilitiesOf(shared, points, parameters)),
    retrain: (pool, subsets, retrainOptions) => retrain(shared, pool, subsets, retrainOptions),
  };
}

interface Shared {
  readonly networkOf: (pool: Dataset) => Network;
  readonly training: Training;
  readonly precision: Precision;
  /** λ. */
  readonly decay: number;
}

function weightDecayOf(optimiser: Optimiser): number {
  return optimiser.kind === 'adam' && optimiser.decoupled ? 0 : (optimiser.weightDecay ?? 0);
}

/** The options as plain data, those that are missing left out. */
function hyperparametersOf(options: NetworkLearnerOptions): ScheduledLearner['hyperparameters'] {
  return JSON.parse(JSON.stringify(options)) as ScheduledLearner['hyperparameters'];
}

/** F_S and its gradient for every subset. */
function evaluate({ networkOf, precision, decay }: Shared, pool: Dataset, subsets: Subsets, parameters: Float64Array) {
  checkSubsets(subsets, pool);
  checkLabels(pool);
  const { count, weights } = subsets;
  const network = networkOf(pool);
  const p = buildNetwork(network).parameterCount;
  checkLength('parameters', parameters, count * p);
  const values = new Float64Array(count);
  const gradients = new Float64Array(count * p);
  const sizes = subsetSizes(subsets);
  if (count === 0) return { values, gradients };
  const question = { network, points: pool, parameters: parameters.subarray(0, p), precision };
  const workspace = workspaceFor(question, { derivatives: 'first' });
  const { kernels, parameters: places, losses, weights: costs } = workspace;
  for (let b = 0; b < count; b++) {
    const theta = parameters.subarray(b * p, (b + 1) * p);
    kernels.numbers.set(theta, places.value);
    const row = Float64Array.from(weights.subarray(b * pool.size, (b + 1) * pool.size), (weight) => weight / sizes[b]);
    const gradient = gradients.subarray(b * p, (b + 1) * p);
    for (let j = 0; j < p; j++) {
      gradient[j] = decay * theta[j];
      values[b] += 0.5 * decay * theta[j] * theta[j];
    }
    for (const block of takeBlocks(workspace, pool.size, row)) {
      workspace.forward();
      workspace.reverse();
      values[b] += kernels.dot(block.count, losses, costs);
      for (let j = 0; j < p; j++) gradient[j] += kernels.numbers[places.slope + j];
    }
  }
  return { values, gradients };
}

/** `B×T×K` probabilities. */
function probabilitiesOf({ networkOf, precision }: Shared, points: Dataset, parameters: Float64Array): Float64Array {
  const network = networkOf(points);
  const { parameterCount: p, outputs } = buildNetwork(network);
  const models = modelCount(parameters, p);
  const result = new Float64Array(models * points.size * outputs);
  const question = { network, points, parameters: new Float64Array(p), precision };
  const workspace = workspaceFor(question, { derivatives: 'none' });
  const {
    kernels: { numbers },
    output,
    parameters: places,
  } = workspace;
  for (let b = 0; b < models; b++) {
    numbers.set(parameters.subarray(b * p, (b + 1) * p), places.value);
    for (const { first, count } of takeBlocks(workspace, points.size)) {
      workspace.forward();
      const logits = numbers.subarray(output.value, output.value + count * outputs);
      const at = (b * points.size + first) * outputs;
      for (let i = 0; i < logits.length; i += outputs) softmax(logits.subarray(i, i + outputs), result, at + i);
    }
  }
  return result;
}

function softmax(logits: ArrayLike<number>, into: Float64Array, at: number): void {
  let largest = -Infinity;
  for (let k = 0; k < logits.length; k++) largest = Math.max(largest, logits[k]);
  let sum = 0;
  for (let k = 0; k < logits.length; k++) {
    into[at + k] = Math.exp(logits[k] - largest);
    sum += into[at + k];
  }
  // A logit that is not a number makes all probabilities so.
  for (let k = 0; k < logits.length; k++) into[at + k] /= sum;
}

/** `N×p` shares (∇ℓ_i + λθ)/N of the points in the whole pool's ∇F. */
function gradientsOfPoints(
  { networkOf, precision, decay }: Shared,
  pool: Dataset,
  parameters: Float64Array,
): Float64Array {
  checkLabels(pool);
  const workspace = workspaceFor(
    { network: networkOf(pool), points: pool, parameters, precision },
    { derivatives: 'first' },
  );
  const {
    parameterCount: p,
    kernels: { numbers },
    parameters: { slope },
  } = workspace;
  const gradients = new Float64Array(pool.size * p);
  for (const { first, count } of takeBlocks(workspace, pool.size)) {
    workspace.forward();
    workspace.reverse();
    for (let i = 0; i < count; i++) {
      numbers.fill(0, slope, slope + p);
      workspace.addParameterSlopes(i, 1, slope);
      for (let j = 0; j < p; j++) {
        gradients[(first + i) * p + j] = (numbers[slope + j] + decay * parameters[j]) / pool.size;
      }
    }
  }
  return gradients;
}

/**
 * (1/n) Σ_i weight_i J_iᵀ(diag p_i − p_i p_iᵀ)J_i + λI with J_i the Jacobian of point i's outputs (Schraudolph 2002, Neural Comput.
 * 14, §3). diag p − ppᵀ is Σ_c s_c·s_cᵀ with s_c = √p_c·(e_c − p): one reverse pass for each class with s_c for slopes.
 */
function gaussNewton(
  { networkOf, precision, decay }: Shared,
  pool: Dataset,
  weights: ArrayLike<number>,
  parameters: Float64Array,
) {
  checkLength('weights', weights, pool.size);
  const network = networkOf(pool);
  const { parameterCount: p } = buildNetwork(network);
  if (p > largestHessian) {
    throw new InputError(
      `A Hessian of ${p} parameters is too large; use products with it (hessianProducts), or at most ${largestHessian} parameters.`,
    );
  }
  const capacity = Math.max(1, Math.min(64, pool.size));
  const scratch = p * (p + capacity);
  const place = { network, points: pool, precision, capacity, scratch, derivatives: 'first' } as const;
  const workspace = networkWorkspace(place);
  const {
    kernels,
    parameters: { value },
    scratch: rows,
  } = workspace;
  const sum = rows + p * capacity;
  kernels.numbers.set(parameters, value);
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i];
  const members = Int32Array.from(Array.from({ length: pool.size }, (_, i) => i).filter((i) => weights[i] !== 0));
  for (let first = 0; first < members.length; first += capacity) {
    const block = members.subarray(first, first + capacity);
    workspace.take(block);
    for (let c = 0; c < pool.classes.length; c++) {
      workspace.forward();
      setRootSlopes(workspace, block.length, c, (i) => Math.sqrt(weights[block[i]] / total));
      workspace.reverse();
      kernels.numbers.fill(0, rows, rows + block.length * p);
      for (let i = 0; i < block.length; i++) workspace.addParameterSlopes(i, 1, rows + i * p);
      kernels.multiply(1, p, p, block.length, rows, p, rows, p, sum, p, 1, 1, 0, 0, 0);
    }
  }
  const hessian = Float64Array.from(kernels.numbers.subarray(sum, sum + p * p));
  for (let j = 0; j < p; j++) hessian[j * p + j] += decay;
  return hessian;
}

/** Output slopes scale·√p_c·(e_c − p) of every row. */
function setRootSlopes(
  { kernels: { numbers }, outputs, output }: Workspace,
  count: number,
  c: number,
  scale: (row: number) => number,
): void {
  const probabilities = new Float64Array(outputs);
  for (let i = 0; i < count; i++) {
    const at = i * outputs;
    softmax(numbers.subarray(output.value + at, output.value + at + outputs), probabilities, 0);
    const root = scale(i) * Math.sqrt(probabilities[c]);
    for (let k = 0; k < outputs; k++) numbers[output.slope + at + k] = root * ((k === c ? 1 : 0) - probabilities[k]);
  }
}

async function retrain(
  shared: Shared,
  pool: Dataset,
  subsets: Subsets,
  options: RetrainOptions = {},
): Promise<Retrained> {
  const { networkOf, training, precision } = shared;
  checkSubsets(subsets, pool);
  checkLabels(pool);
  const network = networkOf(pool);
  const { parameterCount: p } = buildNetwork(network);
  const { count, weights } = subsets;
  const { from, maxIterations = training.steps, onProgress, signal } = options;
  checkStart(from, count, p);
  checkIterations('maxIterations', maxIterations);
  const steps = Math.min(maxIterations, training.steps);
  const start = from ?? initialParameters(network, training.seed ?? 0);
  const control = { onProgress, signal };
  const { parameters } = await trainNetworks({
    network,
    pool,
    training,
    weights,
    from: start,
    stopAfter: steps,
    precision,
    control,
  });
  const residuals = new Float64Array(count).fill(NaN);
  const status = new Uint8Array(count).fill(RetrainStatus.missingClass);
  const iterations = new Uint16Array(count);
  const { gradients } = evaluate(shared, pool, subsets, parameters);
  subsetSizes(subsets).forEach((size, b) => {
    const theta = parameters.subarray(b * p, (b + 1) * p);
    if (size === 0) {
      theta.fill(NaN);
      return;
    }
    residuals[b] = maxAbsolute(gradients, b * p, p);
    iterations[b] = steps;
    const complete = steps === training.steps && theta.every(Number.isFinite);
    status[b] = complete ? RetrainStatus.scheduleEnded : RetrainStatus.notConverged;
  });
  return { count, parameterCount: p, parameters, residuals, iterations, status };
}
