import {
  classSimilarities,
  facilityLocation,
  gradientSelection,
  greedySelection,
  lossUtility,
  predictedGame,
} from '../../applications/index.js';
import { trainingGame, type Game } from '../../games/game.js';
import type { RunControl } from '../../control.js';
import { measureCpu } from '../../evaluation/cost.js';
import type { MethodId } from '../../evaluation/methods.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import { refinedByNewton } from '../../prediction/newton.js';
import { concatenateSubsets, fullPool, type Subsets } from '../../subsets/index.js';
import { onlyPrediction, type Seconds } from '../common/costs.js';
import { range } from '../common/experiment.js';
import { modelPredPreparations } from '../common/preparations.js';
import { exactRetraining, uniformSubsets } from '../common/retraining.js';
import type { ValuedProblem } from '../problems/valued-problem.js';
import type { SelectionEffort } from './effort.js';
import {
  descending,
  influenceRanking,
  knnRanking,
  leaveOneOutRanking,
  outOfSubsetRanking,
  ownLossRanking,
  shapleyRanking,
} from './point-rankings.js';

/** Points of a pool; random choosing gives several such sets. */
export type PointSets = readonly ArrayLike<number>[];

/** What one method chose, for each budget. */
export interface Choice {
  readonly method: MethodId;
  readonly sets: readonly PointSets[];
  /** Of all budgets together; prediction is choosing, whatever it evaluates. */
  readonly seconds: Seconds;
}

/** `N` numbers that rank points; random ranking gives several. */
export interface Ranking {
  readonly method: MethodId;
  readonly values: readonly Float64Array[];
}

/** Everything chosen and ranked on one noisy pool. */
export interface Selections {
  readonly choices: readonly Choice[];
  readonly rankings: readonly Ranking[];
  readonly largestResidual: number | null;
  readonly retrainedModels: number;
}

/** A noisy pool, how much to compute on it and for which numbers of points (ascending). */
export interface SelectionTask {
  readonly problem: ValuedProblem;
  readonly budgets: readonly number[];
  readonly effort: SelectionEffort;
  readonly seed: number;
  readonly control: RunControl;
}

/** Random rankings, at most: each one is retrained along. */
const randomOrders = 8;
/** Largest share of the pool that half of the bank's subsets hold: choosing asks about small ones. */
const smallShare = 0.3;

/** The smallest subset that predictors learn from. */
const smallestOf = (budgets: readonly number[]): number => Math.ceil(budgets[0] / 2);

/** Exact retraining, ModelPred with what it cost, and the games of both with the utility −loss on the validation points. */
async function prepare({ problem, budgets, effort, seed, control }: SelectionTask) {
  const { pool, validation, learner, title } = problem;
  const own = (part: string): number => deriveSeed(seed, title, part);
  const retraining = exactRetraining(problem, control);
  const utility = lossUtility({ learner, points: validation });
  const draw = (part: string, maximumSize: number) =>
    uniformSubsets(pool, {
      count: effort.bankSize / 2,
      minimumSize: smallestOf(budgets),
      maximumSize,
      seed: own(part),
    });
  const subsets = concatenateSubsets(
    draw('small subsets', Math.ceil(smallShare * pool.size)),
    draw('subsets', pool.size),
  );
  const bank = await measureCpu(() => retraining.bank(subsets));
  const { result: model, seconds: training } = await measureCpu(() =>
    modelPredPreparations(control).improved(effort.steps).prepareFromBank(bank.result, own('network')),
  );
  const refined = refinedByNewton({ predictor: model, pool, learner });
  const gameBy = (predict: (rows: Subsets) => Float64Array | Promise<Float64Array>): Game =>
    trainingGame({ pool, parametersOf: predict, utility });
  return {
    own,
    retraining,
    utility,
    bank: bank.result,
    learned: { labels: bank.seconds, training },
    exactGame: gameBy(retraining.parametersOf),
    modelGame: gameBy((rows) => model.predict(rows)),
    refinedGame: gameBy((rows) => refined.predict(rows)),
    relaxed: predictedGame({ players: pool.size, predictor: model, utility }),
    full: await retraining.parametersOf(fullPool(pool.size)),
  };
}

type Prepared = Awaited<ReturnType<typeof prepare>>;
type Spent = Pick<Seconds, 'labels' | 'training'>;
const unlearned: Spent = { labels: 0, training: 0 };

