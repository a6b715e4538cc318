import { lossUtility } from '../applications/index.js';
import { trainingGame, type Game } from '../games/index.js';
import type { RunControl } from '../control.js';
import { knownErrors, type DatasetWithErrors } from '../data/index.js';
import { bootstrapMean } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import type { Claim } from '../evaluation/claim.js';
import { mean } from '../statistics/mean.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { fullPool, uniformSizeSubsets, type Subsets } from '../subsets/index.js';
import { errorArea, errorsFound, errorsFoundByChance } from './error-recall.js';
import { exactBelow } from './exact-below.js';
import { knownErrorProblem, type KnownErrorProblem, type KnownErrorProblemOptions } from './known-error-problem.js';
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
  shapleyExactName,
  shapleyName,
  shapleyRanking,
} from './point-rankings.js';
import { scoresOf } from './point-scores.js';
import { improvedPreparation, influenceName } from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

interface Effort extends KnownErrorProblemOptions {
  /** Draws of the other points, each with its own bank, network and permutations. */
  readonly draws: number;
  readonly bankSize: number;
  readonly steps: number;
  readonly permutations: number;
}

const iris = { name: 'iris', poolSize: 90, errorCount: 2, validationSize: 30, testSize: 30 } as const;
const spambase = { name: 'spambase', errorCount: 3 } as const;

const efforts: Readonly<Record<Profile, readonly Effort[]>> = {
  smoke: [
    {
      ...spambase,
      poolSize: 40,
      validationSize: 50,
      testSize: 50,
      draws: 2,
      bankSize: 40,
      steps: 5,
      permutations: 2,
    },
  ],
  quick: [
    {
      ...spambase,
      poolSize: 120,
      validationSize: 200,
      testSize: 500,
      draws: 8,
      bankSize: 400,
      steps: 100,
      permutations: 10,
    },
    { ...iris, draws: 8, bankSize: 200, steps: 50, permutations: 10 },
  ],
  full: [
    {
      ...spambase,
      poolSize: 300,
      validationSize: 500,
      testSize: 2000,
      draws: 10,
      bankSize: 4000,
      steps: 1000,
      permutations: 50,
    },
    {
      name: 'first_names',
      errorCount: 10,
      poolSize: 120,
      validationSize: 500,
      testSize: 2000,
      draws: 10,
      bankSize: 1000,
      steps: 300,
      permutations: 20,
    },
    { ...iris, draws: 10, bankSize: 1000, steps: 300, permutations: 50 },
  ],
};

/** Random sets of points dropped, for comparison. */
const randomDraws = 10;
/** Shares of the pool that are flagged in the table. */
const flaggedShares = [0.05, 0.1, 0.2] as const;
/** Shares of the pool looked at in the figure. */
const inspectedShares = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5];
const randomName = 'random';
/** Differences of accuracies below this are none. */
const rounding = 1e-12;

/** What one method came to in one draw. */
interface MethodResult {
  readonly method: string;
  readonly area: number;
  /** For each inspected share. */
  readonly found: readonly number[];
  /** For each flagged share. */
  readonly foundOfFlagged: readonly number[];
  /** For each flagged share, test accuracy of the model retrained without the flagged points. */
  readonly accuracies: readonly number[];
}

/** One draw of the other points. */
interface Draw {
  readonly problem: KnownErrorProblem;
  readonly wholePool: number;
  /** Random first: what chance gives. */
  readonly methods: readonly MethodResult[];
  readonly largestResidual: number;
}

/** All draws on one data set. */
export interface KnownErrorResult {
  readonly title: string;
  readonly draws: readonly Draw[];
  readonly seed: number;
}

const countOf = ({ pool }: KnownErrorProblem, share: number): number => Math.round(share * pool.size);

async function rankPoints(problem: KnownErrorProblem, effort: Effort, seed: number, control: RunControl) {
  const { pool, validation, learner, title } = problem;
  const own = (part: string): number => deriveSeed(seed, title, part);
  let largestResidual = 0;
  const retrain = async (subsets: Subsets): Promise<Float64Array> => {
    const { parameters, residuals } = await learner.retrain(pool, subsets);
    largestResidual = residuals.reduce((largest, r) => (r > largest ? r : largest), largestResidual);
    return parameters;
  };
  const utility = lossUtility(learner, validation);
  const minimumSize = Math.ceil(pool.size / 10);
  const subsets = uniformSizeSubsets({
    poolSize: pool.size,
    count: effort.bankSize,
    minimumSize,
    labels: pool.labels,
    seed: own('bank'),
  });
  const bank = await buildBank({ ...control, pool, learner, subsets });
  const model = await improvedPreparation(effort.steps, control).prepareFromBank(bank, own('network'));
  const full = await retrain(fullPool(pool.size));
  const exactGame = trainingGame(pool, retrain, utility);
  const modelGame = trainingGame(pool, exactBelow({ pool, learner, minimumSize }, model), utility);
  // Both from the same permutations.
  const shapley = (game: Game) => shapleyRanking(game, effort.permutations, own('permutations'), control);
  const rankings: readonly (readonly [string, Float64Array])[] = [
    [shapleyName, await shapley(modelGame)],
    [shapleyExactName, await shapley(exactGame)],
    [leaveOneOutName, await leaveOneOutRanking(exactGame)],
    [influenceName, await influenceRanking(problem, full, utility)],
    [knnName, await knnRanking(problem, control)],
    [outOfSubsetName, outOfSubsetRanking(problem, bank)],
    [ownLossName, ownLossRanking(problem, full)],
  ];
  return { rankings, largestResidual: bank.residuals.reduce((a, b) => Math.max(a, b), largestResidual) };
}

