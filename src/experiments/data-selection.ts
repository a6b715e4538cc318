import { removalCurve } from '../applications/index.js';
import type { RunControl } from '../control.js';
import { bootstrapMean } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import type { Claim } from '../evaluation/claim.js';
import { mean } from '../statistics/mean.js';
import { accuracyUtility } from '../evaluation/utility.js';
import { cleanLabels, type Cleaning } from './label-cleaning.js';
import { valuedProblem, type ValuedProblem } from './valued-problem.js';
import { scoresOf, type PointScores } from './point-scores.js';
import { leaveOneOutName, shapleyName } from './point-rankings.js';
import type { ProblemName } from './problem.js';
import type { Profile } from './profile.js';
import {
  descending,
  facilityName,
  gradientName,
  greedyExactName,
  greedyName,
  judgedName,
  randomName,
  selectByAllMethods,
  type SelectionEffort,
  type Selections,
} from './selection-methods.js';
import { slug } from './slug.js';

interface Effort extends SelectionEffort {
  readonly problems: readonly ProblemName[];
  readonly poolSize: number;
  readonly seeds: number;
}

const efforts: Readonly<Record<Profile, Effort>> = {
  smoke: {
    problems: ['breast cancer'],
    poolSize: 40,
    seeds: 2,
    bankSize: 60,
    steps: 20,
    permutations: 3,
    randomDraws: 3,
  },
  quick: {
    problems: ['breast cancer', 'spambase'],
    poolSize: 120,
    seeds: 3,
    bankSize: 1500,
    steps: 300,
    permutations: 20,
    randomDraws: 20,
  },
  full: {
    problems: ['breast cancer', 'spambase', 'german credit'],
    poolSize: 300,
    seeds: 5,
    bankSize: 8000,
    steps: 2000,
    permutations: 100,
    randomDraws: 50,
  },
};

/** Shares of the pool that are chosen. */
const budgetShares = [0.05, 0.1, 0.2] as const;
const keptShares = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
const removedShares = Array.from({ length: 11 }, (_, i) => i / 20);

interface CurvePoint {
  readonly share: number;
  readonly accuracy: number;
}

/** What one seed's pool, flips, bank and network gave. */
interface SeedResult {
  readonly problem: ValuedProblem;
  readonly selections: Selections;
  /** For each choice and budget. */
  readonly scores: readonly (readonly PointScores[])[];
  readonly wholePool: PointScores;
  /** The pool without the flipped points. */
  readonly cleanPool: PointScores;
  /** For each ranking, accuracies as points are added or removed. */
  readonly curves: readonly { readonly method: string; readonly order: Order; readonly points: CurvePoint[] }[];
  readonly cleanings: readonly Cleaning[];
}

/** Differences of accuracies below this are none. */
const rounding = 1e-12;

const orders = ['highest value added first', 'lowest value removed first', 'highest value removed first'] as const;
type Order = (typeof orders)[number];

/** All measurements on one data set. */
export interface DataSelectionResult {
  readonly title: string;
  readonly budgets: readonly number[];
  readonly seeds: readonly SeedResult[];
  readonly seed: number;
}

async function selectOn(
  effort: Effort,
  name: ProblemName,
  seed: number,
  firstSeed: number,
  budgets: readonly number[],
  control: RunControl,
): Promise<SeedResult> {
  // All seeds share the test points, so that intervals can be taken over them.
  const problem = await valuedProblem({ problem: name, poolSize: effort.poolSize }, seed, firstSeed);
  const { pool, flipped, test, learner } = problem;
  const selections = await selectByAllMethods(problem, budgets, effort, seed, control);
  const scores: PointScores[][] = [];
  for (const { sets } of selections.choices) {
    const own: PointScores[] = [];
    for (const ofBudget of sets) own.push(await scoresOf(problem, ofBudget));
    scores.push(own);
  }
  const accuracy = accuracyUtility(learner, test);
  const curve = async (order: Order, values: readonly Float64Array[]): Promise<CurvePoint[]> => {
    const shares = order === 'highest value added first' ? keptShares : removedShares;
    const removed = order === 'highest value added first' ? shares.map((kept) => 1 - kept) : shares;
    const found: number[][] = [];
    for (const own of values) {
      const ranking = descending(own);
      const first = order === 'highest value removed first' ? ranking : ranking.reverse();
      const points = await removalCurve(learner, pool, first, removed, accuracy);
      found.push(points.map(({ utility }) => utility));
    }
    return shares.map((share, k) => ({ share, accuracy: mean(found.map((points) => points[k])) }));
  };
  const curves: SeedResult['curves'][number][] = [];
  for (const { method, values } of selections.rankings)
    for (const order of orders) curves.push({ method, order, points: await curve(order, values) });
  const everyone = Array.from({ length: pool.size }, (_, i) => i);
  return {
    problem,
    selections,
    scores,
    wholePool: await scoresOf(problem, [everyone]),
    cleanPool: await scoresOf(problem, [everyone.filter((i) => !flipped[i])]),
    curves,
    cleanings: await cleanLabels(problem, selections.rankings),
  };
}

