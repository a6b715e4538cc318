import { buildNetwork, initialParameters } from './network.js';
import { checkRun, type TrainNetworksOptions } from './train-network.js';
import { totalWeight } from './training.js';
import { batchCapacity, stateVectors, trainingSteps } from './training-steps.js';
import { networkWorkspace, workspaceBytes } from './workspace.js';

/** What a training of many networks takes, in one thread. */
export interface TrainingEstimate {
  /** Seconds of processor time, from a few steps that were taken and timed. */
  readonly seconds: number;
  /** Bytes of the network's memory and of the results: 4 (or 8) for each number of {@link workspaceBytes}, 8·B·p, and 8·N for the weights of a model. */
  readonly bytes: number;
}

/** Milliseconds that are spent on finding out. */
const trialMilliseconds = 200;

/**
 * Times a few steps of the first model, and concludes from them on all: the time of a step is taken to be in proportion to the
 * points of the batch that a model has, beside what a step takes without any.
 */
export function estimateTraining(options: Omit<TrainNetworksOptions, 'checkpoints' | 'control'>): TrainingEstimate {
  checkRun(options);
  const { network, pool, training, weights, precision } = options;
  const { parameterCount } = buildNetwork(network);
  const capacity = batchCapacity(training, pool.size);
  const place = {
    network,
    points: pool,
    capacity,
    derivatives: 'first',
    vectors: stateVectors(training),
    precision,
  } as const;
  const run = trainingSteps(networkWorkspace(place), training, pool.size);
  const start = initialParameters(network, training.seed ?? 0);
  const secondsFor = (row: Float64Array): number => {
    run.begin(row, start);
    const takeStep = (index: number): void => {
      run.gradient(index);
      run.rule.step(run.at(index));
    };
    for (let index = 0; index < 5; index++) takeStep(index);
    const begin = process.cpuUsage();
    const end = performance.now() + trialMilliseconds / 2;
    let steps = 0;
    while (steps < 3 || performance.now() < end) takeStep(5 + steps++);
    const { user, system } = process.cpuUsage(begin);
    return (user + system) / 1e6 / steps;
  };
  const empty = secondsFor(new Float64Array(pool.size));
  const full = secondsFor(new Float64Array(pool.size).fill(1));
  const models = weights.length / pool.size;
  const present = totalWeight(Uint8Array.from(weights, (weight) => (weight === 0 ? 0 : 1)));
  return {
    seconds: training.steps * (models * empty + (present / pool.size) * Math.max(0, full - empty)),
    bytes: workspaceBytes(place) + 8 * (models * parameterCount + pool.size),
  };
}
