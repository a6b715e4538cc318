import {
  memorization as memorizationOf,
  pointOutcomes,
  subsetInfluence,
  type SubsetEffects,
} from '../../applications/index.js';
import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { takeRows } from '../../data/rows.js';
import { measureCpu } from '../../evaluation/cost.js';
import type { MethodId } from '../../evaluation/methods.js';
import type { Learner } from '../../learners/learner.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import { fixedSizeSubsets, takeSubsets, type Subsets } from '../../subsets/index.js';
import { lookedAt } from '../common/budgets.js';
import type { RetrainingRecord } from '../common/claims.js';
import { onlyPrediction, type Seconds } from '../common/costs.js';
import { experiment, range } from '../common/experiment.js';
import { entryOf, type MethodTrials } from '../common/methods.js';
import {
  baselines,
  modelPredPreparations,
  refinedPreparation,
  untaughtPreparations,
  type Preparation,
} from '../common/preparations.js';
import { removalBand, type RemovalBandRow } from '../common/removal.js';
import { exactRetraining, uniformSubsets } from '../common/retraining.js';
import { measureMethods, predictMeasured } from '../common/runner.js';
import { noisyProblem, type NoisyProblem } from '../problems/noisy-problem.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { efforts, type Effort } from './effort.js';

/** Subsets hold this share of the pool (Feldman & Zhang 2020, §3). */
const subsetShare = 0.7;
/** Points above this are called memorized (Feldman & Zhang 2020, §3.3). */
const memorizedAbove = 0.25;
/** The most memorized points, of which more is told. */
const shownPoints = 6;

/** For both outcomes: whether the label is predicted, and its probability. */
export interface ByOutcome<T> {
  readonly correct: T;
  readonly probability: T;
}

/** What one method's models of the same subsets say, with the predictor of one seed. */
export interface MemorizationTrial {
  /** `N`. */
  readonly memorization: ByOutcome<SubsetEffects>;
  /** `N×T` influence of pool points on test points. */
  readonly influence: ByOutcome<SubsetEffects>;
  /** `N×shownPoints` influence of pool points on the label's probability at the most memorized points. */
  readonly onMemorized: Float64Array;
  /** Memorization (label predicted) from the first {@link MemorizationResult.counts} subsets. */
  readonly growing: readonly Float64Array[];
  /** Prediction, or retraining, is of all subsets. */
  readonly seconds: Seconds;
}

/** Test accuracy after retraining without a share of the most memorized points; a single order has no range. */
export interface MemorizationRemoval extends RemovalBandRow {
  /** Whose estimates order the points. */
  readonly method: MethodId;
  readonly orders: number;
}

/** All measurements on one data set; without a residual where training ends with its schedule. */
export interface MemorizationResult extends RetrainingRecord {
  readonly problem: ProblemData<NoisyProblem>;
  /** Whether points are pictures. */
  readonly pictures: boolean;
  /** The test points that influence is estimated on. */
  readonly targets: Dataset;
  /** Numbers of subsets at which estimates were looked at, ascending; the last is all. */
  readonly counts: readonly number[];
  /** Exact retraining first. */
  readonly methods: readonly MethodTrials<MemorizationTrial>[];
  /** Memorization (label predicted and its probability) from as many other retrained subsets. */
  readonly reference: ByOutcome<Float64Array>;
  /** The most memorized points by exact retraining, most first. */
  readonly memorized: Int32Array;
  /** Share of the pool whose memorization by exact retraining is above 0.25. */
  readonly memorizedShare: number;
  readonly removal: readonly MemorizationRemoval[];
  readonly seed: number;
}

/** Pool points in order of memorization, most first; equal ones by the change of their label's probability. */
export function byMemorization({ correct, probability }: ByOutcome<SubsetEffects>): Int32Array {
  const [first, second] = [correct.values, probability.values];
  return Int32Array.from(first.keys()).sort((a, b) => first[b] - first[a] || second[b] - second[a] || a - b);
}

function memorizationIn({ pool, learner }: NoisyProblem, subsets: Subsets, parameters: Float64Array) {
  const of = (outcome: 'correct' | 'probability') =>
    memorizationOf(subsets, pointOutcomes({ learner, points: pool, parameters, kind: outcome }));
  return { correct: of('correct'), probability: of('probability') };
}