export interface DataSelectionOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own pool, flipped labels, bank and network. Test points are shared. */
  readonly seed: number;
}

/**
 * Chooses 5, 10 and 20 % of pools with a tenth of the labels flipped, by every method, with utilities of validation points;
 * judges the choices by models retrained on them, on test points.
 */
export async function dataSelection(options: DataSelectionOptions): Promise<DataSelectionResult[]> {
  const { profile, seed, ...control } = options;
  const effort = efforts[profile];
  const budgets = budgetShares.map((share) => Math.max(2, Math.round(share * effort.poolSize)));
  const results: DataSelectionResult[] = [];
  for (const name of effort.problems) {
    const seeds: SeedResult[] = [];
    for (let s = seed; s < seed + effort.seeds; s++)
      seeds.push(await selectOn(effort, name, s, seed, budgets, control));
    results.push({ title: seeds[0].problem.title, budgets, seeds, seed });
  }
  return results;
}

/** Entry by entry, over seeds. */
function meanOf(lists: readonly Float64Array[]): Float64Array {
  return lists[0].map((_, t) => mean(lists.map((list) => list[t])));
}

/** `T` mean scores over seeds of one method at one budget. */
function pointScores(result: DataSelectionResult, method: string, budget: number, score: keyof PointScores) {
  const at = result.seeds[0].selections.choices.findIndex((choice) => choice.method === method);
  return meanOf(result.seeds.map(({ scores }) => scores[at][budget][score]));
}

const options = ({ seed }: DataSelectionResult) => ({ seed, resamples: 1000 });

/** Difference between two lists of scores of the same test points, with its 95 % interval over them. */
function difference(result: DataSelectionResult, first: Float64Array, second: Float64Array): Estimate {
  return bootstrapMean(
    first.map((value, t) => value - second[t]),
    options(result),
  );
}

/** One row per data set: sizes, and what can be had without choosing. */
export function selectionProblems(results: readonly DataSelectionResult[]) {
  return results.map(({ title, seeds }) => {
    const { pool, flipped, validation, test } = seeds[0].problem;
    const accuracy = (scores: (own: SeedResult) => PointScores): number =>
      mean(seeds.map((own) => mean(scores(own).correct)));
    return {
      'data set': title,
      pool: pool.size,
      'flipped labels': flipped.filter(Boolean).length,
      'validation points': validation.size,
      'test points': test.size,
      seeds: seeds.length,
      'accuracy, whole pool': accuracy(({ wholePool }) => wholePool),
      'accuracy, flipped points left out': accuracy(({ cleanPool }) => cleanPool),
    };
  });
}

/** Test accuracy of models retrained on what each method chose: means over seeds, 95 % intervals over test points. */
export function selectionRows(results: readonly DataSelectionResult[]) {
  return results.flatMap((result) =>
    result.seeds[0].selections.choices.flatMap(({ method }) =>
      budgetShares.map((share, budget) => {
        const { value, low, high } = bootstrapMean(pointScores(result, method, budget, 'correct'), options(result));
        return { dataset: result.title, method, share, accuracy: value, low, high };
      }),
    ),
  );
}

/** The same with log-losses, gains over random choices, what was chosen, and the range over seeds. */
export function selectionTable(results: readonly DataSelectionResult[]) {
  return results.flatMap((result) =>
    budgetShares.flatMap((share, budget) =>
      result.seeds[0].selections.choices.map(({ method }, c) => {
        const correct = pointScores(result, method, budget, 'correct');
        const gain = difference(result, correct, pointScores(result, randomName, budget, 'correct'));
        const perSeed = result.seeds.map(({ scores }) => mean(scores[c][budget].correct));
        const wrong = result.seeds.map(({ problem, selections }) =>
          mean(
            selections.choices[c].sets[budget].map((set) => mean(Array.from(set, (i) => Number(problem.flipped[i])))),
          ),
        );
        return {
          'data set': result.title,
          'share of the pool': share,
          method,
          accuracy: mean(correct),
          'gain over random': gain.value,
          low: gain.low,
          high: gain.high,
          'lowest of the seeds': Math.min(...perSeed),
          'log-loss': mean(pointScores(result, method, budget, 'logLoss')),
          'flipped among the chosen': mean(wrong),
        };
      }),
    ),
  );
}

