import type { ParametersOf } from '../../games/prefix-utilities.js';
import { mean } from '../../statistics/mean.js';
import type { MethodId } from '../../evaluation/methods.js';
import { deriveSeed } from '../../numerics/random.js';
import { fixedSizeSubsets, fullPool } from '../../subsets/index.js';
import { range } from '../common/experiment.js';
import { entryOf, type MethodTrials } from '../common/methods.js';
import type { Problem } from '../problems/problem.js';
import type { AttributionTrial } from './trial.js';

/** Share of the pool that is removed to see what the points named do. */
const removedShare = 0.1;
const randomRemovals = 40;

/** How far each parameter falls when the points that raise it most are removed and the rest is retrained. */
export interface RemovalRun {
  /** Which numbers name the points, of which method's models. */
  readonly kind: 'Shapley' | 'leave-one-out' | 'random';
  readonly method: MethodId;
  /** `p` falls in standard deviations over random removals of as many points. */
  readonly falls: Float64Array;
}

/** The `N` entries of parameter j in `N×p` attributions. */
export function attributionColumn(values: Float64Array, p: number, j: number): Float64Array {
  const column = new Float64Array(values.length / p);
  for (let i = 0; i < column.length; i++) column[i] = values[i * p + j];
  return column;
}

/** The whole pool but, for each of p parameters, the points of the largest entries in its column of `N×p` attributions. */
function withoutLargest(values: Float64Array, n: number, removed: number) {
  const p = values.length / n;
  const weights = new Uint8Array(p * n).fill(1);
  for (let j = 0; j < p; j++) {
    const column = attributionColumn(values, p, j);
    const order = [...column.keys()].sort((a, b) => column[b] - column[a]);
    for (const i of order.slice(0, removed)) weights[j * n + i] = 0;
  }
  return { count: p, poolSize: n, weights };
}

function standardDeviation(values: Float64Array): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

const named = [
  { kind: 'Shapley', method: 'exact' },
  { kind: 'Shapley', method: 'improved' },
  { kind: 'Shapley', method: 'refined' },
  { kind: 'leave-one-out', method: 'exact' },
  { kind: 'leave-one-out', method: 'influence' },
] as const;

/** For every parameter, removes the points that raise it most, by various attributions of the first seed, and retrains. */
export async function removeNamed(
  { title, pool, learner }: Problem,
  methods: readonly MethodTrials<AttributionTrial>[],
  retrain: ParametersOf,
  seed: number,
): Promise<RemovalRun[]> {
  const n = pool.size;
  const p = learner.parameterCount(pool);
  const removed = Math.round(removedShare * n);
  const full = await retrain(fullPool(n));
  const falls = (parameters: Float64Array): Float64Array => parameters.map((value, at) => full[at % p] - value);
  const drawn = deriveSeed(seed, title, 'random removals');
  const random = fixedSizeSubsets({ poolSize: n, count: randomRemovals, size: n - removed, seed: drawn });
  const atRandom = falls(await retrain(random));
  const ofParameter = range(p).map((j) => atRandom.filter((_, at) => at % p === j));
  const spread = Float64Array.from(ofParameter, standardDeviation);

  const found: RemovalRun[] = [];
  for (const { kind, method } of named) {
    const [{ growing, leaveOneOut }] = entryOf(methods, method).trials;
    const values = kind === 'Shapley' ? growing[growing.length - 1].values : leaveOneOut;
    const change = falls(await retrain(withoutLargest(values, n, removed)));
    found.push({ kind, method, falls: spread.map((deviation, j) => change[j * p + j] / deviation) });
  }
  const byChance = spread.map((deviation, j) => mean(ofParameter[j]) / deviation);
  return [...found, { kind: 'random', method: 'random', falls: byChance }];
}
