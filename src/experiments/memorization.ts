import {
  memorization,
  pointOutcomes,
  removalCurve,
  subsetInfluence,
  type SubsetEffects,
} from '../applications/index.js';
import type { RunControl } from '../control.js';
import { takeRows } from '../data/rows.js';
import type { Dataset } from '../data/dataset.js';
import { measureCpu } from '../evaluation/cost.js';
import { accuracyUtility } from '../evaluation/utility.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { fixedSizeSubsets, takeSubsets, uniformSizeSubsets, type Subsets } from '../subsets/index.js';
import { noisyProblem, type NoisyProblem, type NoisyProblemOptions } from './noisy-problem.js';
import {
  baselinePreparations,
  exactName,
  improvedName,
  improvedPreparation,
  prepareMeasured,
  shortTrainingPreparations,
  withNewtonStep,
  type PreparedPredictor,
} from './predictors.js';
import type { Profile } from './profile.js';

/** What is computed on one data set. */
interface Task extends NoisyProblemOptions {
  /** Subsets of the estimates; as many others for the reference. */
  readonly subsets: number;
  /** Retrained subsets to learn from. */
  readonly bank: number;
  readonly steps: number;
  /** Banks and networks. */
  readonly seeds: number;
  /** Whether Newton steps lead to retrained models and are affordable: p³ per subset. */
  readonly newton: boolean;
}

interface Effort {
  /** Test points on which influence is estimated. */
  readonly targets: number;
  readonly randomOrders: number;
  readonly tasks: readonly Task[];
}

const [breastCancer, spambase, digits] = [
  { name: 'breast cancer', flippedShare: 0, newton: true },
  { name: 'spambase', flippedShare: 0.1, newton: true },
  { name: 'digits', flippedShare: 0, newton: true },
] as const;

const perceptron = { name: 'iris 1/2', flippedShare: 0, newton: false, perceptron: { hidden: [8], seed: 1 } } as const;

const efforts: Readonly<Record<Profile, Effort>> = {
  smoke: {
    targets: 5,
    randomOrders: 2,
    tasks: [
      { ...breastCancer, subsets: 80, bank: 100, steps: 20, seeds: 2 },
      { ...perceptron, subsets: 30, bank: 30, steps: 20, seeds: 1 },
      // Flipped labels, and pictures.
      { ...spambase, subsets: 20, bank: 20, steps: 5, seeds: 1 },
      { ...digits, classes: ['3', '8'], subsets: 40, bank: 30, steps: 20, seeds: 1 },
    ],
  },
  quick: {
    targets: 60,
    randomOrders: 10,
    tasks: [
      { ...breastCancer, subsets: 600, bank: 1000, steps: 200, seeds: 2 },
      { ...spambase, subsets: 1500, bank: 4000, steps: 1000, seeds: 2 },
      { ...digits, classes: ['3', '8', '9'], subsets: 300, bank: 500, steps: 150, seeds: 2 },
      { ...perceptron, subsets: 300, bank: 500, steps: 300, seeds: 2 },
    ],
  },
  full: {
    targets: 300,
    randomOrders: 50,
    tasks: [
      { ...breastCancer, subsets: 4000, bank: 8000, steps: 4000, seeds: 5 },
      { ...spambase, subsets: 4000, bank: 16000, steps: 8000, seeds: 5 },
      { ...digits, subsets: 2000, bank: 6000, steps: 4000, seeds: 5, newton: false },
      { ...perceptron, subsets: 2000, bank: 4000, steps: 2000, seeds: 5 },
    ],
  },
};

/** Subsets hold this share of the pool (Feldman & Zhang 2020, §3). */
const subsetShare = 0.7;
/** Points above this are called memorized (Feldman & Zhang 2020, §3.3). */
const memorizedAbove = 0.25;
/** Steps of the perceptron's training stopped early. */
const shortSteps = 20;
/** The most memorized points, of which more is told. */
const shownPoints = 6;

/** For both outcomes: whether the label is predicted, and its probability. */
export interface ByOutcome<T> {
  readonly correct: T;
  readonly probability: T;
}

/** What one method's models of the same subsets say, with the predictor of one seed. */
export interface MemorizationEstimates {
  /** `N`. */
  readonly memorization: ByOutcome<SubsetEffects>;
  /** `N×T` influence of pool points on test points. */
  readonly influence: ByOutcome<SubsetEffects>;
  /** `N×shownPoints` influence of pool points on the label's probability at the most memorized points. */
  readonly onMemorized: Float64Array;
  /** Memorization (label predicted) from the first {@link MemorizationResult.counts} subsets. */
  readonly growing: readonly Float64Array[];
  /** Processor seconds. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  /** Predicting or retraining all subsets. */
  readonly predictionSeconds: number;
}

