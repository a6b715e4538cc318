import type { RunControl } from '../control.js';
import { InputError } from '../errors.js';
import { buildNetwork, initialParameters, type Network, type NetworkPoints } from './network.js';
import { pacer } from './pace.js';
import { checkTraining, type Training } from './training.js';
import { batchCapacity, stateVectors, trainingSteps } from './training-steps.js';
import { networkWorkspace, type Precision } from './workspace.js';

/** One training of a network. */
export interface NetworkRun {
  readonly network: Network;
  /** N points. */
  readonly pool: NetworkPoints;
  readonly training: Training;
  /** `N` weights of the points, at least 0; default: all 1. */
  readonly weights?: ArrayLike<number>;
  /** `p` parameters to begin with (`B×p` where many models are trained). Default: those that belong to the training's seed. */
  readonly from?: Float64Array;
  /** Default `float32`. */
  readonly precision?: Precision;
}

/** Trainings of many networks. */
export interface TrainNetworksOptions extends Omit<NetworkRun, 'weights'> {
  /** `B×N` weights, one row a model. */
  readonly weights: ArrayLike<number>;
  /** Stop after so many steps of the schedule. Default: all. */
  readonly stopAfter?: number;
  /** Numbers of steps after which parameters are kept too, e.g. [0, 100, 200]. Default: none. */
  readonly checkpoints?: readonly number[];
  readonly control?: RunControl;
}

export interface TrainedNetworks {
  /** `B×p`. */
  readonly parameters: Float64Array;
  /** For every checkpoint `B×p` parameters. */
  readonly checkpoints: readonly Float64Array[];
}

/**
 * Trains B models of one network from the same initial parameters on the same batches, each on the points that its weights
 * select. A model's parameters do not depend on the others; points of weight 0 cost nothing. A model without points stays at
 * its initial parameters but for weight decay.
 *
 * Cost: B·T·(forward and reverse pass of the batch's points in the subset) + B·T·O(p).
 *
 * @throws InputError if the network or the training cannot be used, or sizes do not match; InterruptedError within a second
 * after the control's signal is aborted.
 */
export async function trainNetworks(options: TrainNetworksOptions): Promise<TrainedNetworks> {
  const { network, pool, training, weights, checkpoints = [], control } = options;
  checkRun(options);
  const count = weights.length / pool.size;
  if (!Number.isInteger(count)) throw new InputError(`${weights.length} weights are not rows of ${pool.size} points.`);
  const steps = Math.min(training.steps, options.stopAfter ?? Infinity);
  const capacity = batchCapacity(training, pool.size);
  const vectors = stateVectors(training);
  const { precision } = options;
  const workspace = networkWorkspace({ network, points: pool, capacity, derivatives: 'first', vectors, precision });
  const {
    parameterCount: p,
    kernels: { numbers },
    parameters: { value },
  } = workspace;
  const run = trainingSteps(workspace, training, pool.size);
  const start = options.from ?? initialParameters(network, training.seed ?? 0);
  const parameters = new Float64Array(count * p);
  const kept = checkpoints.map(() => new Float64Array(count * p));
  const report = pacer(control, count === 1 ? 'training a network' : `training ${count} networks`, count * steps);
  for (let b = 0; b < count; b++) {
    const copyTo = (into: Float64Array): void => into.set(numbers.subarray(value, value + p), b * p);
    const row = Float64Array.from({ length: pool.size }, (_, i) => weights[b * pool.size + i]);
    run.begin(row, start.length > p ? start.subarray(b * p, (b + 1) * p) : start);
    for (let index = 0; index <= steps; index++) {
      checkpoints.forEach((step, k) => step === index && copyTo(kept[k]));
      if (index === steps) break;
      run.gradient(index);
      run.rule.step(run.at(index));
      await report(b * steps + index + 1);
    }
    copyTo(parameters);
  }
  return { parameters, checkpoints: kept };
}

/** {@link trainNetworks} for one model: its `p` parameters. */
export async function trainNetwork(run: NetworkRun & { readonly control?: RunControl }): Promise<Float64Array> {
  const { parameters } = await trainNetworks({ ...run, weights: run.weights ?? new Uint8Array(run.pool.size).fill(1) });
  return parameters;
}

/** @throws InputError if the training, the starting parameters or the weights do not belong to the network and the pool. */
export function checkRun({ network, pool, training, weights, from }: NetworkRun): void {
  checkTraining(training);
  const { parameterCount } = buildNetwork(network);
  const models = weights ? weights.length / pool.size : 1;
  if (from && from.length !== parameterCount && from.length !== models * parameterCount) {
    throw new InputError(`The network has ${parameterCount} parameters, but training is to start from ${from.length}.`);
  }
  if (pool.size === 0) throw new InputError('There are no points to train on.');
  for (let i = 0; weights && i < weights.length; i++) {
    if (!(weights[i] >= 0)) throw new InputError(`The weight ${i} is ${weights[i]}; weights are at least 0.`);
  }
}