async function estimateOn(effort: Effort, seed: number, control: RunControl): Promise<MemorizationResult> {
  const problem = await noisyProblem(effort, seed);
  const { pool, test } = problem;
  const { name } = effort;
  const order = randomStream(deriveSeed(seed, name, 'targets')).permutation(test.size);
  const targets = takeRows(test, order.subarray(0, effort.targets));
  const size = Math.floor(subsetShare * pool.size);
  const retraining = exactRetraining(problem, control);
  const draw = (use: string): Subsets =>
    fixedSizeSubsets({ poolSize: pool.size, count: effort.subsets, size, seed: deriveSeed(seed, name, use) });
  const subsets = draw('subsets');
  const counts = lookedAt(effort.subsets, 10);

  const retrained = await measureCpu(() => retraining.bank(subsets));
  const others = await retraining.bank(draw('reference subsets'));
  const exact = memorizationIn(problem, subsets, retrained.result.parameters);
  const memorized = byMemorization(exact).slice(0, shownPoints);
  const shown = takeRows(pool, memorized);
  const estimates = estimator(problem, { subsets, counts, targets, shown });
  const predicted = await measureMethods({
    ground: problem,
    preparations: preparations(problem, effort, control),
    seeds: range(effort.seeds, seed),
    bankOf: (s) => {
      const drawn = deriveSeed(s, name, 'ModelPred bank');
      const minimumSize = Math.floor(pool.size / 2);
      return retraining.bank(uniformSubsets(pool, { count: effort.bank, minimumSize, seed: drawn }));
    },
    measure: async (prepared) => {
      const { parameters, seconds } = await predictMeasured(prepared, subsets, control);
      return estimates(parameters, seconds);
    },
  });
  const trial = estimates(retrained.result.parameters, onlyPrediction(retrained.seconds));
  const methods: MethodTrials<MemorizationTrial>[] = [{ method: 'exact', trials: [trial] }, ...predicted];
  const reference = memorizationIn(problem, others.subsets, others.parameters);
  const memorizedShare = exact.correct.values.filter((value) => value > memorizedAbove).length / pool.size;
  return {
    problem: problemData(problem),
    pictures: name === 'digits',
    targets,
    counts,
    methods,
    reference: { correct: reference.correct.values, probability: reference.probability.values },
    memorized,
    memorizedShare,
    removal: await removeMemorized(problem, methods, {
      memorizedShare,
      seed: deriveSeed(seed, name, 'removal'),
      randomOrders: effort.randomOrders,
    }),
    ...retraining.record(),
    seed,
  };
}

function preparations(problem: NoisyProblem, effort: Effort, control: RunControl): Preparation[] {
  const untaught = [
    'influence',
    ...(effort.newton ? (['newton', 'sizeAwareNewton'] as const) : []),
    ...(effort.perceptron ? (['shortTraining', 'fineTuning'] as const) : []),
  ] as const;
  return [
    baselines.mean,
    baselines.ridge,
    ...untaught.map(untaughtPreparations(problem)),
    modelPredPreparations(control).improved(effort.steps),
    ...(effort.newton ? [refinedPreparation] : []),
  ];
}

/** What `B×p` parameters of models of the subsets say about memorization and influence. */
function estimator(
  problem: NoisyProblem,
  {
    subsets,
    counts,
    targets,
    shown,
  }: {
    readonly subsets: Subsets;
    readonly counts: readonly number[];
    readonly targets: Dataset;
    /** The most memorized points. */
    readonly shown: Dataset;
  },
) {
  const { pool, learner }: { pool: Dataset; learner: Learner } = problem;
  return (parameters: Float64Array, seconds: Seconds): MemorizationTrial => {
    const influenceOn = (points: Dataset, outcome: 'correct' | 'probability'): SubsetEffects =>
      subsetInfluence(subsets, pointOutcomes({ learner, points, parameters, kind: outcome }));
    const outcomes = pointOutcomes({ learner, points: pool, parameters, kind: 'correct' });
    return {
      memorization: memorizationIn(problem, subsets, parameters),
      influence: { correct: influenceOn(targets, 'correct'), probability: influenceOn(targets, 'probability') },
      onMemorized: influenceOn(shown, 'probability').values,
      growing: counts.map((count) => {
        const first = takeSubsets(subsets, range(count));
        return memorizationOf(first, outcomes.subarray(0, count * pool.size)).values;
      }),
      seconds,
    };
  };
}

/** Test accuracy after retraining without the most memorized points, by whose estimates of the first seed, and at random. */
async function removeMemorized(
  problem: NoisyProblem,
  methods: readonly MethodTrials<MemorizationTrial>[],
  options: { readonly memorizedShare: number; readonly seed: number; readonly randomOrders: number },
): Promise<MemorizationRemoval[]> {
  const { memorizedShare, seed, randomOrders } = options;
  const shares = [...new Set([0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, memorizedShare])].sort((a, b) => a - b);
  const ordersOf = (method: MethodId): Int32Array[] =>
    method === 'random'
      ? range(randomOrders).map((r) => randomStream(seed, r).permutation(problem.pool.size))
      : [byMemorization(entryOf(methods, method).trials[0].memorization)];
  const rows: MemorizationRemoval[] = [];
  for (const method of ['exact', 'improved', 'random'] as const) {
    const orders = ordersOf(method);
    const band = await removalBand(problem, orders, shares);
    rows.push(...band.map((row) => ({ method, orders: orders.length, ...row })));
  }
  return rows;
}

/**
 * Memorization of pool points and their influence on test points (Feldman & Zhang 2020) from models of random subsets of
 * 70 % of the pool: retrained, and predicted by each method for the same subsets. Methods that learn do so from retrained
 * subsets of half to all of the pool.
 */
export const memorization = experiment(efforts, estimateOn);
