import { dataSupports, ordersByEffect, type OutputsOf } from '../attribution/index.js';
import type { RunControl } from '../control.js';
import { bootstrap, bootstrapMean } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import { quantile } from '../statistics/quantile.js';
import type { Claim } from '../evaluation/claim.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { proportionInterval } from '../statistics/proportion-interval.js';
import { leaveGroupOut, removableInOrder } from '../subsets/index.js';
import { lassoName } from './datamodels.js';
import type { TargetsResult } from './datamodel-targets.js';
import { exactName, improvedName, influenceName, newtonName, refinedName } from './predictors.js';
import { slug } from './slug.js';

const nearestOfClassName = 'nearest of the class';
/** For every order of removal, what estimates sizes along it. */
const estimatorsOf: Readonly<Record<string, readonly string[]>> = {
  [lassoName]: [lassoName, newtonName, improvedName, refinedName],
  [influenceName]: [influenceName, refinedName],
  [refinedName]: [refinedName],
  [nearestOfClassName]: [],
};
/** Estimates are tried once as they are and once with a fifth more, as in the paper. */
const inflation = 1.2;
/** The share of the pool that orders are compared at. */
const tenth = 0.1;

interface SupportEstimate {
  readonly method: string;
  /** `T` sizes, ∞ where the target is not expected to flip. */
  readonly sizes: Float64Array;
  /** Whether targets flip when retrained without as many points as estimated, and without a fifth more. */
  readonly flips: readonly boolean[];
  readonly flipsInflated: readonly boolean[];
  /** Processor seconds of the search. */
  readonly seconds: number;
}

interface SupportRun {
  /** What orders the points that are removed. */
  readonly order: string;
  /** `T` sizes found by retraining, ∞ where removing every point that the order holds does not flip the target. */
  readonly sizes: Float64Array;
  readonly seconds: number;
  readonly estimates: readonly SupportEstimate[];
}

export interface SupportsResult {
  readonly title: string;
  readonly poolSize: number;
  /** Targets that the model of the whole pool classifies correctly, T. */
  readonly targets: number;
  readonly runs: readonly SupportRun[];
  readonly seed: number;
}

/**
 * The smallest number of points, in each method's order of removal, without which retraining misclassifies a target (Ilyas et
 * al. 2022, §4.1.2): by retraining, and as datamodels and predicted models estimate it.
 */
export async function datamodelSupports(
  all: readonly TargetsResult[],
  control: RunControl = {},
): Promise<SupportsResult[]> {
  const results: SupportsResult[] = [];
  for (const targets of all) results.push(await supportsOf(targets, control));
  return results;
}

async function supportsOf(
  { result, margins, retrained, methods }: TargetsResult,
  control: RunControl,
): Promise<SupportsResult> {
  const { pool, title } = result.problem;
  const poolSize = pool.size;
  const asked = [...margins.keys()].filter((t) => margins[t] >= 0);
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
  const runs: SupportRun[] = [];
  for (const [order, estimators] of Object.entries(estimatorsOf)) {
    control.onProgress?.({
      label: `data supports, ${order}`,
      done: runs.length,
      total: Object.keys(estimatorsOf).length,
    });
    const effects =
      order === nearestOfClassName
        ? closenessToTargets(result)
        : (methods.find(({ method }) => method === order)?.effects ?? new Float64Array());
    const all = ordersByEffect(effects, poolSize);
    // Removing what is expected to harm the target would only raise its margin again.
    const orders = asked.map((t) =>
      removableInOrder(
        pool.labels,
        all[t].filter((i) => effects[t * poolSize + i] >= 0),
      ),
    );
    const exact = await measureCpu(() => dataSupports({ ...control, poolSize, orders, outputsOf: truth }));
    const flipsWithout = async (sizes: Float64Array): Promise<boolean[]> => {
      const rows = [...sizes.keys()].filter((t) => Number.isFinite(sizes[t]));
      const outputs = await truth(
        leaveGroupOut(
          poolSize,
          rows.map((t) => orders[t].subarray(0, sizes[t])),
        ),
      );
      const flips = Array<boolean>(T).fill(false);
      rows.forEach((t, k) => (flips[t] = outputs[k * T + t] < 0));
      return flips;
    };
    const estimates: SupportEstimate[] = [];
    for (const { method, changesOf } of methods) {
      if (!changesOf || !estimators.includes(method)) continue;
      const outputsOf = ofAsked(async (subsets) =>
        (await changesOf(subsets)).map((change, at) => margins[at % margins.length] + change),
      );
      const { result: sizes, seconds } = await measureCpu(() =>
        dataSupports({ ...control, poolSize, orders, outputsOf }),
      );
      estimates.push({
        method,
        sizes,
        flips: await flipsWithout(sizes),
        flipsInflated: await flipsWithout(sizes.map((size) => Math.ceil(inflation * size))),
        seconds,
      });
    }
    runs.push({ order, sizes: exact.result, seconds: exact.seconds, estimates });
  }
  return { title, poolSize, targets: T, runs, seed: result.seed };
}