/** Processor seconds of every method for the three budgets together, by what they are spent on; means over seeds. */
export function selectionCosts(results: readonly DataSelectionResult[]) {
  return results.flatMap(({ title, seeds }) =>
    seeds[0].selections.choices.flatMap(({ method }, c) => {
      if (method === randomName) return [];
      const own = seeds.map(({ selections }) => selections.choices[c]);
      return (
        [
          ['labels', mean(own.map(({ labelSeconds }) => labelSeconds))],
          ['training', mean(own.map(({ trainingSeconds }) => trainingSeconds))],
          ['prediction', mean(own.map(({ choosingSeconds }) => choosingSeconds))],
        ] as const
      ).map(([stage, seconds]) => ({ dataset: title, method, stage, seconds }));
    }),
  );
}

function curveRows(results: readonly DataSelectionResult[], wanted: (order: Order) => boolean) {
  return results.flatMap(({ title, seeds }) =>
    seeds[0].curves.flatMap(({ method, order, points }, c) =>
      wanted(order)
        ? points.map(({ share }, k) => {
            const found = seeds.map(({ curves }) => curves[c].points[k].accuracy);
            return {
              dataset: title,
              method,
              order,
              share,
              accuracy: mean(found),
              low: Math.min(...found),
              high: Math.max(...found),
            };
          })
        : [],
    ),
  );
}

/** Accuracy as the points ranked highest are added; means and ranges over seeds. */
export function additionRows(results: readonly DataSelectionResult[]) {
  return curveRows(results, (order) => order === 'highest value added first');
}

/** Accuracy as ranked points are removed, from either end; means and ranges over seeds. */
export function rankedRemovalRows(results: readonly DataSelectionResult[]) {
  return curveRows(results, (order) => order !== 'highest value added first').map(({ share, ...row }) => ({
    ...row,
    fraction: share,
  }));
}

/** How well low values find the flipped labels, and what dropping the flagged points is worth; means over seeds. */
export function cleaningTable(results: readonly DataSelectionResult[]) {
  return results.flatMap((result) => {
    const { title, seeds } = result;
    const whole = meanOf(seeds.map(({ wholePool }) => wholePool.correct));
    return seeds[0].cleanings.map(({ method }, c) => {
      const own = seeds.map(({ cleanings }) => cleanings[c]);
      const after = meanOf(own.map(({ correct }) => correct));
      const gain = difference(result, after, whole);
      return {
        'data set': title,
        values: method,
        'flipped-label area': mean(own.map(({ area }) => area)),
        'lowest of the seeds': Math.min(...own.map(({ area }) => area)),
        'F1, lower cluster': mean(own.map(({ clusterF1 }) => clusterF1)),
        'F1, share known': mean(own.map(({ shareF1 }) => shareF1)),
        flagged: mean(own.map(({ flagged }) => flagged)),
        'accuracy without the flagged': mean(after),
        gain: gain.value,
        low: gain.low,
        high: gain.high,
      };
    });
  });
}