/** One method, one entry per seed. */
export interface MethodMemorization {
  readonly method: string;
  readonly seeds: readonly MemorizationEstimates[];
}

/** Test accuracy after retraining without a share of the pool. */
export type MemorizationRemovalRow = Readonly<{
  dataset: string;
  method: string;
  order: string;
  fraction: number;
  accuracy: number;
  /** Range over random orders. */
  low: number | null;
  high: number | null;
}>;

/** All measurements on one data set. */
export interface MemorizationResult {
  readonly problem: NoisyProblem;
  /** The test points that influence is estimated on. */
  readonly targets: Dataset;
  readonly subsets: number;
  /** Numbers of subsets at which estimates were looked at, ascending; the last is all. */
  readonly counts: readonly number[];
  /** Exact retraining first. */
  readonly methods: readonly MethodMemorization[];
  /** Memorization (label predicted and its probability) from as many other retrained subsets. */
  readonly reference: ByOutcome<Float64Array>;
  /** The most memorized points by exact retraining, most first. */
  readonly memorized: Int32Array;
  /** Share of the pool whose memorization by exact retraining is above 0.25. */
  readonly memorizedShare: number;
  readonly removal: readonly MemorizationRemovalRow[];
  /** Null where training ends with its schedule and not at an optimum. */
  readonly largestResidual: number | null;
  readonly retrainedModels: number;
  readonly seed: number;
}

/** Pool points in order of memorization, most first; equal ones by the change of their label's probability. */
export function byMemorization({ correct, probability }: ByOutcome<Float64Array>): Int32Array {
  return Int32Array.from(correct.keys()).sort(
    (a, b) => correct[b] - correct[a] || probability[b] - probability[a] || a - b,
  );
}

export const memorizationValues = ({ memorization: { correct, probability } }: MemorizationEstimates) => ({
  correct: correct.values,
  probability: probability.values,
});

/** Numbers of subsets to look at estimates from. */
const lookedAt = (subsets: number): number[] => [
  ...[10, 20, 50, 100, 200, 500, 1000, 2000].filter((count) => count < subsets),
  subsets,
];