/** Chooses by every method, for every budget, and ranks all points. */
export async function chooseByAllMethods(task: SelectionTask): Promise<Selections> {
  const prepared = await prepare(task);
  const searched = await search(task, prepared);
  const ranked = await rankByUse(task, prepared);
  const random = randomOrdersOf(task, prepared);
  return {
    choices: [
      ...searched.choices,
      ...ranked.choices,
      searched.facility,
      {
        method: 'random',
        sets: task.budgets.map((k) => random.map((order) => order.subarray(0, k))),
        seconds: onlyPrediction(0),
      },
    ],
    rankings: [...ranked.rankings, ...(await rankOtherwise(task, prepared, random))],
    ...prepared.retraining.record(),
  };
}

const randomOrdersOf = ({ problem, effort }: SelectionTask, { own }: Prepared): Int32Array[] =>
  range(effort.randomDraws).map((r) => randomStream(own('random choices'), r).permutation(problem.pool.size));

/** The first points of an order, for each budget. */
const prefixes = ({ budgets }: SelectionTask, order: ArrayLike<number>): PointSets[] =>
  budgets.map((k) => [Int32Array.from(order).subarray(0, k)]);

/** A choice with the time it took. */
async function timed(method: MethodId, spent: Spent, work: () => Promise<readonly PointSets[]>): Promise<Choice> {
  const { result: sets, seconds } = await measureCpu(work);
  return { method, sets, seconds: { ...spent, prediction: seconds } };
}

/** What searches for the best subset of each size: by gradients, greedily, and by covering the pool. */
async function search(task: SelectionTask, prepared: Prepared) {
  const { problem, budgets, control } = task;
  const { own, learned, relaxed, refinedGame, modelGame, exactGame } = prepared;
  const most = budgets[budgets.length - 1];
  const represented = await measureCpu(() => facilityLocation(classSimilarities(problem.pool), most).order);
  // Predictors were not trained on smaller subsets.
  const start = represented.result.subarray(0, smallestOf(budgets));
  const byGradient = async (judge?: Game) => {
    const sets: PointSets[] = [];
    for (const count of budgets)
      sets.push([(await gradientSelection({ ...control, game: relaxed, judge, count, seed: own('gradient') })).order]);
    return sets;
  };
  const greedily = async (game: Game) =>
    prefixes(task, (await greedySelection({ ...control, game, count: most, start })).order);
  const facility: Choice = {
    method: 'facilityLocation',
    sets: prefixes(task, represented.result),
    seconds: onlyPrediction(represented.seconds),
  };
  const choices = [
    await timed('gradient', learned, () => byGradient()),
    await timed('judged', learned, () => byGradient(refinedGame)),
    await timed('greedy', learned, () => greedily(modelGame)),
    await timed('greedyExact', unlearned, () => greedily(exactGame)),
  ];
  return { choices, facility };
}

/** Values of points, of which the highest are chosen. */
async function rankByUse(task: SelectionTask, { own, learned, modelGame, exactGame, full, utility }: Prepared) {
  const { problem, effort, control } = task;
  const choices: Choice[] = [];
  const rankings: Ranking[] = [];
  const rank = async (method: MethodId, spent: Spent, work: () => Promise<Float64Array>): Promise<void> => {
    let values: Float64Array = new Float64Array(0);
    const choose = async () => prefixes(task, descending((values = await work())));
    choices.push(await timed(method, spent, choose));
    rankings.push({ method, values: [values] });
  };
  await rank('shapley', learned, () => shapleyRanking(modelGame, effort.permutations, own('permutations'), control));
  await rank('leaveOneOut', unlearned, () => leaveOneOutRanking(exactGame));
  await rank('influence', unlearned, () => influenceRanking(problem, full, utility));
  return { choices, rankings };
}

/** Rankings that find suspect points, and are not meant to choose. */
async function rankOtherwise(
  { problem, control }: SelectionTask,
  { relaxed, bank, full }: Prepared,
  random: readonly Int32Array[],
): Promise<Ranking[]> {
  return [
    { method: 'gradientAtPool', values: [relaxed.gradients(new Float64Array(problem.pool.size).fill(1))] },
    { method: 'knn', values: [await knnRanking(problem, control)] },
    { method: 'outOfSubset', values: [outOfSubsetRanking(problem, bank)] },
    { method: 'ownLoss', values: [ownLossRanking(problem, full)] },
    { method: 'random', values: random.slice(0, randomOrders).map((order) => Float64Array.from(order)) },
  ];
}
