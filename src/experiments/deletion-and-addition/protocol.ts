import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { concatenate, takeRows } from '../../data/rows.js';
import { mean } from '../../statistics/mean.js';
import { measureCpu } from '../../evaluation/cost.js';
import { correctClassMargins } from '../../evaluation/margins.js';
import { labelAgreement } from '../../evaluation/utility.js';
import type { Learner } from '../../learners/learner.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import { concatenateSubsets, fullPool } from '../../subsets/index.js';
import type { RetrainingRecord } from '../common/claims.js';
import type { Seconds } from '../common/costs.js';
import { experiment, range } from '../common/experiment.js';
import { meanOf } from '../common/intervals.js';
import type { MethodTrials } from '../common/methods.js';
import {
  baselines,
  modelPredPreparations,
  refinedPreparation,
  untaughtPreparations,
  type Preparation,
} from '../common/preparations.js';
import { exactRetraining, uniformSubsets } from '../common/retraining.js';
import { measureMethods, predictMeasured } from '../common/runner.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { loadProblem, type Problem } from '../problems/problem.js';
import { planAdditions, planRemovals, type PlannedChanges } from './change-sets.js';
import type { ChangeKind } from './changes.js';
import { efforts, type Effort } from './effort.js';

/** Residual of the truth: the change that one point makes must not be drowned by it. */
const tolerance = 1e-10;
/** Parameters that change by less than this do not change, as an SVM's without a point beyond its margin. */
const smallestChange = 1e-8;

export type Direction = 'removed' | 'added';

/** B training sets that differ from the pool by as many points, chosen in one way. */
export interface ChangeSet {
  readonly direction: Direction;
  readonly kind: ChangeKind;
  /** Points removed or added, and their share of the pool. */
  readonly points: number;
  readonly share: number;
  /** `B` distances ‖θ(S) − θ*‖ from the whole pool's parameters; 0 below {@link smallestChange}. */
  readonly changes: Float64Array;
  /** `B` mean absolute changes of the test points' margins. */
  readonly marginChanges: Float64Array;
}

/** What a method made of a change set. */
export interface ChangeOutcome {
  /** `B` distances ‖θ̂(S) − θ(S)‖. */
  readonly errors: Float64Array;
  /** `B` mean absolute errors of margins. */
  readonly marginErrors: Float64Array;
  /** `B` shares of test points that get the retrained model's label. */
  readonly agreements: Float64Array;
}

export interface ChangeTrial {
  /** One for each change set; null where the method cannot predict additions. */
  readonly outcomes: readonly (ChangeOutcome | null)[];
  /** Prediction is of all removals. */
  readonly seconds: Seconds;
}

/** All measurements of one learner on one data set; without a residual where training ends with its schedule. */
export interface ChangeResult extends RetrainingRecord {
  /** Data set and learner. */
  readonly title: string;
  readonly problem: ProblemData<Problem>;
  readonly sets: readonly ChangeSet[];
  readonly methods: readonly MethodTrials<ChangeTrial>[];
  /** Processor seconds to retrain all removals exactly. */
  readonly exactSeconds: number;
  readonly seed: number;
}

/** Change sets with what their models truly are. */
interface RetrainedChanges {
  readonly planned: readonly PlannedChanges[];
  /** `B×p` retrained parameters of each. */
  readonly truth: readonly Float64Array[];
}

function preparations(problem: Problem, steps: number, control: RunControl): Preparation[] {
  const convex = problem.learner.kind === 'convex';
  const untaught = convex
    ? (['influence', 'authorsInfluence', 'newton', 'sizeAwareNewton', 'lbfgs'] as const)
    : (['shortTraining', 'fineTuning', 'otherSeed'] as const);
  return [
    ...untaught.map(untaughtPreparations(problem)),
    baselines.ridge,
    ...(convex ? [] : [baselines.nearest]),
    modelPredPreparations(control).improved(steps),
    ...(convex ? [refinedPreparation] : []),
  ];
}

/** The test points whose margins are compared, and the others, which are added to the pool. */
function splitTest(test: Dataset, points: number, seed: number) {
  const order = randomStream(seed).permutation(test.size);
  const compared = Math.min(points, Math.floor(test.size / 2));
  return { compared: takeRows(test, order.subarray(0, compared)), newcomers: takeRows(test, order.subarray(compared)) };
}