async function cleanOnce(source: DatasetWithErrors, effort: Effort, seed: number, control: RunControl): Promise<Draw> {
  const problem = knownErrorProblem(source, effort, seed);
  const { pool, errors, title } = problem;
  const { rankings, largestResidual } = await rankPoints(problem, effort, seed, control);
  const everyone = Array.from({ length: pool.size }, (_, i) => i);
  const accuracyWithout = async (dropped: readonly ArrayLike<number>[]): Promise<number> => {
    const kept = dropped.map((points) => {
      const out = new Set(Array.from(points));
      return everyone.filter((i) => !out.has(i));
    });
    return mean((await scoresOf(problem, kept)).correct);
  };
  const accuracies = async (orders: readonly ArrayLike<number>[]): Promise<number[]> => {
    const found: number[] = [];
    for (const share of flaggedShares)
      found.push(await accuracyWithout(orders.map((order) => Array.from(order).slice(0, countOf(problem, share)))));
    return found;
  };
  const byChance = (share: number): number => errorsFoundByChance(pool.size, errors, countOf(problem, share));
  const randomly = Array.from({ length: randomDraws }, (_, r) =>
    randomStream(seed, title, 'random removal', r).permutation(pool.size),
  );
  const methods: MethodResult[] = [
    {
      method: randomName,
      area: 0.5,
      found: inspectedShares.map(byChance),
      foundOfFlagged: flaggedShares.map(byChance),
      accuracies: await accuracies(randomly),
    },
  ];
  for (const [method, values] of rankings) {
    const found = (share: number): number => errorsFound(values, errors, countOf(problem, share));
    methods.push({
      method,
      area: errorArea(values, errors),
      found: inspectedShares.map(found),
      foundOfFlagged: flaggedShares.map(found),
      accuracies: await accuracies([[...everyone].sort((a, b) => values[a] - values[b])]),
    });
  }
  return { problem, wholePool: await accuracyWithout([[]]), methods, largestResidual };
}

export interface KnownErrorCleaningOptions extends RunControl {
  readonly profile: Profile;
  /** First of the draws' seeds. */
  readonly seed: number;
}

/**
 * Looks for real errors by low values, in pools of known errors and random other rows, and retrains without the points of lowest
 * value. Values are of validation points, accuracies of test points.
 */
export async function knownErrorCleaning(options: KnownErrorCleaningOptions): Promise<KnownErrorResult[]> {
  const { profile, seed, ...control } = options;
  const results: KnownErrorResult[] = [];
  for (const effort of efforts[profile]) {
    const source = await knownErrors(effort.name);
    const draws: Draw[] = [];
    for (let s = seed; s < seed + effort.draws; s++) draws.push(await cleanOnce(source, effort, s, control));
    results.push({ title: draws[0].problem.title, draws, seed });
  }
  return results;
}

/** Mean over draws with its 95 % interval over them. */
function overDraws(result: KnownErrorResult, of: (draw: Draw) => number): Estimate {
  return bootstrapMean(result.draws.map(of), { seed: result.seed, resamples: 2000 });
}

const methodOf = ({ methods }: Draw, wanted: string): MethodResult =>
  methods.find(({ method }) => method === wanted) as MethodResult;

const names = ({ draws }: KnownErrorResult): string[] => draws[0].methods.map(({ method }) => method);

/** One row per data set: what is wrong in its pools. */
export function knownErrorProblems(results: readonly KnownErrorResult[]) {
  return results.map(({ title, draws }) => {
    const { pool, errors, kind, validation, test } = draws[0].problem;
    return {
      'data set': title,
      errors: `${errors.length}, ${kind}`,
      'points of them': errors.flat().length,
      pool: pool.size,
      'validation points': validation.size,
      'test points': test.size,
      draws: draws.length,
      'accuracy, whole pool': mean(draws.map(({ wholePool }) => wholePool)),
    };
  });
}

