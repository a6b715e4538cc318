import { safePoint } from '../../control.js';
import { maxAbsolute } from '../../numerics/dense.js';
import { randomStream } from '../../numerics/random.js';
import { subsetSizes, type Subsets } from '../../subsets/subsets.js';
import { checkIterations, checkStart, startOf } from '../checks.js';
import { RetrainStatus, type Retrained, type RetrainOptions } from '../learner.js';
import { initialParameters, layersParameterCount, type PerceptronLayer } from './perceptron-layers.js';
import {
  perceptronWorkspace,
  type Activation,
  type AdamSettings,
  type PerceptronPoints,
  type PerceptronWorkspace,
} from './perceptron-passes.js';

/** How every subset's network is trained. */
export interface PerceptronSchedule extends AdamSettings {
  readonly activation: Activation;
  readonly steps: number;
  /** Pool points per step; null: all of them. */
  readonly batchSize: number | null;
  readonly seed: number;
}

/** Steps between two safe points. */
const stepsPerBurst = 50;

/** One network on its way: θ and Adam's two moments, and the steps taken. */
interface Training {
  readonly state: readonly [Float64Array, Float64Array, Float64Array];
  step: number;
}

/** The points of one step and the cost of each. */
interface Batch {
  readonly points: ArrayLike<number>;
  readonly costOf: (point: number) => number;
}

/**
 * Trains one network per subset. Networks are trained one after the other, so that all of one stays in the fastest cache, on the
 * points of its subset alone, which take no arithmetic when they are absent.
 *
 * @throws InputError if `options.from` has the wrong length or is not finite, or an iteration limit is not a whole number.
 * @throws InterruptedError if `options.signal` is aborted.
 */
export async function trainPerceptrons(
  layers: readonly PerceptronLayer[],
  points: PerceptronPoints,
  subsets: Subsets,
  schedule: PerceptronSchedule,
  options: RetrainOptions = {},
): Promise<Retrained> {
  const { steps, activation, weightDecay, seed } = schedule;
  const { maxIterations = steps, from } = options;
  const { count, poolSize, weights } = subsets;
  const p = layersParameterCount(layers);
  checkStart(from, count, p);
  checkIterations('maxIterations', maxIterations);
  const lastStep = Math.min(steps, maxIterations);
  const start = from ?? initialParameters(layers, seed);
  const sizes = subsetSizes(subsets);
  const batches = batchSchedule(schedule, poolSize);
  const parameters = new Float64Array(count * p).fill(NaN);
  const residuals = new Float64Array(count).fill(NaN);
  const status = new Uint8Array(count).fill(RetrainStatus.missingClass);
  const iterations = new Uint16Array(count);
  const label = `retraining ${count.toLocaleString('en')} subsets`;

  for (let b = 0; b < count; b++) {
    await safePoint(options, label);
    if (sizes[b] > 0) {
      const row = weights.subarray(b * poolSize, (b + 1) * poolSize);
      const members = membersOf(row);
      const everyPoint: Batch = { points: members, costOf: (i) => row[i] / sizes[b] };
      const training: Training = {
        state: [startOf(start, b, p).slice(), new Float64Array(p), new Float64Array(p)],
        step: 0,
      };
      while (training.step < lastStep) {
        if (training.step > 0) await safePoint(options, label);
        const workspace = perceptronWorkspace(layers, activation, members.length);
        const end = Math.min(lastStep, training.step + stepsPerBurst);
        runSteps(workspace, points, training, end, schedule, batches ? (t) => batches(t, row, sizes[b]) : everyPoint);
      }
      const [theta] = training.state;
      parameters.set(theta, b * p);
      const workspace = perceptronWorkspace(layers, activation, members.length);
      residuals[b] = maxAbsolute(gradientAt(workspace, points, everyPoint, theta, weightDecay), 0, p);
      iterations[b] = lastStep;
      const complete = lastStep === steps && theta.every(Number.isFinite);
      status[b] = complete ? RetrainStatus.scheduleEnded : RetrainStatus.notConverged;
    }
    options.onProgress?.({ label, done: b + 1, total: count });
  }
  return { count, parameterCount: p, parameters, residuals, iterations, status };
}

/** The points whose weight is not 0. */
export function membersOf(weights: ArrayLike<number>): Int32Array {
  return Int32Array.from(Array.from({ length: weights.length }, (_, i) => i).filter((i) => weights[i] !== 0));
}

/** ∇F (`p`) at θ for the given points and costs; valid until the workspace is used again. */
export function gradientAt(
  workspace: PerceptronWorkspace,
  points: PerceptronPoints,
  { points: members, costOf }: Batch,
  theta: Float64Array,
  weightDecay: number,
): Float64Array {
  workspace.parameters.set(theta);
  workspace.take(points, members, costOf);
  sumGradient(workspace);
  const { gradient } = workspace;
  for (let j = 0; j < theta.length; j++) gradient[j] += weightDecay * theta[j];
  return gradient;
}

/** Leaves the gradient of Σ cost·loss in the workspace and returns the sum. */
export function sumGradient(workspace: PerceptronWorkspace): number {
  workspace.forward();
  const loss = workspace.softmaxLoss();
  workspace.backpropagate();
  workspace.sumGradient();
  return loss;
}

/** Continues a training to step `end` without waiting for anything. */
function runSteps(
  workspace: PerceptronWorkspace,
  points: PerceptronPoints,
  training: Training,
  end: number,
  schedule: PerceptronSchedule,
  batch: Batch | ((step: number) => Batch),
): void {
  const held = [workspace.parameters, ...workspace.moments];
  held.forEach((numbers, k) => numbers.set(training.state[k]));
  const take = ({ points: members, costOf }: Batch): void => workspace.take(points, members, costOf);
  if (typeof batch !== 'function') take(batch);
  for (; training.step < end; training.step++) {
    if (typeof batch === 'function') take(batch(training.step));
    sumGradient(workspace);
    workspace.adamStep(training.step + 1, schedule);
  }
  held.forEach((numbers, k) => training.state[k].set(numbers));
}

/**
 * The batch of each step: every epoch runs once through the pool in a new order, the same for all subsets, and a subset sees
 * those points of a batch that it has. A point of weight w counts w/n · N/|batch|, so that the expected gradient of a step is
 * the whole subset's.
 */
function batchSchedule(
  { batchSize, seed }: PerceptronSchedule,
  poolSize: number,
): ((step: number, weights: Uint8Array, size: number) => Batch) | undefined {
  if (batchSize === null) return undefined;
  const perEpoch = Math.ceil(poolSize / batchSize);
  const orders: Int32Array[] = [];
  return (step, weights, size) => {
    const epoch = Math.floor(step / perEpoch);
    orders[epoch] ??= randomStream(seed, 'multilayer perceptron', 'epoch', epoch).permutation(poolSize);
    const first = (step % perEpoch) * batchSize;
    const batch = orders[epoch].subarray(first, first + batchSize);
    const scale = poolSize / (batch.length * size);
    return { points: batch.filter((i) => weights[i] !== 0), costOf: (i) => scale * weights[i] };
  };
}