/** `T×N`: positive for pool points of the target's class, the more the closer they are in feature space; −1 for others. */
function closenessToTargets({ problem: { pool }, targets }: TargetsResult['result']): Float64Array {
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

/** How many targets flip once a share of the pool is removed, found by retraining and as each order's own method estimates. */
export function supportRows(results: readonly SupportsResult[]) {
  return results.flatMap(({ title, poolSize, targets, runs }) =>
    runs.flatMap(({ order, sizes, estimates }) => {
      const own = estimates.find(({ method }) => method === order);
      return [
        { found: 'found by retraining', counts: sizes },
        ...(own ? [{ found: 'estimated', counts: own.sizes }] : []),
      ].flatMap(({ found, counts }) => {
        const steps = [...new Set(counts.filter(Number.isFinite))].sort((a, b) => a - b);
        // To the right end, past which no target flips.
        return [...new Set([0, ...steps, poolSize])].map((step) => {
          const flipped = counts.filter((count) => count <= step).length;
          const { value, low, high } = proportionInterval(flipped, targets);
          return { dataset: title, method: order, found, removed: step / poolSize, flipped: value, low, high };
        });
      });
    }),
  );
}

/** Sizes found by retraining, by order of removal: quartiles as shares of the pool, and how many targets do not flip. */
export function supportTable(results: readonly SupportsResult[]) {
  return results.flatMap(({ title, poolSize, targets, runs, seed }) =>
    runs.map(({ order, sizes }) => {
      const shares = sharesOf(sizes, poolSize);
      const median = medianShare(shares, seed);
      return {
        'data set': title,
        'points removed in the order of': order,
        targets,
        'median share removed': median.value,
        low: median.low,
        high: median.high,
        'smallest share': Math.min(...shares),
        'do not flip': sizes.filter((size) => size === Infinity).length / targets,
      };
    }),
  );
}

/** Sizes as shares of the pool; a target that does not flip counts as if the whole pool had to go. */
function sharesOf(sizes: Float64Array, poolSize: number): Float64Array {
  return sizes.map((size) => Math.min(size / poolSize, 1));
}

function medianShare(shares: Float64Array, seed: number): Estimate {
  return bootstrap(
    shares.length,
    (indices) =>
      quantile(
        Float64Array.from(indices, (t) => shares[t]),
        0.5,
      ),
    { seed },
  );
}

/** How good estimates of sizes are. */
export function estimateTable(results: readonly SupportsResult[]) {
  return results.flatMap(({ title, targets, runs }) =>
    runs.flatMap(({ order, sizes, estimates }) =>
      estimates.map(({ method, sizes: estimated, flips, flipsInflated }) => {
        const expected = [...estimated.keys()].filter((t) => Number.isFinite(estimated[t]));
        const ratios = expected.filter((t) => Number.isFinite(sizes[t])).map((t) => estimated[t] / sizes[t]);
        const found = flipShare(expected, flips);
        return {
          'data set': title,
          'points removed in the order of': order,
          'estimated by': method,
          'flip when retrained': mean(sizes.map((size) => Number(Number.isFinite(size)))),
          'expected to flip': expected.length / targets,
          'of these, without as many': found.value,
          low: found.low,
          high: found.high,
          'without a fifth more': flipShare(expected, flipsInflated).value,
          'median estimate / size': ratios.length === 0 ? null : quantile(ratios, 0.5),
        };
      }),
    ),
  );
}

/** Share of the targets that are expected to flip which do; NaN where none is. */
function flipShare(expected: readonly number[], flips: readonly boolean[]): Estimate {
  if (expected.length === 0) return { value: NaN, low: NaN, high: NaN };
  return proportionInterval(expected.filter((t) => flips[t]).length, expected.length);
}

/** Processor seconds of finding all sizes along the order of datamodels. */
export function supportCosts(results: readonly SupportsResult[], all: readonly TargetsResult[]) {
  return results.flatMap(({ title, runs }, k) => {
    const { seconds, estimates } = runs.find(({ order }) => order === lassoName) as SupportRun;
    const exact = { 'data set': title, method: exactName, labels: 0, training: 0, search: seconds };
    return [
      ...estimates.map(({ method, seconds: search }) => {
        const spent = all[k].methods.find((own) => own.method === method);
        return {
          'data set': title,
          method,
          labels: spent?.labelSeconds ?? 0,
          training: spent?.trainingSeconds ?? 0,
          search,
        };
      }),
      exact,
    ];
  });
}

/** What notebook 04 states about data supports. */
export function supportClaims(results: readonly SupportsResult[]): Claim[] {
  return results.flatMap(({ title, poolSize, runs, seed }): Claim[] => {
    const along = (name: string): SupportRun => runs.find(({ order }) => order === name) as SupportRun;
    const lasso = along(lassoName);
    const shareExpected = (name: string, kind: 'flips' | 'flipsInflated'): Estimate => {
      const estimate = lasso.estimates.find(({ method }) => method === name) as SupportEstimate;
      return flipShare(
        [...estimate.sizes.keys()].filter((t) => Number.isFinite(estimate.sizes[t])),
        estimate[kind],
      );
    };
    const [told, refined] = [shareExpected(lassoName, 'flips'), shareExpected(refinedName, 'flipsInflated')];
    const median = medianShare(sharesOf(lasso.sizes, poolSize), seed);
    const withinTenth = (name: string) => along(name).sizes.map((size) => Number(size <= tenth * poolSize));
    const byInfluence = withinTenth(influenceName);
    const gap = bootstrapMean(
      withinTenth(lassoName).map((flips, t) => flips - byInfluence[t]),
      { seed },
    );
    const source = 'Ilyas et al. 2022, §4.1.2';
    const overTargets = '95 % bootstrap over test points';
    const overExpected = '95 % score interval';
    const unit = 'share of the targets expected to flip that do when retrained';
    return [
      {
        id: `support-brittle-${slug(title)}`,
        statement: `Half of the test points of ${title} that are classified correctly flip when at most a twentieth of the pool is removed.`,
        source: `${source}: predictions rest on few training points`,
        measured: median.value,
        interval: { low: median.low, high: median.high, kind: overTargets },
        unit: 'median share of the pool removed in the order of datamodels',
        verdict: median.high <= 0.05 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `support-influence-${slug(title)}`,
        statement: `Removing at most a tenth of ${title} flips more test points in the order of datamodels than in that of influence functions.`,
        source: `${source}: comparison with influence estimates`,
        measured: gap.value,
        interval: { low: gap.low, high: gap.high, kind: overTargets },
        unit: 'difference of shares of test points that flip',
        verdict: gap.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
      expectation(`support-estimate-${slug(title)}`, told, {
        statement: `Most test points of ${title} that datamodels expect to flip do without as many points as they estimate.`,
        source,
      }),
      expectation(`support-refined-${slug(title)}`, refined, {
        statement: `In the same order, most that ModelPred with one Newton step expects to flip on ${title} do without a fifth more points than it estimates.`,
        source: `${source}, estimated with predicted models`,
      }),
    ];

    function expectation(
      id: string,
      { value, low, high }: Estimate,
      words: Pick<Claim, 'statement' | 'source'>,
    ): Claim {
      if (Number.isNaN(value))
        return { id, ...words, measured: null, unit, verdict: 'not testable here', guarded: false };
      const verdict = low > 0.5 ? 'holds' : 'does not hold';
      return {
        id,
        ...words,
        measured: value,
        interval: { low, high, kind: overExpected },
        unit,
        verdict,
        guarded: false,
      };
    }
  });
}