/** How early each method comes to the errors, and accuracy without the points of lowest value; means over draws. */
export function knownErrorTable(results: readonly KnownErrorResult[]) {
  return results.flatMap((result) =>
    names(result).map((method) => {
      const area = overDraws(result, (draw) => methodOf(draw, method).area);
      const over = (of: (own: MethodResult) => number): number =>
        mean(result.draws.map((draw) => of(methodOf(draw, method))));
      return {
        'data set': result.title,
        values: method,
        area: area.value,
        low: area.low,
        high: area.high,
        'found in 5 %': over(({ foundOfFlagged }) => foundOfFlagged[0]),
        'found in 10 %': over(({ foundOfFlagged }) => foundOfFlagged[1]),
        'found in 20 %': over(({ foundOfFlagged }) => foundOfFlagged[2]),
      };
    }),
  );
}

/**
 * Test accuracy after dropping the points of lowest value and retraining, and its gains over dropping as many random ones, with
 * the interval for a tenth of the pool; means over draws.
 */
export function knownErrorAccuracies(results: readonly KnownErrorResult[]) {
  return results.flatMap((result) =>
    names(result).map((method) => {
      const [fewest, tenth, most] = flaggedShares.map((_, k) =>
        overDraws(result, (draw) => gainOverRandom(draw, method, k)),
      );
      return {
        'data set': result.title,
        values: method,
        'accuracy without 10 %': mean(result.draws.map((draw) => methodOf(draw, method).accuracies[1])),
        'gain over random': tenth.value,
        low: tenth.low,
        high: tenth.high,
        'gain without 5 %': fewest.value,
        'gain without 20 %': most.value,
      };
    }),
  );
}

function gainOverRandom(draw: Draw, method: string, k: number): number {
  const gain = methodOf(draw, method).accuracies[k] - methodOf(draw, randomName).accuracies[k];
  return Math.abs(gain) > rounding ? gain : 0;
}

/** Share of the errors found by the share of the pool looked at, lowest values first. */
export function errorRecallRows(results: readonly KnownErrorResult[]) {
  return results.flatMap((result) =>
    names(result).flatMap((method) =>
      inspectedShares.map((share, k) => {
        const { value, low, high } = overDraws(result, (draw) => methodOf(draw, method).found[k]);
        const exact = method === randomName;
        return {
          dataset: result.title,
          method,
          share,
          found: value,
          low: exact ? null : low,
          high: exact ? null : high,
        };
      }),
    ),
  );
}

/** The statements about real errors that notebook 05 checks. */
export function knownErrorClaims(results: readonly KnownErrorResult[]): Claim[] {
  const kind = '95 % bootstrap over draws of the other points';
  const own = 'this project';
  const residual = Math.max(...results.flatMap(({ draws }) => draws.map(({ largestResidual }) => largestResidual)));
  const optimal: Claim = {
    id: 'exact-retraining-known-errors',
    statement:
      'All models that were retrained to rank points of pools with real errors are optimal: residual at most 1e-8.',
    source: own,
    measured: residual,
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: residual <= 1e-8 ? 'holds' : 'does not hold',
    guarded: true,
  };
  const perDataset = results.flatMap((result): Claim[] => {
    const { title, draws } = result;
    const claim = (
      id: string,
      statement: string,
      source: string,
      unit: string,
      { value, low, high }: Estimate,
      threshold = 0,
    ): Claim => ({
      id: `${id}-${slug(title)}`,
      statement,
      source,
      measured: value,
      interval: { low, high, kind },
      unit,
      verdict: low > threshold + rounding ? 'holds' : 'does not hold',
      guarded: false,
    });
    const area = (method: string) => (draw: Draw) => methodOf(draw, method).area;
    const lead = (first: string, second: string): Estimate =>
      overDraws(result, (draw) => area(first)(draw) - area(second)(draw));
    const difference = 'difference of areas';
    // Of wrong features, labels say little: whether anything is found is all that is claimed.
    const ofLabels = draws[0].problem.kind === 'conflicting labels';
    return [
      claim(
        'real-errors-found',
        `Low Shapley values by ModelPred point out the real errors of ${title} better than chance.`,
        'paper, abstract: data valuation',
        'area, ½ by chance',
        overDraws(result, area(shapleyName)),
        0.5,
      ),
      ...(ofLabels
        ? [
            claim(
              'real-errors-over-own-loss',
              `Shapley values by ModelPred point out the real errors of ${title} better than the loss of one trained model on its own points.`,
              own,
              difference,
              lead(shapleyName, ownLossName),
            ),
            claim(
              'real-errors-as-exact',
              `On ${title}, Shapley values by ModelPred find real errors as well as those of retraining on the same permutations: area at most 0.05 lower.`,
              own,
              `${difference}, ModelPred − retraining`,
              lead(shapleyName, shapleyExactName),
              -0.05,
            ),
          ]
        : []),
      claim(
        'real-errors-dropped',
        `Dropping the tenth of ${title} of lowest Shapley value by ModelPred gives a more accurate model than dropping a random tenth.`,
        'paper, abstract: data valuation',
        'difference of test accuracies',
        overDraws(result, (draw) => gainOverRandom(draw, shapleyName, 1)),
      ),
    ];
  });
  return [optimal, ...perDataset];
}
