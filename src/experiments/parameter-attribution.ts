import {
  leaveOneOutAttribution,
  parameterGame,
  permutationAttribution,
  type ParameterGame,
} from '../applications/index.js';
import { sampleBudget, type ParametersOf, type SampledValues } from '../games/index.js';
import type { RunControl } from '../control.js';
import { stratifiedSplit } from '../data/index.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { deriveSeed } from '../numerics/random.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { fixedSizeSubsets, fullPool, uniformSizeSubsets } from '../subsets/index.js';
import { attributionColumn } from './attribution-column.js';
import { exactBelow } from './exact-below.js';
import {
  baselinePreparations,
  exactName,
  improvedName,
  improvedPreparation,
  influenceName,
  prepareMeasured,
  refinedName,
  residualName,
  residualPreparation,
  ridgeName,
  withNewtonStep,
  type MeasuredBank,
  type PreparedPredictor,
} from './predictors.js';
import { loadProblem, type Problem, type ProblemName } from './problem.js';
import type { Profile } from './profile.js';

interface Effort {
  readonly problem: ProblemName;
  readonly poolSize: number;
  /** Pairs of permutations of the independent reference. */
  readonly referencePairs: number;
  /** Numbers of permutations, ascending: all for methods that cost little per model, all but the last for the others. */
  readonly counts: readonly number[];
  readonly bankSize: number;
  readonly steps: number;
}

const efforts: Readonly<Record<Profile, { seeds: number; problems: readonly Effort[] }>> = {
  smoke: {
    seeds: 2,
    problems: [
      { problem: 'breast cancer', poolSize: 40, referencePairs: 20, counts: [2, 4, 8], bankSize: 200, steps: 30 },
    ],
  },
  quick: {
    seeds: 2,
    problems: [
      { problem: 'breast cancer', poolSize: 150, referencePairs: 80, counts: [3, 9, 27], bankSize: 1200, steps: 350 },
      { problem: 'german credit', poolSize: 150, referencePairs: 35, counts: [3, 9, 27], bankSize: 1200, steps: 350 },
    ],
  },
  full: {
    seeds: 5,
    problems: [
      {
        problem: 'breast cancer',
        poolSize: 300,
        referencePairs: 500,
        counts: [10, 50, 200],
        bankSize: 16000,
        steps: 5000,
      },
      {
        problem: 'german credit',
        poolSize: 300,
        referencePairs: 250,
        counts: [10, 50, 200],
        bankSize: 16000,
        steps: 5000,
      },
    ],
  },
};

/** Methods whose models cost so little that the largest number of permutations is affordable. */
const cheap: readonly string[] = [exactName, influenceName, ridgeName, improvedName, residualName];

/** Share of the pool that is removed to see what the points named do. */
const removedShare = 0.1;
const randomRemovals = 40;

