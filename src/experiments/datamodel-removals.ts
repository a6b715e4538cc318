import { ordersByEffect } from '../attribution/index.js';
import type { RunControl } from '../control.js';
import { bootstrap, bootstrapMean, bootstrapRatio } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import type { Claim } from '../evaluation/claim.js';
import { resampledSpearman } from '../statistics/resampled-ranks.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { concatenateSubsets, removeInOrder } from '../subsets/index.js';
import { lassoName } from './datamodels.js';
import type { TargetsResult } from './datamodel-targets.js';
import { influenceName, newtonName, refinedName } from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

const removedShares = [0.01, 0.02, 0.05, 0.1, 0.2];
/** The share that claims are about. */
const tenth = 0.1;
export const randomName = 'random';
/** One Newton step ranks single points as influence functions do. */
const ranks = (method: string): boolean => method !== newtonName;

/** Changes of every target's own margin when the points ranked first for it are removed. */
interface RankedRemovals {
  /** What ranks the points. */
  readonly ranking: string;
  readonly share: number;
  /** `T` changes of retrained margins. */
  readonly actual: Float64Array;
  /** `T` changes that each method predicts. */
  readonly predicted: ReadonlyMap<string, Float64Array>;
}

export interface RemovalsResult {
  readonly title: string;
  readonly targets: number;
  readonly removals: readonly RankedRemovals[];
  readonly seed: number;
}

/**
 * Removes from the pool the points that matter most to each target by every ranking, retrains exactly, and compares the change
 * of the target's margin with what every method predicts (Ilyas et al. 2022, §4.1).
 */
export async function datamodelRemovals(
  all: readonly TargetsResult[],
  control: RunControl = {},
): Promise<RemovalsResult[]> {
  const results: RemovalsResult[] = [];
  for (const targets of all) results.push(await removalsOf(targets, control));
  return results;
}

async function removalsOf({ result, margins, retrained, methods }: TargetsResult, control: RunControl) {
  const { pool, title } = result.problem;
  const T = margins.length;
  const random = Array.from({ length: T }, (_, t) =>
    randomStream(deriveSeed(result.seed, title, 'removed at random'), t).permutation(pool.size),
  );
  const rankings = [
    { ranking: randomName, orders: random },
    ...methods
      .filter(({ method }) => ranks(method))
      .map(({ method, effects }) => ({ ranking: method, orders: ordersByEffect(effects, pool.size) })),
  ].flatMap(({ ranking, orders }) => removedShares.map((share) => ({ ranking, orders, share })));
  const subsets = concatenateSubsets(
    ...rankings.map(({ orders, share }) =>
      removeInOrder({ labels: pool.labels, orders, count: Math.round(share * pool.size) }),
    ),
  );
  /** Of `B×T` numbers those of each subset's own target, by ranking and share. */
  const own = (outputs: Float64Array): Float64Array[] =>
    rankings.map((_, k) => Float64Array.from({ length: T }, (__, t) => outputs[(k * T + t) * T + t]));
  const actual = own((await retrained(subsets)).map((margin, at) => margin - margins[at % T]));
  const predicted = new Map<string, Float64Array[]>();
  for (const { method, changesOf } of methods) {
    control.onProgress?.({ label: `removals predicted by ${method}`, done: predicted.size, total: methods.length });
    if (changesOf) predicted.set(method, own(await changesOf(subsets)));
  }
  const removals = rankings.map(({ ranking, share }, k) => ({
    ranking,
    share,
    actual: actual[k],
    predicted: new Map([...predicted].map(([method, changes]) => [method, changes[k]])),
  }));
  return { title, targets: T, removals, seed: result.seed };
}

const dropsOf = ({ removals }: RemovalsResult, ranking: string, share: number): Float64Array =>
  (removals.find((own) => own.ranking === ranking && own.share === share) as RankedRemovals).actual.map(
    (change) => -change,
  );

/** Mean fall of margins by ranking and share removed; 95 % intervals over targets. */
export function marginDropRows(results: readonly RemovalsResult[]) {
  return results.flatMap((result) =>
    result.removals.map(({ ranking, share }) => {
      const { value, low, high } = bootstrapMean(dropsOf(result, ranking, share), { seed: result.seed });
      return { dataset: result.title, method: ranking, share, drop: value, low, high };
    }),
  );
}

function dropGap(result: RemovalsResult, ranking: string, from: string, share: number): Estimate {
  const other = dropsOf(result, from, share);
  return bootstrapMean(
    dropsOf(result, ranking, share).map((drop, t) => drop - other[t]),
    { seed: result.seed },
  );
}

/** The same for a tenth of the pool, with the paired difference from the points that datamodels rank first. */
export function marginDropTable(results: readonly RemovalsResult[]) {
  return results.flatMap((result) =>
    marginDropRows([result])
      .filter(({ share }) => share === tenth)
      .map(({ method, drop, low, high }) => {
        const gap = dropGap(result, method, lassoName, tenth);
        return {
          'data set': result.title,
          'points ranked by': method,
          'mean fall of the margin': drop,
          low,
          high,
          'minus that of datamodels': gap.value,
          'low of it': gap.low,
          'high of it': gap.high,
        };
      }),
  );
}

