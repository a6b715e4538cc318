import { dataSupports } from '../../attribution/datamodels/data-support.js';
import { ordersByEffect, type OutputsOf } from '../../attribution/datamodels/removal-effects.js';
import type { RunControl } from '../../control.js';
import { measureCpu } from '../../evaluation/cost.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { leaveGroupOut, removableInOrder } from '../../subsets/index.js';
import { entryOf } from '../common/methods.js';
import type { Targets } from './targets.js';

/** What orders the points that are removed, and what estimates sizes along each order. */
const estimatorsOf: readonly { readonly method: MethodId; readonly estimators: readonly MethodId[] }[] = [
  { method: 'lasso', estimators: ['lasso', 'newton', 'improved', 'refined'] },
  { method: 'influence', estimators: ['influence', 'refined'] },
  { method: 'refined', estimators: ['refined'] },
  { method: 'nearestOfClass', estimators: [] },
];
/** Estimates are tried once as they are and once with a fifth more, as in the paper. */
const inflation = 1.2;

export interface SupportEstimate {
  readonly method: MethodId;
  /** `T` sizes, ∞ where the target is not expected to flip. */
  readonly sizes: Float64Array;
  /** Whether targets flip when retrained without as many points as estimated, and without a fifth more. */
  readonly flips: readonly boolean[];
  readonly flipsInflated: readonly boolean[];
  /** Processor seconds of the search. */
  readonly seconds: number;
}

export interface SupportRun {
  /** What orders the points that are removed. */
  readonly method: MethodId;
  /** `T` sizes found by retraining, ∞ where removing every point that the order holds does not flip the target. */
  readonly sizes: Float64Array;
  readonly seconds: number;
  readonly estimates: readonly SupportEstimate[];
}

export interface Supports {
  /** Targets that the model of the whole pool classifies correctly, T. */
  readonly targets: number;
  readonly runs: readonly SupportRun[];
}

/**
 * The smallest number of points, in each method's order of removal, without which retraining misclassifies a target: by
 * retraining, and as datamodels and predicted models estimate it.
 */
export async function supportsOf(own: Targets, control: RunControl): Promise<Supports> {
  const asked = [...own.margins.keys()].filter((t) => own.margins[t] >= 0);
  const runs: SupportRun[] = [];
  for (const { method, estimators } of estimatorsOf) {
    control.onProgress?.({ label: `data supports, ${labelOf(method)}`, done: runs.length, total: estimatorsOf.length });
    runs.push(await supportsAlong(own, { method, estimators, asked, control }));
  }
  return { targets: asked.length, runs };
}

async function supportsAlong(
  own: Targets,
  options: {
    readonly method: MethodId;
    readonly estimators: readonly MethodId[];
    /** The targets that are asked about. */
    readonly asked: readonly number[];
    readonly control: RunControl;
  },
): Promise<SupportRun> {
  const { margins, retrained, methods, problem } = own;
  const { method, estimators, asked, control } = options;
  const poolSize = problem.pool.size;
  const T = asked.length;
  /** Of outputs of all targets, those of the targets asked about. */
  const ofAsked =
    (outputsOf: OutputsOf): OutputsOf =>
    async (subsets) => {
      const outputs = await outputsOf(subsets);
      return Float64Array.from(
        { length: subsets.count * T },
        (_, at) => outputs[Math.floor(at / T) * margins.length + asked[at % T]],
      );
    };
  const truth = ofAsked(retrained);
  const orders = removalOrders(own, method, asked);
  const search = (outputsOf: OutputsOf) => measureCpu(() => dataSupports({ ...control, poolSize, orders, outputsOf }));
  /** Whether targets flip when retrained without so many points of their order. */
  const flipsWithout = async (sizes: Float64Array): Promise<boolean[]> => {
    const rows = [...sizes.keys()].filter((t) => Number.isFinite(sizes[t]));
    const groups = rows.map((t) => orders[t].subarray(0, sizes[t]));
    const outputs = await truth(leaveGroupOut(poolSize, groups));
    const flips = Array<boolean>(T).fill(false);
    rows.forEach((t, k) => (flips[t] = outputs[k * T + t] < 0));
    return flips;
  };

  const exact = await search(truth);
  const estimates: SupportEstimate[] = [];
  for (const { method: by, changesOf } of methods) {
    if (!changesOf || !estimators.includes(by)) continue;
    const { result: sizes, seconds } = await search(
      ofAsked(async (subsets) => (await changesOf(subsets)).map((change, at) => margins[at % margins.length] + change)),
    );
    const flips = await flipsWithout(sizes);
    const flipsInflated = await flipsWithout(sizes.map((size) => Math.ceil(inflation * size)));
    estimates.push({ method: by, sizes, flips, flipsInflated, seconds });
  }
  return { method, sizes: exact.result, seconds: exact.seconds, estimates };
}

/** For every target asked about, the points to remove, in order. */
function removalOrders(own: Targets, method: MethodId, asked: readonly number[]): Int32Array[] {
  const { pool } = own.problem;
  const effects = method === 'nearestOfClass' ? closenessToTargets(own) : entryOf(own.methods, method).effects;
  const all = ordersByEffect(effects, pool.size);
  // Removing what is expected to harm the target would only raise its margin again.
  const helping = (t: number) => all[t].filter((i) => effects[t * pool.size + i] >= 0);
  return asked.map((t) => removableInOrder({ labels: pool.labels, order: helping(t) }));
}

/** `T×N`: positive for pool points of the target's class, the more the closer they are in feature space; −1 for others. */
function closenessToTargets({ problem: { pool }, targets }: Targets): Float64Array {
  const { dimension, size } = pool;
  return Float64Array.from({ length: targets.size * size }, (_, at) => {
    const [t, i] = [Math.floor(at / size), at % size];
    if (pool.labels[i] !== targets.labels[t]) return -1;
    let squared = 0;
    for (let k = 0; k < dimension; k++)
      squared += (pool.features[i * dimension + k] - targets.features[t * dimension + k]) ** 2;
    return 1 / (1 + squared);
  });
}
