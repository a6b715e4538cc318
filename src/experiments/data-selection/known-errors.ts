import { lossUtility } from '../../applications/index.js';
import { trainingGame, type Game } from '../../games/game.js';
import type { RunControl } from '../../control.js';
import { knownErrors, type DatasetWithErrors } from '../../data/index.js';
import { mean } from '../../statistics/mean.js';
import type { MethodId } from '../../evaluation/methods.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import { fullPool } from '../../subsets/index.js';
import type { RetrainingRecord } from '../common/claims.js';
import { exactBelow } from '../common/exact-below.js';
import { experiment, range } from '../common/experiment.js';
import { modelPredPreparations } from '../common/preparations.js';
import { exactRetraining, uniformSubsets } from '../common/retraining.js';
import { knownErrorProblem, type KnownErrorProblem } from '../problems/known-error-problem.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { cleaningEfforts, type CleaningEffort } from './effort.js';
import { errorArea, errorsFound, errorsFoundByChance } from './error-recall.js';
import {
  influenceRanking,
  knnRanking,
  leaveOneOutRanking,
  outOfSubsetRanking,
  ownLossRanking,
  shapleyRanking,
} from './point-rankings.js';
import { scoresOf, without } from './point-scores.js';

/** Random sets of points dropped, for comparison. */
const randomDraws = 10;
/** Shares of the pool that are flagged in the table. */
export const flaggedShares = [0.05, 0.1, 0.2] as const;
/** Shares of the pool looked at in the figure. */
export const inspectedShares = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5];

/** What one method came to in one draw. */
export interface FindingErrors {
  readonly method: MethodId;
  /** Chance that an error comes before as many other points. */
  readonly area: number;
  /** For each inspected share, share of the errors found. */
  readonly found: readonly number[];
  /** The same for each flagged share. */
  readonly foundOfFlagged: readonly number[];
  /** For each flagged share, test accuracy of the model retrained without the flagged points. */
  readonly accuracies: readonly number[];
}

/** One draw of the other points. */
export interface Draw extends RetrainingRecord {
  readonly problem: ProblemData<KnownErrorProblem>;
  /** Test accuracy of the model of the whole pool. */
  readonly wholePool: number;
  /** Random first: what chance gives. */
  readonly methods: readonly FindingErrors[];
}

/** All draws on one data set. */
export interface KnownErrorResult {
  readonly title: string;
  readonly draws: readonly Draw[];
  readonly seed: number;
}

/** `N` values of every method, the lowest the most suspect. */
async function rankPoints(problem: KnownErrorProblem, effort: CleaningEffort, seed: number, control: RunControl) {
  const { pool, validation, learner, title } = problem;
  const own = (part: string): number => deriveSeed(seed, title, part);
  const retraining = exactRetraining(problem, control);
  const { parametersOf } = retraining;
  const utility = lossUtility({ learner, points: validation });
  const minimumSize = Math.ceil(pool.size / 10);
  const subsets = uniformSubsets(pool, { count: effort.bankSize, minimumSize, seed: own('bank') });
  const bank = await retraining.bank(subsets);
  const model = await modelPredPreparations(control).improved(effort.steps).prepareFromBank(bank, own('network'));
  const full = await parametersOf(fullPool(pool.size));
  const exactGame = trainingGame({ pool, parametersOf, utility });
  const modelGame = trainingGame({ pool, parametersOf: exactBelow({ pool, learner, minimumSize }, model), utility });
  // Both from the same permutations.
  const shapley = (game: Game) => shapleyRanking(game, effort.permutations, own('permutations'), control);
  const rankings: readonly (readonly [MethodId, Float64Array])[] = [
    ['shapley', await shapley(modelGame)],
    ['shapleyExact', await shapley(exactGame)],
    ['leaveOneOut', await leaveOneOutRanking(exactGame)],
    ['influence', await influenceRanking(problem, full, utility)],
    ['knn', await knnRanking(problem, control)],
    ['outOfSubset', outOfSubsetRanking(problem, bank)],
    ['ownLoss', ownLossRanking(problem, full)],
  ];
  return { rankings, record: retraining.record() };
}

async function cleanOnce(
  source: DatasetWithErrors,
  effort: CleaningEffort,
  seed: number,
  control: RunControl,
): Promise<Draw> {
  const problem = knownErrorProblem(source, effort, seed);
  const { pool, errors, title } = problem;
  const { rankings, record } = await rankPoints(problem, effort, seed, control);
  const countOf = (share: number): number => Math.round(share * pool.size);
  const accuracyWithout = async (dropped: readonly ArrayLike<number>[]): Promise<number> =>
    mean(
      (
        await scoresOf(
          problem,
          dropped.map((points) => without(pool.size, points)),
        )
      ).correct,
    );
  /** What looking at the first points of orders finds, and dropping them is worth. */
  const finding = async (
    method: MethodId,
    area: number,
    found: (count: number) => number,
    orders: readonly ArrayLike<number>[],
  ): Promise<FindingErrors> => {
    const accuracies: number[] = [];
    for (const share of flaggedShares)
      accuracies.push(await accuracyWithout(orders.map((order) => Array.from(order).slice(0, countOf(share)))));
    const ofShares = (shares: readonly number[]): number[] => shares.map((share) => found(countOf(share)));
    return { method, area, found: ofShares(inspectedShares), foundOfFlagged: ofShares(flaggedShares), accuracies };
  };
  const randomly = range(randomDraws).map((r) => randomStream(seed, title, 'random removal', r).permutation(pool.size));
  const byChance = (count: number): number => errorsFoundByChance(pool.size, errors, count);
  const methods = [await finding('random', 0.5, byChance, randomly)];
  for (const [method, values] of rankings) {
    const ascending = range(pool.size).sort((a, b) => values[a] - values[b]);
    const found = (count: number): number => errorsFound(values, errors, count);
    methods.push(await finding(method, errorArea(values, errors), found, [ascending]));
  }
  return { problem: problemData(problem), wholePool: await accuracyWithout([[]]), methods, ...record };
}

async function cleanOn(effort: CleaningEffort, seed: number, control: RunControl): Promise<KnownErrorResult> {
  const source = await knownErrors(effort.name);
  const draws: Draw[] = [];
  for (const own of range(effort.draws, seed)) draws.push(await cleanOnce(source, effort, own, control));
  return { title: draws[0].problem.title, draws, seed };
}

/**
 * Looks for real errors by low values, in pools of known errors and random other rows, and retrains without the points of lowest
 * value. Values are of validation points, accuracies of test points.
 */
export const knownErrorCleaning = experiment(cleaningEfforts, cleanOn);