/** Attributions by one method after a number of permutations. */
export interface AttributionRun {
  readonly method: string;
  readonly permutations: number;
  /** For each seed, `N×p`. */
  readonly values: readonly Float64Array[];
  /** Processor seconds, means over seeds. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly predictionSeconds: number;
}

/** Changes of the parameters when single points are left out. */
export interface LeaveOneOutRun {
  readonly method: string;
  /** For each seed, `N×p`. */
  readonly values: readonly Float64Array[];
}

/** How far each parameter falls when the points that raise it most are removed and the rest is retrained. */
export interface RemovalRun {
  /** Who names the points. */
  readonly method: string;
  /** `p` falls in standard deviations over random removals of as many points. */
  readonly falls: Float64Array;
}

/** All measurements on one data set. */
export interface AttributionResult {
  readonly problem: Problem;
  /** `p` parameters of the whole pool's model. */
  readonly full: Float64Array;
  /** p names: features, then the bias. */
  readonly parameterNames: readonly string[];
  readonly reference: SampledValues;
  readonly largestResidual: number;
  readonly runs: readonly AttributionRun[];
  readonly leaveOneOut: readonly LeaveOneOutRun[];
  readonly removal: readonly RemovalRun[];
  readonly seed: number;
}

async function attributeOn(effort: Effort, seeds: readonly number[], control: RunControl): Promise<AttributionResult> {
  const whole = await loadProblem(effort.problem);
  const { title, learner } = whole;
  const pool =
    effort.poolSize === whole.pool.size
      ? whole.pool
      : stratifiedSplit(whole.pool, { train: effort.poolSize, seed: deriveSeed(seeds[0], title, 'attribution pool') })
          .train;
  const problem = { ...whole, pool, minimumSize: Math.ceil(pool.size / 10) };
  let largestResidual = 0;
  const retrain: ParametersOf = async (subsets) => {
    const { parameters, residuals } = await learner.retrain(pool, subsets);
    largestResidual = residuals.reduce((largest, r) => Math.max(largest, r), largestResidual);
    return parameters;
  };
  const exact = parameterGame(pool, learner, retrain);
  // Its own permutations: agreement on shared ones would hide the sampling error.
  const reference = await permutationAttribution({
    ...control,
    game: exact,
    seed: deriveSeed(seeds[0], title, 'attribution reference'),
    sampling: 'antithetic',
    stop: sampleBudget(effort.referencePairs),
  });

  const runs = new Map<string, AttributionRun[]>();
  const leaveOneOut = new Map<string, Float64Array[]>();
  const measure = async (
    method: string,
    game: ParameterGame,
    seed: number,
    counts: readonly number[],
    { labelSeconds, trainingSeconds }: Pick<PreparedPredictor, 'labelSeconds' | 'trainingSeconds'>,
  ): Promise<void> => {
    let estimate: SampledValues | undefined;
    let predictionSeconds = 0;
    for (const permutations of counts) {
      const { result, seconds } = await measureCpu(() =>
        permutationAttribution({
          ...control,
          game,
          seed: deriveSeed(seed, title, 'attribution permutations'),
          stop: sampleBudget(permutations),
          from: estimate,
        }),
      );
      estimate = result;
      predictionSeconds += seconds;
      const key = JSON.stringify([method, permutations]);
      const run = { method, permutations, values: [result.values], labelSeconds, trainingSeconds, predictionSeconds };
      runs.set(key, [...(runs.get(key) ?? []), run]);
    }
    leaveOneOut.set(method, [...(leaveOneOut.get(method) ?? []), await leaveOneOutAttribution(game)]);
  };

  const few = effort.counts.slice(0, -1);
  for (const seed of seeds) {
    const bank = await measureCpu(() => attributionBank(problem, effort.bankSize, seed, control));
    await measure(exactName, exact, seed, effort.counts, { labelSeconds: 0, trainingSeconds: 0 });
    for (const prepared of await preparedPredictors(problem, effort.steps, bank, seed, control)) {
      const game = parameterGame(pool, learner, exactBelow(problem, prepared.predictor));
      await measure(prepared.method, game, seed, cheap.includes(prepared.method) ? effort.counts : few, prepared);
    }
  }
  const pooled = [...runs.values()].map((own): AttributionRun => ({
    ...own[0],
    values: own.flatMap(({ values }) => values),
    labelSeconds: mean(own.map(({ labelSeconds }) => labelSeconds)),
    trainingSeconds: mean(own.map(({ trainingSeconds }) => trainingSeconds)),
    predictionSeconds: mean(own.map(({ predictionSeconds }) => predictionSeconds)),
  }));
  const leftOut = [...leaveOneOut].map(([method, values]): LeaveOneOutRun => ({ method, values }));
  return {
    problem,
    full: (await learner.retrain(pool, fullPool(pool.size))).parameters,
    parameterNames: [...pool.featureNames, 'bias'],
    reference,
    runs: pooled,
    leaveOneOut: leftOut,
    removal: await removals(problem, pooled, leftOut, retrain, seeds[0]),
    largestResidual,
    seed: seeds[0],
  };
}

function attributionBank(
  { title, pool, learner, minimumSize }: Problem,
  count: number,
  seed: number,
  control: RunControl,
) {
  const drawn = deriveSeed(seed, title, 'attribution bank');
  const subsets = uniformSizeSubsets({ poolSize: pool.size, count, minimumSize, labels: pool.labels, seed: drawn });
  return buildBank({ ...control, pool, learner, subsets });
}

/** All but exact retraining. */
async function preparedPredictors(
  problem: Problem,
  steps: number,
  bank: MeasuredBank,
  seed: number,
  control: RunControl,
): Promise<PreparedPredictor[]> {
  const { influence, newton, sizeAwareNewton, ridge } = baselinePreparations(problem);
  const prepared: PreparedPredictor[] = [];
  for (const preparation of [influence, newton, sizeAwareNewton, ridge])
    prepared.push(await prepareMeasured(preparation, bank, seed));
  const network = await prepareMeasured(improvedPreparation(steps, control), bank, seed);
  const residual = await prepareMeasured(residualPreparation(steps, control), bank, seed);
  return [...prepared, network, residual, withNewtonStep(network, problem)];
}

/** For every parameter, removes the points that raise it most, by various attributions, and retrains. */
async function removals(
  { title, pool, learner }: Problem,
  runs: readonly AttributionRun[],
  leaveOneOut: readonly LeaveOneOutRun[],
  retrain: ParametersOf,
  seed: number,
): Promise<RemovalRun[]> {
  const n = pool.size;
  const p = learner.parameterCount(pool);
  const removed = Math.round(removedShare * n);
  const full = await retrain(fullPool(n));
  const falls = (parameters: Float64Array): Float64Array => parameters.map((value, at) => full[at % p] - value);
  const atRandom = falls(
    await retrain(
      fixedSizeSubsets({
        poolSize: n,
        count: randomRemovals,
        size: n - removed,
        seed: deriveSeed(seed, title, 'random removals'),
      }),
    ),
  );
  const ofParameter = (j: number): Float64Array => atRandom.filter((_, at) => at % p === j);
  const spread = Float64Array.from({ length: p }, (_, j) => {
    const own = ofParameter(j);
    const centre = mean(own);
    return Math.sqrt(own.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (own.length - 1));
  });
  const last = (method: string): Float64Array =>
    runs.filter((run) => run.method === method).reduce((a, b) => (b.permutations > a.permutations ? b : a)).values[0];
  const leftOut = (method: string): Float64Array =>
    (leaveOneOut.find((run) => run.method === method) as LeaveOneOutRun).values[0];
  const named: readonly (readonly [string, Float64Array])[] = [
    ['Shapley, exact retraining', last(exactName)],
    [`Shapley, ${improvedName}`, last(improvedName)],
    [`Shapley, ${refinedName}`, last(refinedName)],
    ['leave-one-out, exact retraining', leftOut(exactName)],
    [`leave-one-out, ${influenceName}`, leftOut(influenceName)],
  ];
  const found: RemovalRun[] = [];
  for (const [method, values] of named) {
    const weights = new Uint8Array(p * n).fill(1);
    for (let j = 0; j < p; j++) {
      const column = attributionColumn(values, p, j);
      const order = [...column.keys()].sort((a, b) => column[b] - column[a]);
      for (const i of order.slice(0, removed)) weights[j * n + i] = 0;
    }
    const change = falls(await retrain({ count: p, poolSize: n, weights }));
    found.push({ method, falls: Float64Array.from(spread, (deviation, j) => change[j * p + j] / deviation) });
  }
  return [...found, { method: 'random', falls: Float64Array.from(spread, (s, j) => mean(ofParameter(j)) / s) }];
}

export interface ParameterAttributionOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own permutations, bank and network. The pool and the reference are shared. */
  readonly seed: number;
}

/**
 * Attributes every parameter of a trained model to the points of its pool, from exact retraining and from predicted models, on
 * the same permutations, against a reference with permutations of its own; and checks by removing points what they do.
 */
export async function parameterAttribution(options: ParameterAttributionOptions): Promise<AttributionResult[]> {
  const { profile, seed, ...control } = options;
  const { seeds, problems } = efforts[profile];
  const results: AttributionResult[] = [];
  for (const effort of problems) {
    const own = Array.from({ length: seeds }, (_, i) => seed + i);
    results.push(await attributeOn(effort, own, control));
  }
  return results;
}
