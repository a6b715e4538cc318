import {
  ensemblePrediction,
  fitTemperature,
  laplaceParameters,
  temper,
  type EnsemblePrediction,
} from '../applications/index.js';
import { safePoint, type RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { randomSplit } from '../data/split.js';
import { measureCpu } from '../evaluation/cost.js';
import { createLearner } from '../learners/registry.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { buildBank } from '../retraining/retrain-bank.js';
import {
  bootstrapSubsets,
  concatenateSubsets,
  fixedSizeSubsets,
  fullPool,
  takeSubsets,
  uniformSizeSubsets,
  type Subsets,
} from '../subsets/index.js';
import { noisyProblem, type NoisyProblem, type NoisyProblemOptions } from './noisy-problem.js';
import {
  baselinePreparations,
  exactName,
  improvedPreparation,
  prepareMeasured,
  shortTrainingPreparations,
  withNewtonStep,
  type Preparation,
  type PreparedPredictor,
} from './predictors.js';
import type { Profile } from './profile.js';

/** What is computed on one data set. */
interface Task extends NoisyProblemOptions {
  /** Models per ensemble. */
  readonly members: number;
  /** Models of the independent reference ensembles. */
  readonly reference: number;
  /** Retrained subsets to learn from: half bootstrap samples, half subsets of half to all of the pool. */
  readonly bank: number;
  readonly steps: number;
  /** Banks and networks. */
  readonly seeds: number;
}

const breastCancer = { name: 'breast cancer', flippedShare: 0 } as const;
const spambase = { name: 'spambase', flippedShare: 0.1 } as const;
const perceptron = { ...spambase, perceptron: { hidden: [4], steps: 100, learningRate: 0.02, seed: 1 } } as const;
/** Steps of fine-tuning, a fifth of the perceptron's schedule. */
export const shortSteps = 20;

const efforts: Readonly<Record<Profile, readonly Task[]>> = {
  smoke: [
    { ...breastCancer, members: 20, reference: 20, bank: 100, steps: 20, seeds: 2 },
    { ...perceptron, members: 10, reference: 10, bank: 30, steps: 5, seeds: 1 },
  ],
  quick: [
    { ...breastCancer, members: 200, reference: 400, bank: 1200, steps: 300, seeds: 2 },
    { ...spambase, members: 200, reference: 400, bank: 4000, steps: 1100, seeds: 2 },
    { ...perceptron, members: 100, reference: 200, bank: 600, steps: 130, seeds: 2 },
  ],
  full: [
    { ...breastCancer, members: 1000, reference: 4000, bank: 8000, steps: 4000, seeds: 5 },
    { ...spambase, members: 1000, reference: 4000, bank: 16000, steps: 8000, seeds: 5 },
    { name: 'spambase', flippedShare: 0, members: 1000, reference: 4000, bank: 16000, steps: 8000, seeds: 5 },
    { ...perceptron, members: 1000, reference: 2000, bank: 8000, steps: 4000, seeds: 3 },
  ],
};

/** What the models of an ensemble are trained on: as many points drawn with replacement, or 70 % without. */
export const ensembleKinds = ['bootstrap samples', 'subsets of 70 %'] as const;
export type EnsembleKind = (typeof ensembleKinds)[number];

/** Share of the recorded test points that the temperature is fitted on; the rest judge. */
const validationShare = 1 / 3;

/** One method's models of the same samples, with the predictor of one seed. */
export interface EnsembleEstimate {
  /** On the test points, all members. */
  readonly prediction: EnsemblePrediction;
  /** From the first {@link CalibrationResult.counts} members. */
  readonly growing: readonly EnsemblePrediction[];
  /** Processor seconds. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  /** Predicting or retraining all members. */
  readonly predictionSeconds: number;
}

/** One method's ensemble of one kind, one entry per seed. */
export interface MethodEnsemble {
  readonly kind: EnsembleKind;
  readonly method: string;
  readonly seeds: readonly EnsembleEstimate[];
}

/** All measurements on one data set. */
export interface CalibrationResult {
  readonly problem: NoisyProblem;
  /** The points that judge. */
  readonly test: Dataset;
  readonly validationSize: number;
  /** Numbers of members at which ensembles were looked at, ascending; the last is all. */
  readonly counts: readonly number[];
  /** For each kind exact retraining first. */
  readonly ensembles: readonly MethodEnsemble[];
  /** Larger retrained ensembles of other samples. */
  readonly reference: Readonly<Record<EnsembleKind, EnsemblePrediction>>;
  /** `T×K` probabilities of the model of the whole pool, as they are and at the fitted temperature. */
  readonly single: Float64Array;
  readonly tempered: Float64Array;
  readonly temperature: number;
  readonly laplace: EnsemblePrediction;
  readonly laplaceSeconds: number;
  /** Where training begins from random weights: as many models of the whole pool, each from other ones. */
  readonly deepEnsemble: EnsemblePrediction | null;
  readonly deepEnsembleSeconds: number;
  /** Null where there is no optimum to be away from. */
  readonly largestResidual: number | null;
  readonly retrainedModels: number;
  readonly seed: number;
}

/** Numbers of members to look at ensembles with. */
const lookedAt = (members: number): number[] => [
  ...[5, 10, 20, 50, 100, 200, 500].filter((count) => count < members),
  members,
];

function drawSamples(kind: EnsembleKind, pool: Dataset, count: number, seed: number): Subsets {
  return kind === 'bootstrap samples'
    ? bootstrapSubsets({ poolSize: pool.size, count, seed })
    : fixedSizeSubsets({ poolSize: pool.size, count, size: Math.floor(0.7 * pool.size), seed });
}

/** Half bootstrap samples, half subsets of half to all of the pool, in random order. */
function drawBank(pool: Dataset, count: number, seed: number): Subsets {
  const bootstraps = Math.floor(count / 2);
  const both = concatenateSubsets(
    bootstrapSubsets({ poolSize: pool.size, count: bootstraps, seed }),
    uniformSizeSubsets({
      poolSize: pool.size,
      count: count - bootstraps,
      minimumSize: Math.floor(pool.size / 2),
      labels: pool.labels,
      seed,
    }),
  );
  return takeSubsets(both, randomStream(seed, 'bank order').permutation(count));
}

/** `count×p` parameters of a learner with random initial weights, trained on the whole pool from others each time. */
async function fromOtherWeights({ pool, learner }: NoisyProblem, count: number, control: RunControl) {
  const { name, hyperparameters } = learner;
  const label = 'training from other initial weights';
  const found: number[] = [];
  for (let s = 1; s <= count; s++) {
    const other = createLearner({
      name,
      hyperparameters: { ...hyperparameters, seed: Number(hyperparameters.seed) + s },
    });
    found.push(...(await other.retrain(pool, fullPool(pool.size))).parameters);
    control.onProgress?.({ label, done: s, total: count });
    await safePoint(control, label);
  }
  return Float64Array.from(found);
}

async function compareOn(task: Task, seed: number, control: RunControl): Promise<CalibrationResult> {
  const problem = await noisyProblem(task, seed);
  const { pool, learner } = problem;
  const { train: validation, test } = randomSplit(problem.test, {
    train: validationShare,
    seed: deriveSeed(seed, task.name, 'validation'),
  });
  const counts = lookedAt(task.members);
  const retrain = (subsets: Subsets) => buildBank({ ...control, pool, learner, subsets });
  const predictionOf = (parameters: Float64Array) => ensemblePrediction(learner, test, parameters);
  const residuals: Float64Array[] = [];

  const { parameters: full } = await learner.retrain(pool, fullPool(pool.size));
  const single = learner.probabilities(test, full);
  const classCount = pool.classes.length;
  const temperature = fitTemperature({
    probabilities: learner.probabilities(validation, full),
    labels: validation.labels,
    classCount,
  });
  const laplace = await measureCpu(() =>
    laplaceParameters(pool, learner, full, {
      draws: task.members,
      seed: deriveSeed(seed, task.name, 'Laplace approximation'),
    }),
  );

  const p = full.length;
  const estimate = (parameters: Float64Array) => ({
    prediction: predictionOf(parameters),
    growing: counts.map((count) => predictionOf(parameters.subarray(0, count * p))),
  });
  const ensembles = new Map<string, { kind: EnsembleKind; method: string; seeds: EnsembleEstimate[] }>();
  const add = (kind: EnsembleKind, method: string, found: EnsembleEstimate): void => {
    const key = `${kind} ${method}`;
    const known = ensembles.get(key)?.seeds ?? [];
    ensembles.set(key, { kind, method, seeds: [...known, found] });
  };
  const samples = new Map<EnsembleKind, Subsets>();
  const reference = new Map<EnsembleKind, EnsemblePrediction>();
  for (const kind of ensembleKinds) {
    const own = drawSamples(kind, pool, task.members, deriveSeed(seed, task.name, kind));
    const others = drawSamples(kind, pool, task.reference, deriveSeed(seed, task.name, kind, 'reference'));
    const retrained = await measureCpu(() => retrain(own));
    const independent = await retrain(others);
    samples.set(kind, own);
    reference.set(kind, predictionOf(independent.parameters));
    residuals.push(retrained.result.residuals, independent.residuals);
    const costs = { labelSeconds: 0, trainingSeconds: 0, predictionSeconds: retrained.seconds };
    add(kind, exactName, { ...estimate(retrained.result.parameters), ...costs });
  }
  const measure = async ({ method, predictor, labelSeconds, trainingSeconds }: PreparedPredictor): Promise<void> => {
    for (const [kind, own] of samples) {
      const { result, seconds } = await measureCpu(() => predictor.predict(own, control));
      add(kind, method, { ...estimate(result), labelSeconds, trainingSeconds, predictionSeconds: seconds });
    }
  };
  const { mean, ridge, influence, newton, sizeAwareNewton } = baselinePreparations(problem);
  const untrained: readonly Preparation[] = task.perceptron
    ? [influence, shortTrainingPreparations(problem, shortSteps).fineTuned]
    : [influence, newton, sizeAwareNewton];
  for (let s = seed; s < seed + task.seeds; s++) {
    const bank = await measureCpu(() => retrain(drawBank(pool, task.bank, deriveSeed(s, task.name, 'ModelPred bank'))));
    residuals.push(bank.result.residuals);
    for (const preparation of [mean, ridge, ...(s === seed ? untrained : [])])
      await measure(await prepareMeasured(preparation, bank, s));
    const network = await prepareMeasured(improvedPreparation(task.steps, control), bank, s);
    await measure(network);
    // Without an optimum there is nothing to step to.
    if (!task.perceptron) await measure(withNewtonStep(network, problem));
  }
  const deep = await measureCpu(() => fromOtherWeights(problem, task.perceptron ? task.members : 0, control));
  return {
    problem,
    test,
    validationSize: validation.size,
    counts,
    ensembles: [...ensembles.values()],
    reference: Object.fromEntries(reference) as Record<EnsembleKind, EnsemblePrediction>,
    single,
    tempered: temper(single, classCount, temperature),
    temperature,
    laplace: predictionOf(laplace.result),
    laplaceSeconds: laplace.seconds,
    deepEnsemble: deep.result.length > 0 ? predictionOf(deep.result) : null,
    deepEnsembleSeconds: deep.seconds,
    largestResidual: task.perceptron
      ? null
      : residuals.reduce((largest, part) => part.reduce((max, r) => Math.max(max, r), largest), 0),
    retrainedModels: residuals.reduce((sum, part) => sum + part.length, 0),
    seed,
  };
}

export interface CalibrationOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own bank and network. Samples, references and flipped labels are shared. */
  readonly seed: number;
}

/**
 * Predictive distributions of ensembles whose models were trained on bootstrap samples and on random subsets: retrained, and
 * predicted by each method for the same samples; beside the single model, the same at a fitted temperature, a Laplace
 * approximation, and for perceptrons an ensemble that differs in initial weights only.
 */
export async function calibrationComparison(options: CalibrationOptions): Promise<CalibrationResult[]> {
  const { profile, seed, ...control } = options;
  const results: CalibrationResult[] = [];
  for (const task of efforts[profile]) results.push(await compareOn(task, seed, control));
  return results;
}
