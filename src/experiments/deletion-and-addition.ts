import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { concatenate, takeRows } from '../data/rows.js';
import { bootstrapRatio } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import type { Claim } from '../evaluation/claim.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { correctClassMargins } from '../evaluation/margins.js';
import { labelAgreement } from '../evaluation/utility.js';
import { linearSvm } from '../learners/linear/linear-svm.js';
import { logisticRegression } from '../learners/linear/logistic-regression.js';
import type { Learner } from '../learners/learner.js';
import { multilayerPerceptron } from '../learners/network/multilayer-perceptron.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { concatenateSubsets, fullPool, removeInOrder, uniformSizeSubsets, type Subsets } from '../subsets/index.js';
import { changeKinds, changeOrders, helpfulFirst, type ChangeKind } from './changes.js';
import { loadProblem, type Problem, type ProblemName } from './problem.js';
import {
  authorsInfluenceName,
  baselinePreparations,
  exactName,
  fineTuningName,
  improvedName,
  improvedPreparation,
  influenceName,
  newtonName,
  otherSeedName,
  prepareMeasured,
  refinedName,
  ridgeName,
  shortTrainingPreparations,
  withNewtonStep,
  type PreparedPredictor,
} from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

/** One learner on one data set, and how much is computed for it. */
interface Case {
  readonly problem: ProblemName;
  readonly learner: Learner;
  /** Retrained subsets that predictors learn from, for every seed. */
  readonly bankSize: number;
  /** Training steps of the network. */
  readonly steps: number;
  /** Removals of each kind and size. */
  readonly removals: number;
  /** Additions of each kind and size. */
  readonly additions: number;
}

interface Effort {
  readonly cases: readonly Case[];
  readonly seeds: number;
  /** Test points whose margins are compared. */
  readonly points: number;
}

const logistic = logisticRegression({ C: 1 });
const svm = linearSvm({ C: 1 });
const perceptron = multilayerPerceptron({ hidden: [4], steps: 100, learningRate: 0.02 });
/** Steps of fine-tuning and of short training, a fifth of the perceptron's schedule. */
const fewSteps = 20;

const smoke = { problem: 'iris 1/2', bankSize: 100, steps: 40, removals: 6, additions: 3 } as const;
const quick = { problem: 'breast cancer', bankSize: 1200, steps: 300, removals: 20, additions: 20 } as const;
const full = { bankSize: 12_000, steps: 3000, removals: 100, additions: 40 } as const;

const efforts: Readonly<Record<Profile, Effort>> = {
  smoke: {
    cases: [logistic, svm, perceptron].map((learner) => ({ ...smoke, learner })),
    seeds: 1,
    points: 10,
  },
  quick: {
    cases: [
      { ...quick, learner: logistic },
      { ...quick, problem: 'spambase', learner: logistic },
      { ...quick, learner: svm },
      { ...quick, learner: perceptron, bankSize: 500, steps: 200, removals: 12, additions: 8 },
    ],
    seeds: 2,
    points: 50,
  },
  full: {
    cases: (['iris 1/2', 'breast cancer', 'spambase'] as const).flatMap((problem) => [
      ...[logistic, svm].map((learner) => ({ ...full, problem, learner })),
      { ...full, problem, learner: perceptron, bankSize: 4000 },
    ]),
    seeds: 5,
    points: 100,
  },
};

/** Shares of the pool that are removed, beside a single point, and added. */
const removedShares = [0.01, 0.1, 0.25, 0.5, 0.75, 0.9];
const addedShares = [0.01, 0.1, 0.25, 0.5];
const half = 0.5;
/** Residual of the truth: the change that one point makes must not be drowned by it. */
const tolerance = 1e-10;
/** Parameters that change by less than this do not change, as an SVM's without a point beyond its margin. */
const smallestChange = 1e-8;

type Direction = 'removed' | 'added';

/** B training sets that differ from the pool by as many points, chosen in one way. */
interface ChangeSet {
  readonly direction: Direction;
  readonly kind: ChangeKind;
  /** Points removed or added, and their share of the pool. */
  readonly points: number;
  readonly share: number;
  /** `B×p` retrained parameters. */
  readonly truth: Float64Array;
  /** `B` distances ‖θ(S) − θ*‖ from the whole pool's parameters; 0 below {@link smallestChange}. */
  readonly changes: Float64Array;
  /** `B×T` margins of the test points under the retrained models. */
  readonly margins: Float64Array;
  /** `B` mean absolute changes of them. */
  readonly marginChanges: Float64Array;
}