/** The statements that notebook 05 checks. */
export function dataSelectionClaims(results: readonly DataSelectionResult[], profile: Profile): Claim[] {
  const kind = '95 % bootstrap over test points';
  const residual = Math.max(...results.flatMap(({ seeds }) => seeds.map((own) => own.selections.largestResidual)));
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: 'All models that were retrained to learn from or to choose with are optimal: residual at most 1e-8.',
    source: 'this project',
    measured: residual,
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: residual <= 1e-8 ? 'holds' : 'does not hold',
    guarded: true,
  };
  const perDataset = results.flatMap((result): Claim[] => {
    const { title, seeds } = result;
    /** The budget at which the lead of the first method over the second is least certain. */
    const leastLead = (first: string, second: string, score: keyof PointScores = 'correct') => {
      const leads = budgetShares.map((share, budget) => {
        const [a, b] = [first, second].map((method) => pointScores(result, method, budget, score));
        return { share, ...(score === 'correct' ? difference(result, a, b) : difference(result, b, a)) };
      });
      return leads.reduce((least, lead) => (lead.low < least.low ? lead : least));
    };
    const ahead = (
      id: string,
      statement: string,
      source: string,
      lead: ReturnType<typeof leastLead>,
      unit = 'difference of test accuracies',
      guarded = false,
    ): Claim => ({
      id: `${id}-${slug(title)}`,
      statement,
      source,
      measured: lead.value,
      interval: { low: lead.low, high: lead.high, kind },
      unit: `${unit} at ${100 * lead.share} %, the least certain budget`,
      verdict: lead.low > rounding ? 'holds' : 'does not hold',
      guarded,
    });
    const paper = 'paper, abstract: data selection';
    const own = 'this project';
    const chosen = pointScores(result, gradientName, budgetShares.length - 1, 'correct');
    const overWhole = difference(result, chosen, meanOf(seeds.map(({ wholePool }) => wholePool.correct)));
    const secondsOf = (method: string): number =>
      selectionCosts([result])
        .filter((row) => row.method === method)
        .reduce((sum, { seconds }) => sum + seconds, 0);
    const costRatio = secondsOf(greedyExactName) / secondsOf(gradientName);
    const cleaned = cleaningTable([result]).find((row) => row.values === shapleyName);
    return [
      ahead(
        'gradient-over-random',
        `At each of 5, 10 and 20 % of ${title}, points chosen by gradients through ModelPred train a more accurate model than random ones.`,
        paper,
        leastLead(gradientName, randomName),
        undefined,
        profile !== 'smoke',
      ),
      ahead(
        'gradient-over-leave-one-out',
        `At each budget on ${title}, gradients through ModelPred choose better than leave-one-out values.`,
        paper,
        leastLead(gradientName, leaveOneOutName),
      ),
      ahead(
        'gradient-log-loss',
        `At each budget on ${title}, models of points chosen by gradients have a lower log-loss than those of random ones.`,
        paper,
        leastLead(gradientName, randomName, 'logLoss'),
        'log-loss of random − gradient, nats,',
      ),
      ahead(
        'gradient-over-shapley',
        `At each budget on ${title}, gradients choose better than the highest Shapley values by the same ModelPred.`,
        own,
        leastLead(gradientName, shapleyName),
      ),
      ahead(
        'gradient-over-facility-location',
        `At each budget on ${title}, gradients choose better than facility location, which looks at no model.`,
        own,
        leastLead(gradientName, facilityName),
      ),
      ahead(
        'gradient-over-greedy',
        `At each budget on ${title}, gradients choose better than greedy selection by the same ModelPred.`,
        own,
        leastLead(gradientName, greedyName),
      ),
      ahead(
        'gradient-over-retraining',
        `At each budget on ${title}, gradients through ModelPred choose better than greedy selection with exact retraining.`,
        own,
        leastLead(gradientName, greedyExactName),
      ),
      ahead(
        'judge',
        `At each budget on ${title}, a Newton step in judging swaps improves what gradients choose.`,
        own,
        leastLead(judgedName, gradientName),
      ),
      {
        id: `fifth-over-whole-${slug(title)}`,
        statement: `A fifth of ${title} chosen by gradients trains a more accurate model than the whole noisy pool.`,
        source: own,
        measured: overWhole.value,
        interval: { low: overWhole.low, high: overWhole.high, kind },
        unit: 'difference of test accuracies',
        verdict: overWhole.low > rounding ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `total-speed-${slug(title)}`,
        statement: `With labels and training counted, choosing from ${title} by gradients takes less processor time than greedy selection with exact retraining.`,
        source: own,
        measured: costRatio,
        unit: 'seconds of greedy by retraining / gradient, all budgets',
        verdict: costRatio > 1 ? 'holds' : 'does not hold',
        guarded: false,
        timing: true,
      },
      ...(cleaned
        ? [
            {
              id: `cleaning-${slug(title)}`,
              statement: `Dropping the lower cluster of Shapley values by ModelPred from ${title} improves the retrained model.`,
              source: 'paper, abstract: data valuation',
              measured: cleaned.gain,
              interval: { low: cleaned.low, high: cleaned.high, kind },
              unit: 'gain in test accuracy over the whole pool',
              verdict: cleaned.low > rounding ? ('holds' as const) : ('does not hold' as const),
              guarded: false,
            },
          ]
        : []),
    ];
  });
  return [optimal, ...perDataset];
}