async function compareOn(effort: Effort, seed: number, control: RunControl): Promise<ChangeResult> {
  const problem = await loadProblem(effort.problem, effort.learner);
  const { pool, learner, minimumSize } = problem;
  const title = `${effort.problem}, ${learner.name}`;
  const own = (use: string, s = seed): number => deriveSeed(s, title, use);
  const { compared: test, newcomers } = splitTest(problem.test, effort.points, own('test points'));
  const full = (await learner.retrain(pool, fullPool(pool.size))).parameters;
  const p = full.length;
  const retraining = exactRetraining(problem, control);

  const plannedRemovals = await planRemovals(problem, {
    full,
    targets: test,
    count: effort.removals,
    seed: own('removals'),
  });
  const removed = concatenateSubsets(...plannedRemovals.map(({ subsets }) => subsets));
  const exact = await measureCpu(() => retraining.bank(removed, { tolerance }));
  const plannedAdditions = planAdditions(pool, newcomers, effort.additions, own('additions'));
  const joint = concatenate(pool, newcomers);
  const added = concatenateSubsets(...plannedAdditions.map(({ subsets }) => subsets));
  const addedBank = await retraining.bank(added, { tolerance, pool: joint });
  const removals = { planned: plannedRemovals, truth: split(plannedRemovals, exact.result.parameters, p) };
  const additions = { planned: plannedAdditions, truth: split(plannedAdditions, addedBank.parameters, p) };

  const { setsOf, outcomesOf } = judge(learner, test, full, pool.size);
  const methods = await measureMethods({
    ground: problem,
    preparations: preparations(problem, effort.steps, control),
    seeds: range(effort.seeds, seed),
    bankOf: (s) => {
      const subsets = uniformSubsets(pool, { count: effort.bankSize, minimumSize, seed: own('bank', s) });
      return retraining.bank(subsets);
    },
    measure: async (prepared): Promise<ChangeTrial> => {
      const { parameters, seconds } = await predictMeasured(prepared, removed, control);
      const ofAdditions = await prepared.predictor.predictDataset?.(joint, added);
      return { outcomes: [...outcomesOf(removals, parameters), ...outcomesOf(additions, ofAdditions)], seconds };
    },
  });
  return {
    title,
    problem: problemData(problem),
    sets: [...setsOf('removed', removals), ...setsOf('added', additions)],
    methods,
    exactSeconds: exact.seconds,
    ...retraining.record(),
    seed,
  };
}

/** Compares models with those of the whole pool and with retrained ones, by parameters and on test points. */
function judge(learner: Learner, test: Dataset, full: Float64Array, poolSize: number) {
  const p = full.length;
  const fullMargins = correctClassMargins({ learner, points: test, parameters: full });
  const marginsOf = (parameters: Float64Array) => correctClassMargins({ learner, points: test, parameters });
  const setsOf = (direction: Direction, { planned, truth }: RetrainedChanges): ChangeSet[] =>
    planned.map(({ kind, points }, k) => ({
      direction,
      kind,
      points,
      share: points / poolSize,
      changes: distances(truth[k], (at) => full[at % p], p).map((change) => (change < smallestChange ? 0 : change)),
      marginChanges: absoluteMeans(marginsOf(truth[k]), (at) => fullMargins[at % test.size], test.size),
    }));
  const outcome = (truth: Float64Array, predicted: Float64Array): ChangeOutcome => {
    const margins = marginsOf(truth);
    return {
      errors: distances(predicted, (at) => truth[at], p),
      marginErrors: absoluteMeans(marginsOf(predicted), (at) => margins[at], test.size),
      agreements: Float64Array.from(labelAgreement({ learner, points: test, first: predicted, second: truth })),
    };
  };
  const outcomesOf = ({ planned, truth }: RetrainedChanges, predicted: Float64Array | undefined) =>
    predicted ? split(planned, predicted, p).map((own, k) => outcome(truth[k], own)) : planned.map(() => null);
  return { setsOf, outcomesOf };
}

/** The rows of each planned change set, from those of all of them. */
function split(planned: readonly PlannedChanges[], parameters: Float64Array, p: number): Float64Array[] {
  let at = 0;
  return planned.map(({ subsets }) => parameters.subarray(at * p, (at += subsets.count) * p));
}

/** `B` distances of rows of p numbers from others. */
function distances(rows: Float64Array, other: (at: number) => number, p: number): Float64Array {
  return Float64Array.from({ length: rows.length / p }, (_, b) =>
    Math.hypot(...rows.subarray(b * p, (b + 1) * p).map((value, j) => value - other(b * p + j))),
  );
}

/** `B` mean absolute differences of rows of T numbers from others. */
function absoluteMeans(rows: Float64Array, other: (at: number) => number, width: number): Float64Array {
  return Float64Array.from({ length: rows.length / width }, (_, b) =>
    mean(rows.subarray(b * width, (b + 1) * width).map((value, t) => Math.abs(value - other(b * width + t)))),
  );
}

/** What a method made of the k-th change set, means over seeds; null where it cannot predict additions. */
export function outcomeOn({ trials }: MethodTrials<ChangeTrial>, k: number): ChangeOutcome | null {
  const known = trials.flatMap(({ outcomes }) => outcomes[k] ?? []);
  if (known.length === 0) return null;
  const over = (key: keyof ChangeOutcome): Float64Array => meanOf(known.map((outcome) => outcome[key]));
  return { errors: over('errors'), marginErrors: over('marginErrors'), agreements: over('agreements') };
}

/**
 * Predicts models retrained after points were removed from the pool or added to it: one point, up to nine tenths of the pool,
 * at random and targeted. What learns does so from subsets of the pool drawn at random; added points are never in the pool.
 */
export const deletionAndAddition = experiment(efforts, compareOn);