/** What a method made of a change set, means over seeds. */
interface Outcome {
  /** `B` distances ‖θ̂(S) − θ(S)‖. */
  readonly errors: Float64Array;
  /** `B` mean absolute errors of margins. */
  readonly marginErrors: Float64Array;
  /** `B` shares of test points that get the retrained model's label. */
  readonly agreements: Float64Array;
}

interface MethodRun {
  readonly method: string;
  /** One for each change set; null where the method cannot predict additions. */
  readonly outcomes: readonly (Outcome | null)[];
  /** Processor seconds, means over seeds: labels, preparation, prediction of all removals. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly predictionSeconds: number;
}

/** All measurements of one learner on one data set. */
export interface ChangeResult {
  /** Data set and learner. */
  readonly title: string;
  readonly problem: Problem;
  readonly sets: readonly ChangeSet[];
  readonly runs: readonly MethodRun[];
  /** Null for a learner whose training ends with its schedule, not at an optimum. */
  readonly largestResidual: number | null;
  readonly retrainedModels: number;
  /** Processor seconds to retrain all removals exactly. */
  readonly exactSeconds: number;
  readonly seed: number;
}

/** The change sets still to be retrained. */
interface Planned {
  readonly kind: ChangeKind;
  readonly points: number;
  readonly subsets: Subsets;
}

async function compareOn(
  { problem: name, learner, bankSize, steps, removals: removalCount, additions: additionCount }: Case,
  effort: Effort,
  seed: number,
  control: RunControl,
): Promise<ChangeResult> {
  const problem = await loadProblem(name, learner);
  const { pool, minimumSize } = problem;
  const title = `${name}, ${learner.name}`;
  const order = randomStream(deriveSeed(seed, title, 'test points')).permutation(problem.test.size);
  const compared = Math.min(effort.points, Math.floor(problem.test.size / 2));
  const test = takeRows(problem.test, order.subarray(0, compared));
  const newcomers = takeRows(problem.test, order.subarray(compared));
  const full = (await learner.retrain(pool, fullPool(pool.size))).parameters;
  const p = full.length;

  const removals = await planRemovals(problem, full, test, removalCount, deriveSeed(seed, title, 'removals'));
  const removed = concatenateSubsets(...removals.map(({ subsets }) => subsets));
  const exact = await measureCpu(() => buildBank({ ...control, pool, learner, subsets: removed, tolerance }));
  const additions = planAdditions(pool, newcomers, additionCount, deriveSeed(seed, title, 'additions'));
  const joint = concatenate(pool, newcomers);
  const added = concatenateSubsets(...additions.map(({ subsets }) => subsets));
  const addedBank = await buildBank({ ...control, pool: joint, learner, subsets: added, tolerance });

  const fullMargins = correctClassMargins(learner, test, full);
  const measureSets = (direction: Direction, planned: readonly Planned[], parameters: Float64Array): ChangeSet[] =>
    split(planned, parameters, p).map((truth, k) => {
      const { kind, points } = planned[k];
      const margins = correctClassMargins(learner, test, truth);
      const changes = distances(truth, (at) => full[at % p], p).map((change) => (change < smallestChange ? 0 : change));
      const marginChanges = absoluteMeans(margins, (at) => fullMargins[at % test.size], test.size);
      return { direction, kind, points, share: points / pool.size, truth, changes, margins, marginChanges };
    });
  const sets = [
    ...measureSets('removed', removals, exact.result.parameters),
    ...measureSets('added', additions, addedBank.parameters),
  ];

  const score = ({ truth, margins }: ChangeSet, predicted: Float64Array): Outcome => {
    const found = correctClassMargins(learner, test, predicted);
    return {
      errors: distances(predicted, (at) => truth[at], p),
      marginErrors: absoluteMeans(found, (at) => margins[at], test.size),
      agreements: Float64Array.from(labelAgreement(learner, test, predicted, truth)),
    };
  };
  const trials = new Map<string, { prepared: PreparedPredictor; seconds: number; outcomes: (Outcome | null)[] }[]>();
  const measure = async (prepared: PreparedPredictor): Promise<void> => {
    const { predictor, method } = prepared;
    const { result, seconds } = await measureCpu(() => predictor.predict(removed, control));
    const ofRemovals = split(removals, result, p);
    const outcomes: (Outcome | null)[] = ofRemovals.map((predicted, k) => score(sets[k], predicted));
    const ofAdditions = predictor.predictDataset && split(additions, await predictor.predictDataset(joint, added), p);
    additions.forEach((_, k) => outcomes.push(ofAdditions ? score(sets[removals.length + k], ofAdditions[k]) : null));
    trials.set(method, [...(trials.get(method) ?? []), { prepared, seconds, outcomes }]);
  };

  const convex = learner.kind === 'convex';
  const baselines = baselinePreparations(problem);
  const ofSchedule = shortTrainingPreparations(problem, fewSteps);
  const untrained = convex
    ? [baselines.influence, baselines.authorsInfluence, baselines.newton, baselines.sizeAwareNewton, baselines.lbfgs]
    : [ofSchedule.fromStart, ofSchedule.fineTuned, ofSchedule.otherSeed];
  const noBank = { result: exact.result, seconds: 0 };
  for (const preparation of untrained) await measure(await prepareMeasured(preparation, noBank, seed));
  const residuals = [exact.result.residuals, addedBank.residuals];
  for (let s = seed; s < seed + effort.seeds; s++) {
    const subsets = uniformSizeSubsets({
      poolSize: pool.size,
      count: bankSize,
      minimumSize,
      labels: pool.labels,
      seed: deriveSeed(s, title, 'bank'),
    });
    const bank = await measureCpu(() => buildBank({ ...control, pool, learner, subsets }));
    residuals.push(bank.result.residuals);
    await measure(await prepareMeasured(baselines.ridge, bank, s));
    if (!convex) await measure(await prepareMeasured(baselines.nearest, bank, s));
    const network = await prepareMeasured(improvedPreparation(steps, control), bank, s);
    await measure(network);
    if (convex) await measure(withNewtonStep(network, problem));
  }

  return {
    title,
    problem,
    sets,
    runs: [...trials.values()].map((own) => ({
      method: own[0].prepared.method,
      outcomes: sets.map((_, k) => meanOutcome(own.map(({ outcomes }) => outcomes[k]))),
      labelSeconds: mean(own.map(({ prepared }) => prepared.labelSeconds)),
      trainingSeconds: mean(own.map(({ prepared }) => prepared.trainingSeconds)),
      predictionSeconds: mean(own.map(({ seconds }) => seconds)),
    })),
    largestResidual: convex
      ? residuals.reduce((largest, part) => part.reduce((max, r) => Math.max(max, r), largest), 0)
      : null,
    retrainedModels: residuals.reduce((sum, part) => sum + part.length, 0),
    exactSeconds: exact.seconds,
    seed,
  };
}

async function planRemovals(
  problem: Problem,
  full: Float64Array,
  targets: Dataset,
  count: number,
  seed: number,
): Promise<Planned[]> {
  const { pool } = problem;
  const sizes = [...new Set([1, ...removedShares.map((share) => Math.max(1, Math.round(share * pool.size)))])];
  const planned: Planned[] = [];
  for (const kind of changeKinds) {
    const orders =
      kind === 'most helpful first'
        ? await helpfulFirst(problem, full, targets, count, seed)
        : changeOrders(kind, pool, count, seed);
    for (const points of sizes)
      planned.push({ kind, points, subsets: removeInOrder({ labels: pool.labels, orders, count: points }) });
  }
  return planned;
}

/** Subsets of the pool followed by the newcomers: all of the pool and some newcomers. */
function planAdditions(pool: Dataset, newcomers: Dataset, count: number, seed: number): Planned[] {
  const sizes = [...new Set([1, ...addedShares.map((share) => Math.max(1, Math.round(share * pool.size)))])];
  return (['at random', 'one cluster', 'one class first'] as const).flatMap((kind) => {
    const orders = changeOrders(kind, newcomers, count, seed);
    return sizes
      .filter((points) => points <= newcomers.size)
      .map((points) => {
        const poolSize = pool.size + newcomers.size;
        const weights = new Uint8Array(count * poolSize);
        orders.forEach((order, b) => {
          weights.fill(1, b * poolSize, b * poolSize + pool.size);
          for (const i of order.subarray(0, points)) weights[b * poolSize + pool.size + i] = 1;
        });
        return { kind, points, subsets: { count, poolSize, weights } };
      });
  });
}

/** The rows of each planned change set, from those of all of them. */
function split(planned: readonly Planned[], parameters: Float64Array, p: number): Float64Array[] {
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

/** Entry by entry. */
function meanOutcome(outcomes: readonly (Outcome | null)[]): Outcome | null {
  const known = outcomes.filter((outcome) => outcome !== null);
  if (known.length === 0) return null;
  const over = (key: keyof Outcome): Float64Array =>
    known[0][key].map((_, b) => mean(known.map((outcome) => outcome[key][b])));
  return { errors: over('errors'), marginErrors: over('marginErrors'), agreements: over('agreements') };
}

export interface DeletionAndAdditionOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own bank and network. Removals and additions are shared. */
  readonly seed: number;
}

/**
 * Predicts models retrained after points were removed from the pool or added to it: one point, up to nine tenths of the pool,
 * at random and targeted. What learns does so from subsets of the pool drawn at random; added points are never in the pool.
 */
export async function deletionAndAddition(options: DeletionAndAdditionOptions): Promise<ChangeResult[]> {
  const { profile, seed, ...control } = options;
  const effort = efforts[profile];
  const results: ChangeResult[] = [];
  for (const one of effort.cases) results.push(await compareOn(one, effort, seed, control));
  return results;
}

/** The results of learners with an optimum, or of those whose training ends with its schedule. */
export function resultsOf(results: readonly ChangeResult[], learners: 'linear models' | 'networks'): ChangeResult[] {
  return results.filter(({ largestResidual }) => (largestResidual === null) === (learners === 'networks'));
}

/** Every method's outcomes on the sets of one direction, with the sets; without those that change nothing. */
function outcomesOf({ sets, runs }: ChangeResult, direction: Direction) {
  return runs.flatMap(({ method, outcomes }) =>
    sets.flatMap((set, k) => {
      const outcome = outcomes[k];
      const counts = set.direction === direction && mean(set.changes) > 0;
      return counts && outcome !== null ? [{ method, set, outcome }] : [];
    }),
  );
}

/**
 * Errors of predicted parameters relative to the change, Σ‖θ̂ − θ(S)‖ / Σ‖θ(S) − θ*‖ over training sets of one kind and
 * size, with 95 % bootstrap intervals: 1 is what predicting no change scores.
 */
export function changeErrorRows(results: readonly ChangeResult[], direction: Direction) {
  return results.flatMap((result) =>
    outcomesOf(result, direction).map(({ method, set: { kind, share, changes }, outcome }) => {
      const { value, low, high } = bootstrapRatio(outcome.errors, changes, { seed: result.seed });
      return { dataset: result.title, method, change: `${direction} ${kind}`, share, error: value, low, high };
    }),
  );
}

/** Predictions on test points after half the pool was removed, and after as many as half the pool were added. */
export function changedPredictions(results: readonly ChangeResult[], direction: Direction) {
  return results.flatMap((result) =>
    outcomesOf(result, direction)
      .filter(({ set }) => set.share === nearestShare(result, direction, half))
      .map(({ method, set: { kind, changes, marginChanges }, outcome }) => {
        const margin = bootstrapRatio(outcome.marginErrors, marginChanges, { seed: result.seed });
        return {
          'data set': result.title,
          change: `${direction} ${kind}`,
          method,
          'parameter error / change': mean(outcome.errors) / mean(changes),
          'margin error / change': margin.value,
          low: margin.low,
          high: margin.high,
          'label agreement': mean(outcome.agreements),
        };
      }),
  );
}

/** The share nearest to the wanted one among the change sets. */
function nearestShare({ sets }: ChangeResult, direction: Direction, wanted: number): number {
  const known = sets.filter((set) => set.direction === direction).map(({ share }) => share);
  return known.reduce((best, share) => (Math.abs(share - wanted) < Math.abs(best - wanted) ? share : best));
}

/** Error relative to the change where half the pool was removed at random, against the time to predict all removals. */
export function changeCosts(results: readonly ChangeResult[]) {
  return results.flatMap((result) => [
    ...result.runs.map(({ method, labelSeconds, trainingSeconds, predictionSeconds }) => {
      const { value, low, high } = relativeError(result, method, 'removed', 'at random', half) as Estimate;
      return {
        dataset: result.title,
        method,
        onlineSeconds: predictionSeconds,
        totalSeconds: labelSeconds + trainingSeconds + predictionSeconds,
        error: value,
        low,
        high,
      };
    }),
    {
      dataset: result.title,
      method: exactName,
      onlineSeconds: result.exactSeconds,
      totalSeconds: result.exactSeconds,
      error: null,
      low: null,
      high: null,
    },
  ]);
}

function outcomeOf(result: ChangeResult, method: string, direction: Direction, kind: ChangeKind, share: number) {
  const wanted = nearestShare(result, direction, share);
  return outcomesOf(result, direction).find(
    (row) => row.method === method && row.set.kind === kind && row.set.share === wanted,
  );
}

/** Error relative to the change; undefined where the method does not predict such changes. */
function relativeError(
  result: ChangeResult,
  method: string,
  direction: Direction,
  kind: ChangeKind,
  share: number,
): Estimate | undefined {
  const found = outcomeOf(result, method, direction, kind, share);
  return found && bootstrapRatio(found.outcome.errors, found.set.changes, { seed: result.seed });
}

/** The statements that notebook 03 checks. */
export function deletionAndAdditionClaims(results: readonly ChangeResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const kind = '95 % bootstrap over training sets';
  const convex = results.filter(({ largestResidual }) => largestResidual !== null);
  const largestResidual = Math.max(...convex.map((result) => result.largestResidual ?? 0));
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: `All ${convex.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0).toLocaleString('en')} retrained linear models are optimal: residual at most 1e-8.`,
    source: 'this project',
    measured: largestResidual,
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: largestResidual <= 1e-8 ? 'holds' : 'does not hold',
    guarded: true,
  };
  const perCase = results.flatMap((result): Claim[] => {
    const { title, seed, problem } = result;
    const added = Math.round(nearestShare(result, 'added', half) * problem.pool.size);
    /** Errors of one method over those of another on the same training sets; below 1 supports the claim. */
    const against = (
      id: string,
      [first, second]: readonly [string, string],
      [direction, change, share]: readonly [Direction, ChangeKind, number],
      words: { readonly statement: string; readonly source: string; readonly guarded?: boolean },
    ): Claim[] => {
      const [a, b] = [first, second].map((method) => outcomeOf(result, method, direction, change, share));
      if (a === undefined || b === undefined) return [];
      const { value, low, high } = bootstrapRatio(a.outcome.errors, b.outcome.errors, { seed });
      return [
        {
          id: `${id}-${slug(title)}`,
          measured: value,
          interval: { low, high, kind },
          unit: 'ratio of mean parameter errors; below 1 supports it',
          verdict: high < 1 ? 'holds' : 'does not hold',
          ...words,
          guarded: guarded && words.guarded === true,
        },
      ];
    };
    /** Error relative to the change; below 1 supports the claim. */
    const againstNoChange = (
      id: string,
      [direction, change, share]: readonly [Direction, ChangeKind, number],
      words: { readonly statement: string; readonly source: string },
    ): Claim[] => {
      const found = relativeError(result, improvedName, direction, change, share);
      if (found === undefined) return [];
      const { value, low, high } = found;
      return [
        {
          id: `${id}-${slug(title)}`,
          measured: value,
          interval: { low, high, kind },
          unit: 'parameter error relative to the change; below 1 supports it',
          verdict: high < 1 ? 'holds' : 'does not hold',
          ...words,
          guarded: false,
        },
      ];
    };
    const [atRandom, helpful] = (['at random', 'most helpful first'] as const).map((change) =>
      outcomeOf(result, improvedName, 'removed', change, half),
    );
    const targeted: Claim[] = [];
    if (atRandom && helpful) {
      const relative = [helpful, atRandom].map(({ outcome, set }) =>
        outcome.errors.map((error, b) => error / set.changes[b]),
      );
      const { value, low, high } = bootstrapRatio(relative[0], relative[1], { seed });
      targeted.push({
        id: `targeted-${slug(title)}`,
        statement: `On ${title}, ${improvedName} predicts the removal of the most helpful half of the pool as well as that of a random half: error at most 1.2 times.`,
        source: 'this project: ModelPred learns from random subsets',
        measured: value,
        interval: { low, high, kind },
        unit: 'ratio of mean errors relative to the change',
        verdict: high <= 1.2 ? 'holds' : 'does not hold',
        guarded: false,
      });
    }
    return [
      ...against('authors-formula', [influenceName, authorsInfluenceName], ['removed', 'at random', 0.1], {
        statement: `On ${title}, influence functions are closer without the regulariser's share per point that the paper's code adds: a tenth of the pool removed at random.`,
        source: 'this project: the objective is a sum, whose regulariser does not change with the data',
        guarded: true,
      }),
      ...against('large-removals', [improvedName, influenceName], ['removed', 'at random', half], {
        statement: `${improvedName} is closer than influence functions where half of ${title} is removed at random.`,
        source: 'paper: more accurate than influence functions for large changes',
      }),
      ...against('newton', [improvedName, newtonName], ['removed', 'at random', half], {
        statement: `${improvedName} is closer than one Newton step from the whole pool's parameters where half of ${title} is removed at random.`,
        source: 'this project: the baseline to beat',
      }),
      ...[fineTuningName(fewSteps), ridgeName].flatMap((rival) =>
        result.largestResidual === null
          ? against(`against-${slug(rival)}`, [improvedName, rival], ['removed', 'at random', half], {
              statement: `${improvedName} is closer than ${rival} where half of ${title} is removed at random.`,
              source: 'this project',
            })
          : [],
      ),
      ...otherSeedClaims(result, guarded, kind),
      ...against('refined', [refinedName, newtonName], ['removed', 'at random', half], {
        statement: `A Newton step from ModelPred's parameters is closer than one from the whole pool's where half of ${title} is removed at random.`,
        source: 'this project',
        guarded: true,
      }),
      ...againstNoChange('one-point', ['removed', 'at random', 0], {
        statement: `${improvedName} predicts the removal of a single point of ${title} better than predicting no change does.`,
        source: 'this project: the smallest deletion',
      }),
      ...targeted,
      ...againstNoChange('additions', ['added', 'at random', half], {
        statement: `${improvedName} predicts models of ${title} with ${added} new points added, none of them in its pool, better than predicting no change does.`,
        source: 'paper: points outside the pool can be added',
      }),
      ...against('refined-additions', [refinedName, newtonName], ['added', 'at random', half], {
        statement: `A Newton step from ModelPred's parameters is closer than one from the pool's where ${added} new points are added to ${title}.`,
        source: 'this project',
      }),
    ];
  });
  return [optimal, ...perCase];
}