async function estimateOn(
  task: Task,
  { targets: targetCount, randomOrders }: Effort,
  seed: number,
  control: RunControl,
): Promise<MemorizationResult> {
  const problem = await noisyProblem(task, seed);
  const { pool, test, learner } = problem;
  const order = randomStream(deriveSeed(seed, task.name, 'targets')).permutation(test.size);
  const targets = takeRows(test, order.subarray(0, targetCount));
  const size = Math.floor(subsetShare * pool.size);
  const retrain = (subsets: Subsets) => buildBank({ ...control, pool, learner, subsets });
  const draw = (use: string): Subsets =>
    fixedSizeSubsets({ poolSize: pool.size, count: task.subsets, size, seed: deriveSeed(seed, task.name, use) });
  const subsets = draw('subsets');
  const counts = lookedAt(task.subsets);

  const memorizationOf = (
    of: Subsets,
    parameters: Float64Array,
    correct = pointOutcomes(learner, pool, parameters, 'correct'),
  ): ByOutcome<SubsetEffects> => ({
    correct: memorization(of, correct),
    probability: memorization(of, pointOutcomes(learner, pool, parameters, 'probability')),
  });
  const retrained = await measureCpu(() => retrain(subsets));
  const others = await retrain(draw('reference subsets'));
  const exact = memorizationOf(subsets, retrained.result.parameters);
  const memorized = byMemorization({ correct: exact.correct.values, probability: exact.probability.values }).slice(
    0,
    shownPoints,
  );
  const shown = takeRows(pool, memorized);

  const estimates = (parameters: Float64Array) => {
    const influenceOn = (points: Dataset, outcome: 'correct' | 'probability'): SubsetEffects =>
      subsetInfluence(subsets, pointOutcomes(learner, points, parameters, outcome));
    const outcomes = pointOutcomes(learner, pool, parameters, 'correct');
    return {
      memorization: memorizationOf(subsets, parameters, outcomes),
      influence: { correct: influenceOn(targets, 'correct'), probability: influenceOn(targets, 'probability') },
      onMemorized: influenceOn(shown, 'probability').values,
      growing: counts.map((count) => {
        const rows = Array.from({ length: count }, (_, b) => b);
        return memorization(takeSubsets(subsets, rows), outcomes.subarray(0, count * pool.size)).values;
      }),
    };
  };
  const methods = new Map<string, MemorizationEstimates[]>();
  const measure = async ({ method, predictor, labelSeconds, trainingSeconds }: PreparedPredictor): Promise<void> => {
    const { result, seconds } = await measureCpu(() => predictor.predict(subsets, control));
    const found = { ...estimates(result), labelSeconds, trainingSeconds, predictionSeconds: seconds };
    methods.set(method, [...(methods.get(method) ?? []), found]);
  };
  const costs = { labelSeconds: 0, trainingSeconds: 0, predictionSeconds: retrained.seconds };
  methods.set(exactName, [{ ...estimates(retrained.result.parameters), ...costs }]);

  const { mean, ridge, influence, newton, sizeAwareNewton } = baselinePreparations(problem);
  const { fromStart, fineTuned } = shortTrainingPreparations(problem, shortSteps);
  const untrained = [
    influence,
    ...(task.newton ? [newton, sizeAwareNewton] : []),
    ...(task.perceptron ? [fromStart, fineTuned] : []),
  ];
  const residuals = [retrained.result.residuals, others.residuals];
  for (let s = seed; s < seed + task.seeds; s++) {
    const bank = await measureCpu(() =>
      retrain(
        uniformSizeSubsets({
          poolSize: pool.size,
          count: task.bank,
          minimumSize: Math.floor(pool.size / 2),
          labels: pool.labels,
          seed: deriveSeed(s, task.name, 'ModelPred bank'),
        }),
      ),
    );
    residuals.push(bank.result.residuals);
    for (const preparation of [mean, ridge, ...(s === seed ? untrained : [])])
      await measure(await prepareMeasured(preparation, bank, s));
    const network = await prepareMeasured(improvedPreparation(task.steps, control), bank, s);
    await measure(network);
    if (task.newton) await measure(withNewtonStep(network, problem));
  }

  const reference = memorizationOf(others.subsets, others.parameters);
  const network = (methods.get(improvedName) as MemorizationEstimates[])[0];
  const orders = new Map([
    [exactName, [memorizationValues((methods.get(exactName) as MemorizationEstimates[])[0])].map(byMemorization)],
    [improvedName, [byMemorization(memorizationValues(network))]],
    [
      'random',
      Array.from({ length: randomOrders }, (_, r) =>
        randomStream(deriveSeed(seed, task.name, 'removal'), r).permutation(pool.size),
      ),
    ],
  ]);
  const memorizedShare = exact.correct.values.filter((value) => value > memorizedAbove).length / pool.size;
  const shares = [...new Set([0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, memorizedShare])].sort((a, b) => a - b);
  return {
    problem,
    targets,
    subsets: task.subsets,
    counts,
    methods: [...methods].map(([method, own]) => ({ method, seeds: own })),
    reference: { correct: reference.correct.values, probability: reference.probability.values },
    memorized,
    memorizedShare,
    removal: await removalAlong(problem, orders, shares),
    largestResidual: task.perceptron
      ? null
      : residuals.reduce((largest, part) => part.reduce((max, r) => Math.max(max, r), largest), 0),
    retrainedModels: residuals.reduce((sum, part) => sum + part.length, 0),
    seed,
  };
}

/** Test accuracy after retraining without the first points of each order; several orders as their mean and range. */
async function removalAlong(
  { title, pool, test, learner }: NoisyProblem,
  orders: ReadonlyMap<string, readonly Int32Array[]>,
  shares: readonly number[],
): Promise<MemorizationRemovalRow[]> {
  const rows: MemorizationRemovalRow[] = [];
  for (const [method, own] of orders) {
    const curves: number[][] = [];
    for (const order of own) {
      const curve = await removalCurve(learner, pool, order, shares, accuracyUtility(learner, test));
      curves.push(curve.map(({ utility }) => utility));
    }
    shares.forEach((fraction, k) => {
      const each = curves.map((curve) => curve[k]);
      rows.push({
        dataset: title,
        method,
        order: 'most memorized first',
        fraction,
        accuracy: each.reduce((sum, value) => sum + value, 0) / each.length,
        low: each.length > 1 ? Math.min(...each) : null,
        high: each.length > 1 ? Math.max(...each) : null,
      });
    });
  }
  return rows;
}

export interface MemorizationOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own bank and network. Subsets, reference and flipped labels are shared. */
  readonly seed: number;
}

/**
 * Memorization of pool points and their influence on test points (Feldman & Zhang 2020) from models of random subsets of
 * 70 % of the pool: retrained, and predicted by each method for the same subsets. Methods that learn do so from retrained
 * subsets of half to all of the pool.
 */
export async function memorizationComparison(options: MemorizationOptions): Promise<MemorizationResult[]> {
  const { profile, seed, ...control } = options;
  const results: MemorizationResult[] = [];
  for (const task of efforts[profile].tasks) results.push(await estimateOn(task, efforts[profile], seed, control));
  return results;
}
