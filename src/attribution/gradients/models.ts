import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { measureCpu } from '../../evaluation/cost.js';
import {
  trainNetworks,
  type Network,
  type NetworkPoints,
  type Precision,
  type Training,
} from '../../networks/index.js';

/** A model of the whole pool. */
export interface TrainedModel {
  /** Of its training. */
  readonly seed: number;
  /** `p`. */
  readonly parameters: Float64Array;
  /** Parameters (`p`) after some steps, in order. */
  readonly checkpoints: readonly { readonly step: number; readonly parameters: Float64Array }[];
}

/** Models of one network and pool that differ in their seeds, and how they came about. */
export interface TrainedModels {
  readonly network: Network;
  readonly pool: NetworkPoints;
  readonly training: Training;
  readonly models: readonly TrainedModel[];
  readonly precision?: Precision;
  /** Processor seconds of training. */
  readonly seconds: number;
}

export interface TrainModelsOptions {
  readonly network: Network;
  readonly pool: NetworkPoints;
  readonly training: Training;
  /** One model each. Default: the training's own. */
  readonly seeds?: readonly number[];
  /** Numbers of steps after which parameters are kept, e.g. [0, 100, 200]. Default: none. */
  readonly checkpoints?: readonly number[];
  /** Default `float32`. */
  readonly precision?: Precision;
  readonly control?: RunControl;
}

/**
 * Trains models on the whole pool, one a seed, for methods of attribution.
 *
 * @throws InputError as {@link trainNetworks} does, or without a seed.
 */
export async function trainForAttribution(options: TrainModelsOptions): Promise<TrainedModels> {
  const {
    network,
    pool,
    training,
    precision,
    control,
    seeds = [training.seed ?? 0],
    checkpoints: steps = [],
  } = options;
  if (seeds.length === 0) throw new InputError('There are no seeds; give one for every model.');
  const sorted = [...steps].sort((a, b) => a - b);
  const weights = new Uint8Array(pool.size).fill(1);
  const { result: models, seconds } = await measureCpu(async () => {
    const trained: TrainedModel[] = [];
    for (const seed of seeds) {
      const run = { network, pool, training: { ...training, seed }, weights, precision, control, checkpoints: sorted };
      const { parameters, checkpoints } = await trainNetworks(run);
      trained.push({ seed, parameters, checkpoints: sorted.map((step, k) => ({ step, parameters: checkpoints[k] })) });
    }
    return trained;
  });
  return { network, pool, training, precision, models, seconds };
}