/** What another initial seed of the same learner does to parameters and to predictions, where there is one. */
function otherSeedClaims(result: ChangeResult, guarded: boolean, kind: string): Claim[] {
  const found = outcomeOf(result, otherSeedName, 'removed', 'at random', half);
  const learned = outcomeOf(result, improvedName, 'removed', 'at random', half);
  if (!found || !learned) return [];
  const { title, seed } = result;
  const { set } = found;
  const claim = (
    id: string,
    statement: string,
    unit: string,
    { value, low, high }: Estimate,
    holds: boolean,
  ): Claim => ({
    id: `${id}-${slug(title)}`,
    statement,
    source: 'this project',
    measured: value,
    interval: { low, high, kind },
    unit,
    verdict: holds ? 'holds' : 'does not hold',
    guarded: false,
  });
  const parameters = bootstrapRatio(found.outcome.errors, set.changes, { seed });
  const margins = bootstrapRatio(found.outcome.marginErrors, set.marginChanges, { seed });
  const predicted = bootstrapRatio(learned.outcome.marginErrors, set.marginChanges, { seed });
  return [
    {
      ...claim(
        'other-seed-parameters',
        `Another initial seed moves the parameters of ${title} further than removing half of the pool does.`,
        'distance between seeds over the change; above 1 supports it',
        parameters,
        parameters.low > 1,
      ),
      guarded,
    },
    claim(
      'other-seed-margins',
      `Another initial seed moves the margins of ${title} less than removing half of the pool does.`,
      'difference of margins between seeds over the change; below 1 supports it',
      margins,
      margins.high < 1,
    ),
    claim(
      'margins',
      `${improvedName} predicts margins of ${title} better than predicting no change does, half of the pool removed at random.`,
      'margin error relative to the change; below 1 supports it',
      predicted,
      predicted.high < 1,
    ),
  ];
}