/** Changes on all removals of one ranking or of all, target by target within each. */
function changesOn({ removals }: RemovalsResult, method: string, ranking?: string) {
  const chosen = removals.filter((own) => ranking === undefined || own.ranking === ranking);
  return {
    blocks: chosen.length,
    actual: Float64Array.from(chosen.flatMap(({ actual }) => [...actual])),
    predicted: Float64Array.from(chosen.flatMap(({ predicted }) => [...(predicted.get(method) ?? [])])),
  };
}

/** The pairs of all removals of the resampled targets. */
function pairsOf(targets: Int32Array, blocks: number): Int32Array {
  const T = targets.length;
  return Int32Array.from({ length: blocks * T }, (_, at) => Math.floor(at / T) * T + targets[at % T]);
}

const resamples = 500;

/** Spearman correlation of predicted with true changes over targets and shares, resampled by target. */
function changeCorrelation(result: RemovalsResult, method: string, ranking?: string): Estimate {
  const { blocks, actual, predicted } = changesOn(result, method, ranking);
  const correlation = resampledSpearman(predicted, actual);
  return bootstrap(result.targets, (targets) => correlation(pairsOf(targets, blocks)), {
    seed: result.seed,
    resamples,
  });
}

/** Mean absolute error of predicted changes over the mean absolute change, resampled by target. */
function changeError(result: RemovalsResult, method: string, ranking?: string): Estimate {
  const { actual, predicted } = changesOn(result, method, ranking);
  const ofTargets = (values: Float64Array): Float64Array => {
    const sums = new Float64Array(result.targets);
    values.forEach((value, at) => (sums[at % result.targets] += Math.abs(value)));
    return sums;
  };
  return bootstrapRatio(ofTargets(predicted.map((change, at) => change - actual[at])), ofTargets(actual), {
    seed: result.seed,
  });
}

/** How well every method predicts changes, on removals that datamodels rank first and on those of all rankings. */
export function changeScores(results: readonly RemovalsResult[]) {
  return results.flatMap((result) =>
    [lassoName, undefined].flatMap((ranking) =>
      [...result.removals[0].predicted.keys()].map((method) => {
        const correlation = changeCorrelation(result, method, ranking);
        const error = changeError(result, method, ranking);
        return {
          'data set': result.title,
          'points ranked by': ranking ?? 'all rankings',
          'changes predicted by': method,
          'Spearman correlation': correlation.value,
          low: correlation.low,
          high: correlation.high,
          'error / change': error.value,
          'low of it': error.low,
          'high of it': error.high,
        };
      }),
    ),
  );
}

/** Predicted and true changes where the points that datamodels rank first are removed: one pair per target and share. */
export function changePairs(results: readonly RemovalsResult[], methods: readonly string[]) {
  return results.flatMap((result) =>
    methods.flatMap((method) => {
      const { actual, predicted } = changesOn(result, method, lassoName);
      const correlation = changeCorrelation(result, method, lassoName).value;
      return [...actual].map((exact, at) => ({
        dataset: result.title,
        method,
        predicted: predicted[at],
        exact,
        correlation,
      }));
    }),
  );
}

/** What notebook 04 states about removals. */
export function removalClaims(results: readonly RemovalsResult[], profile: Profile): Claim[] {
  const kind = '95 % bootstrap over test points';
  return results.flatMap((result): Claim[] => {
    const { title } = result;
    const told = changeCorrelation(result, lassoName, lassoName);
    const refined = changeError(result, refinedName, lassoName);
    const chance = dropGap(result, lassoName, randomName, tenth);
    const rivals = dropGap(result, lassoName, influenceName, tenth);
    const interval = ({ low, high }: Estimate) => ({ low, high, kind });
    return [
      {
        id: `counterfactual-${slug(title)}`,
        statement: `Where the points that datamodels rank first for a test point of ${title} are removed, their coefficients tell how far its margin falls: a Spearman correlation of at least 0.9 with retrained margins.`,
        source: 'Ilyas et al. 2022, §4.1: datamodels predict counterfactuals',
        measured: told.value,
        interval: interval(told),
        unit: 'Spearman correlation over test points and shares removed',
        verdict: told.low >= 0.9 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `counterfactual-refined-${slug(title)}`,
        statement: `On the same removals from ${title}, margins of ModelPred’s models with one Newton step are off by at most a twentieth of the change.`,
        source: 'this project',
        measured: refined.value,
        interval: interval(refined),
        unit: 'mean absolute error / mean absolute change',
        verdict: refined.high <= 0.05 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `removal-random-${slug(title)}`,
        statement: `Removing the tenth of ${title} that datamodels rank first lowers the margin more than removing a random tenth.`,
        source: 'Ilyas et al. 2022, §4.1',
        measured: chance.value,
        interval: interval(chance),
        unit: 'mean difference of falls (nats)',
        verdict: chance.low > 0 ? 'holds' : 'does not hold',
        guarded: profile !== 'smoke',
      },
      {
        id: `removal-influence-${slug(title)}`,
        statement: `Removing the tenth of ${title} that datamodels rank first lowers the margin more than removing the tenth that influence functions rank first.`,
        source: 'Ilyas et al. 2022, §4.1: comparison with influence estimates',
        measured: rivals.value,
        interval: interval(rivals),
        unit: 'mean difference of falls (nats)',
        verdict: rivals.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
    ];
  });
}
