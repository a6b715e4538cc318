import type { RunControl } from '../../control.js';
import { measureCpu } from '../../evaluation/cost.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { refinedByNewton } from '../../prediction/newton.js';
import type { Predictor } from '../../prediction/predictor.js';
import type { Bank } from '../../retraining/bank.js';
import type { Subsets } from '../../subsets/index.js';
import type { Seconds } from './costs.js';
import type { MethodTrials } from './methods.js';
import { learns, type Preparation } from './preparations.js';
import type { Ground } from './retraining.js';

/** A bank with the processor seconds of retraining it. */
export interface MeasuredBank {
  readonly result: Bank;
  readonly seconds: number;
}

/** A predictor with what preparing it cost, in processor seconds; no labels where it learns from none. */
export interface Prepared extends Pick<Seconds, 'labels' | 'training'> {
  readonly method: MethodId;
  readonly predictor: Predictor;
}

/** Prepares one method. What refines another takes it from those prepared before, at the same cost. */
export async function prepareMeasured(
  preparation: Preparation,
  {
    ground,
    bank,
    seed,
    before,
  }: {
    readonly ground: Ground;
    readonly bank: MeasuredBank;
    readonly seed: number;
    readonly before: readonly Prepared[];
  },
): Promise<Prepared> {
  const { method } = preparation;
  if ('refine' in preparation) {
    const refined = before.find((own) => own.method === preparation.refine);
    if (refined === undefined) throw new Error(`${labelOf(method)} refines what was not prepared before it.`);
    return {
      ...refined,
      method,
      predictor: refinedByNewton({ predictor: refined.predictor, pool: ground.pool, learner: ground.learner }),
    };
  }
  const { result: predictor, seconds: training } = await measureCpu(() =>
    'prepare' in preparation ? preparation.prepare() : preparation.prepareFromBank(bank.result, seed),
  );
  return { method, predictor, labels: learns(preparation) ? bank.seconds : 0, training };
}

/** A comparison of methods on one pool, with several seeds. */
export interface Comparison<T> {
  readonly ground: Ground;
  /** In the order of results; what refines a method comes after it. */
  readonly preparations: readonly Preparation[];
  readonly seeds: readonly number[];
  /** Retrains what is learned from with a seed. */
  readonly bankOf: (seed: number) => Promise<Bank>;
  /** What learns from no bank is measured with the first seed alone, unless what it is asked depends on the seed. */
  readonly untaught?: 'once' | 'every seed';
  readonly measure: (prepared: Prepared, seed: number) => Promise<T>;
}

/** Prepares and measures every method with every seed: the one place where banks, seeds and costs meet. */
export async function measureMethods<T>(comparison: Comparison<T>): Promise<MethodTrials<T>[]> {
  const { ground, preparations, seeds, bankOf, untaught = 'once', measure } = comparison;
  const found = new Map<MethodId, T[]>();
  for (const [s, seed] of seeds.entries()) {
    const bank = await measureCpu(() => bankOf(seed));
    const before: Prepared[] = [];
    for (const preparation of preparations) {
      if (s > 0 && untaught === 'once' && !learns(preparation)) continue;
      const prepared = await prepareMeasured(preparation, { ground, bank, seed, before });
      before.push(prepared);
      const { method } = preparation;
      found.set(method, [...(found.get(method) ?? []), await measure(prepared, seed)]);
    }
  }
  return [...found].map(([method, trials]) => ({ method, trials }));
}

/** A method's parameters of subsets, with all that they cost. */
export async function predictMeasured(
  { predictor, labels, training }: Prepared,
  subsets: Subsets,
  control: RunControl,
): Promise<{ readonly parameters: Float64Array; readonly seconds: Seconds }> {
  const { result, seconds } = await measureCpu(() => predictor.predict(subsets, control));
  return { parameters: result, seconds: { labels, training, prediction: seconds } };
}
