import {
  classSimilarities,
  facilityLocation,
  gradientSelection,
  greedySelection,
  lossUtility,
  predictedGame,
} from '../applications/index.js';
import { trainingGame, type Game } from '../games/index.js';
import type { RunControl } from '../control.js';
import { measureCpu } from '../evaluation/cost.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { refinedByNewton } from '../prediction/newton.js';
import { concatenateSubsets, fullPool, uniformSizeSubsets, type Subsets } from '../subsets/index.js';
import { buildBank } from '../retraining/retrain-bank.js';
import {
  influenceRanking,
  knnName,
  knnRanking,
  leaveOneOutName,
  leaveOneOutRanking,
  outOfSubsetName,
  outOfSubsetRanking,
  ownLossName,
  ownLossRanking,
  shapleyName,
  shapleyRanking,
} from './point-rankings.js';
import type { ValuedProblem } from './valued-problem.js';
import { improvedPreparation, influenceName } from './predictors.js';

export const gradientName = 'gradient through ModelPred';
export const judgedName = 'gradient, judged after a Newton step';
export const greedyName = 'greedy by ModelPred';
export const greedyExactName = 'greedy by retraining';
export const facilityName = 'facility location';
export const randomName = 'random';
const atPoolName = 'gradient at the whole pool';

export interface SelectionEffort {
  /** Retrained subsets that ModelPred learns from. */
  readonly bankSize: number;
  readonly steps: number;
  /** Permutations of the Shapley values. */
  readonly permutations: number;
  /** Random choices and orders. */
  readonly randomDraws: number;
}

