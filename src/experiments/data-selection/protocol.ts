import type { RunControl } from '../../control.js';
import { mean } from '../../statistics/mean.js';
import type { MethodId } from '../../evaluation/methods.js';
import type { RetrainingRecord } from '../common/claims.js';
import { experiment, range } from '../common/experiment.js';
import { accuraciesAlong } from '../common/removal.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { valuedProblem, type ValuedProblem } from '../problems/valued-problem.js';
import { chooseByAllMethods, type Choice, type Ranking } from './choices.js';
import { efforts, type Effort } from './effort.js';
import { cleanLabels, type Cleaning } from './label-cleaning.js';
import { descending } from './point-rankings.js';
import { scoresOf, without, type PointScores } from './point-scores.js';

/** Shares of the pool that are chosen. */
export const budgetShares = [0.05, 0.1, 0.2] as const;
const keptShares = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const removedShares = range(11).map((i) => i / 20);

export const orders = [
  'highest value added first',
  'lowest value removed first',
  'highest value removed first',
] as const;
export type Order = (typeof orders)[number];

/** What one method chose, and how models retrained on it do, for each budget. */
export interface ScoredChoice extends Choice {
  readonly scores: readonly PointScores[];
}

/** Test accuracies as points are added or removed in the order of a ranking; means over random rankings. */
export interface RankingCurve {
  readonly method: MethodId;
  readonly order: Order;
  readonly points: readonly { readonly share: number; readonly accuracy: number }[];
}

/** What one seed's pool, flips, bank and network gave. */
export interface SelectionTrial extends RetrainingRecord {
  readonly problem: ProblemData<ValuedProblem>;
  readonly choices: readonly ScoredChoice[];
  readonly wholePool: PointScores;
  /** The pool without the flipped points. */
  readonly cleanPool: PointScores;
  readonly curves: readonly RankingCurve[];
  readonly cleanings: readonly Cleaning[];
}

/** All measurements on one data set. */
export interface DataSelectionResult {
  readonly title: string;
  /** One for each seed. */
  readonly trials: readonly SelectionTrial[];
  readonly seed: number;
}

async function rankingCurve(problem: ValuedProblem, { method, values }: Ranking, order: Order): Promise<RankingCurve> {
  const adding = order === 'highest value added first';
  const shares = adding ? keptShares : removedShares;
  const removed = adding ? shares.map((kept) => 1 - kept) : shares;
  const rankings = values.map((own) =>
    order === 'highest value removed first' ? descending(own) : descending(own).reverse(),
  );
  const found = await accuraciesAlong(problem, rankings, removed);
  return {
    method,
    order,
    points: shares.map((share, k) => ({ share, accuracy: mean(found.map((points) => points[k])) })),
  };
}

/** One seed; all seeds share the test points of the first, so that intervals can be taken over them. */
async function selectOnce(
  effort: Effort,
  seeds: { readonly own: number; readonly first: number },
  control: RunControl,
): Promise<SelectionTrial> {
  const problem = await valuedProblem(effort, seeds.own, seeds.first);
  const { pool, flipped } = problem;
  const budgets = budgetShares.map((share) => Math.max(2, Math.round(share * effort.poolSize)));
  const task = { problem, budgets, effort, seed: seeds.own, control };
  const { choices, rankings, largestResidual, retrainedModels } = await chooseByAllMethods(task);
  const scored: ScoredChoice[] = [];
  for (const choice of choices) {
    const scores: PointScores[] = [];
    for (const sets of choice.sets) scores.push(await scoresOf(problem, sets));
    scored.push({ ...choice, scores });
  }
  const curves: RankingCurve[] = [];
  for (const ranking of rankings) for (const order of orders) curves.push(await rankingCurve(problem, ranking, order));
  const wrong = [...flipped.keys()].filter((i) => flipped[i]);
  return {
    problem: problemData(problem),
    choices: scored,
    wholePool: await scoresOf(problem, [range(pool.size)]),
    cleanPool: await scoresOf(problem, [without(pool.size, wrong)]),
    curves,
    cleanings: await cleanLabels(problem, rankings),
    largestResidual,
    retrainedModels,
  };
}

async function selectOn(effort: Effort, seed: number, control: RunControl): Promise<DataSelectionResult> {
  const trials: SelectionTrial[] = [];
  for (const own of range(effort.seeds, seed)) trials.push(await selectOnce(effort, { own, first: seed }, control));
  return { title: trials[0].problem.title, trials, seed };
}

/**
 * Chooses 5, 10 and 20 % of pools with a tenth of the labels flipped, by every method, with utilities of validation points;
 * judges the choices by models retrained on them, on test points.
 */
export const dataSelection = experiment(efforts, selectOn);