/** What one method chose, for each budget; random choosing gives several sets. */
export interface Choice {
  readonly method: string;
  readonly sets: readonly (readonly ArrayLike<number>[])[];
  /** Processor seconds of all budgets together. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly choosingSeconds: number;
}

/** `N` numbers that rank points; random ranking gives several. */
export interface Ranking {
  readonly method: string;
  readonly values: readonly Float64Array[];
}

/** Everything chosen and ranked on one noisy pool. */
export interface Selections {
  readonly choices: readonly Choice[];
  readonly rankings: readonly Ranking[];
  readonly largestResidual: number;
}

/** Random rankings, at most: each one is retrained along. */
const randomOrders = 8;
/** Largest share of the pool that half of the bank's subsets hold: choosing asks about small ones. */
const smallShare = 0.3;

/**
 * Chooses k points of a pool by every method, for every budget k, with the utility −loss on the validation points, and ranks
 * all points.
 *
 * @param budgets numbers of points, ascending
 */
export async function selectByAllMethods(
  problem: ValuedProblem,
  budgets: readonly number[],
  effort: SelectionEffort,
  seed: number,
  control: RunControl,
): Promise<Selections> {
  const { pool, validation, learner, title } = problem;
  const n = pool.size;
  const most = budgets[budgets.length - 1];
  const own = (part: string): number => deriveSeed(seed, title, part);
  let largestResidual = 0;
  const retrain = async (subsets: Subsets): Promise<Float64Array> => {
    const { parameters, residuals } = await learner.retrain(pool, subsets);
    largestResidual = residuals.reduce((largest, r) => (r > largest ? r : largest), largestResidual);
    return parameters;
  };
  const utility = lossUtility(learner, validation);
  const exactGame = trainingGame(pool, retrain, utility);

  const smallest = Math.ceil(budgets[0] / 2);
  const draw = (part: string, maximumSize: number) =>
    uniformSizeSubsets({
      poolSize: n,
      count: effort.bankSize / 2,
      minimumSize: smallest,
      maximumSize,
      labels: pool.labels,
      seed: own(part),
    });
  const subsets = concatenateSubsets(draw('small subsets', Math.ceil(smallShare * n)), draw('subsets', n));
  const bank = await measureCpu(() => buildBank({ ...control, pool, learner, subsets }));
  largestResidual = bank.result.residuals.reduce((largest, r) => Math.max(largest, r), largestResidual);
  const { result: model, seconds: trainingSeconds } = await measureCpu(() =>
    improvedPreparation(effort.steps, control).prepareFromBank(bank.result, own('network')),
  );
  const refined = refinedByNewton(model, pool, learner);
  const predictedBy = (predict: (subsets: Subsets) => Float64Array | Promise<Float64Array>): Game =>
    trainingGame(pool, predict, utility);
  const modelGame = predictedBy((rows) => model.predict(rows));
  const relaxed = predictedGame(n, model, utility);

  const choices: Choice[] = [];
  const rankings: Ranking[] = [];
  const learned = { labelSeconds: bank.seconds, trainingSeconds };
  const unlearned = { labelSeconds: 0, trainingSeconds: 0 };
  const choose = async (
    method: string,
    preparation: typeof learned,
    work: () => Promise<readonly (readonly ArrayLike<number>[])[]>,
  ): Promise<void> => {
    const { result: sets, seconds } = await measureCpu(work);
    choices.push({ method, sets, choosingSeconds: seconds, ...preparation });
  };
  const prefixes = (order: ArrayLike<number>) => budgets.map((k) => [Int32Array.from(order).subarray(0, k)]);
  const rank = async (method: string, preparation: typeof learned, work: () => Promise<Float64Array>) => {
    let values: Float64Array = new Float64Array(0);
    await choose(method, preparation, async () => {
      values = await work();
      return prefixes(descending(values));
    });
    rankings.push({ method, values: [values] });
  };
  const byGradient = async (judge: Game | undefined) => {
    const sets = [];
    for (const count of budgets)
      sets.push([(await gradientSelection({ ...control, game: relaxed, judge, count, seed: own('gradient') })).order]);
    return sets;
  };

  const represented = await measureCpu(() => facilityLocation(classSimilarities(pool), most).order);
  // Predictors were not trained on smaller subsets.
  const start = represented.result.subarray(0, smallest);
  const full = await retrain(fullPool(n));

  await choose(gradientName, learned, () => byGradient(undefined));
  await choose(judgedName, learned, () => byGradient(predictedBy((rows) => refined.predict(rows))));
  await choose(greedyName, learned, async () =>
    prefixes((await greedySelection({ ...control, game: modelGame, count: most, start })).order),
  );
  await choose(greedyExactName, unlearned, async () =>
    prefixes((await greedySelection({ ...control, game: exactGame, count: most, start })).order),
  );
  await rank(shapleyName, learned, () => shapleyRanking(modelGame, effort.permutations, own('permutations'), control));
  await rank(leaveOneOutName, unlearned, () => leaveOneOutRanking(exactGame));
  await rank(influenceName, unlearned, () => influenceRanking(problem, full, utility));
  choices.push({
    method: facilityName,
    sets: prefixes(represented.result),
    ...unlearned,
    choosingSeconds: represented.seconds,
  });
  const orders = Array.from({ length: effort.randomDraws }, (_, r) =>
    randomStream(own('random choices'), r).permutation(n),
  );
  choices.push({
    method: randomName,
    sets: budgets.map((k) => orders.map((order) => order.subarray(0, k))),
    ...unlearned,
    choosingSeconds: 0,
  });

  rankings.push(
    { method: atPoolName, values: [relaxed.gradients(new Float64Array(n).fill(1))] },
    { method: knnName, values: [await knnRanking(problem, control)] },
    { method: outOfSubsetName, values: [outOfSubsetRanking(problem, bank.result)] },
    { method: ownLossName, values: [ownLossRanking(problem, full)] },
    { method: randomName, values: orders.slice(0, randomOrders).map((order) => Float64Array.from(order)) },
  );
  return { choices, rankings, largestResidual };
}

/** Indices from the largest number to the smallest. */
export function descending(values: Float64Array): Int32Array {
  return Int32Array.from([...values.keys()].sort((a, b) => values[b] - values[a]));
}
