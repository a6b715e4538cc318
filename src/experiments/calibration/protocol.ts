import {
  ensemblePrediction,
  fitTemperature,
  laplaceParameters,
  temper,
  type EnsemblePrediction,
} from '../../applications/index.js';
import { safePoint, type RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { randomSplit } from '../../data/split.js';
import { measureCpu } from '../../evaluation/cost.js';
import type { MethodId } from '../../evaluation/methods.js';
import { createLearner } from '../../learners/registry.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import {
  bootstrapSubsets,
  concatenateSubsets,
  fixedSizeSubsets,
  fullPool,
  takeSubsets,
  type Subsets,
} from '../../subsets/index.js';
import { lookedAt } from '../common/budgets.js';
import type { RetrainingRecord } from '../common/claims.js';
import { onlyPrediction, type Seconds } from '../common/costs.js';
import { experiment, range } from '../common/experiment.js';
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
import { noisyProblem, type NoisyProblem } from '../problems/noisy-problem.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { efforts, type Effort } from './effort.js';

/** What the models of an ensemble are trained on: as many points drawn with replacement, or 70 % without. */
export const ensembleKinds = ['bootstrap samples', 'subsets of 70 %'] as const;
export type EnsembleKind = (typeof ensembleKinds)[number];

/** Share of the recorded test points that the temperature is fitted on; the rest judge. */
const validationShare = 1 / 3;

/** One method's models of the same samples, with the predictor of one seed. */
export interface EnsembleTrial {
  /** On the test points, all members. */
  readonly prediction: EnsemblePrediction;
  /** From the first {@link CalibrationResult.counts} members. */
  readonly growing: readonly EnsemblePrediction[];
  /** Prediction, or retraining, is of all members. */
  readonly seconds: Seconds;
}

/** Predictive probabilities that do not come from samples of the pool. */
export interface Alternative {
  readonly method: 'single' | 'tempered' | 'laplace' | 'deepEnsemble';
  /** `T×K`. */
  readonly probabilities: Float64Array;
  /** `T×K` standard deviations over models; null of a single one. */
  readonly spread: Float64Array | null;
  /** Processor seconds of drawing or training the models. */
  readonly seconds: number;
}

/** All measurements on one data set. */
export interface CalibrationResult extends RetrainingRecord {
  readonly problem: ProblemData<NoisyProblem>;
  /** The points that judge. */
  readonly test: Dataset;
  readonly validationSize: number;
  /** Numbers of members at which ensembles were looked at, ascending; the last is all. */
  readonly counts: readonly number[];
  /** For each kind every method, exact retraining first. */
  readonly ensembles: Readonly<Record<EnsembleKind, readonly MethodTrials<EnsembleTrial>[]>>;
  /** Larger retrained ensembles of other samples. */
  readonly reference: Readonly<Record<EnsembleKind, EnsemblePrediction>>;
  /**
   * The model of the whole pool, as it is and at the fitted temperature; draws from its Laplace approximation; and where
   * training begins from random weights as many models of the whole pool, each from other ones.
   */
  readonly alternatives: readonly Alternative[];
  readonly temperature: number;
  readonly seed: number;
}

function drawSamples(kind: EnsembleKind, pool: Dataset, count: number, seed: number): Subsets {
  return kind === 'bootstrap samples'
    ? bootstrapSubsets({ poolSize: pool.size, count, seed })
    : fixedSizeSubsets({ poolSize: pool.size, count, size: Math.floor(0.7 * pool.size), seed });
}

/** Half bootstrap samples, half subsets of half to all of the pool, in random order. */
function drawBank(pool: Dataset, count: number, seed: number): Subsets {
  const bootstraps = Math.floor(count / 2);
  const minimumSize = Math.floor(pool.size / 2);
  const both = concatenateSubsets(
    bootstrapSubsets({ poolSize: pool.size, count: bootstraps, seed }),
    uniformSubsets(pool, { count: count - bootstraps, minimumSize, seed }),
  );
  return takeSubsets(both, randomStream(seed, 'bank order').permutation(count));
}

/** For every kind of ensemble something. */
async function forKinds<T>(of: (kind: EnsembleKind) => T | Promise<T>): Promise<Record<EnsembleKind, T>> {
  return { 'bootstrap samples': await of('bootstrap samples'), 'subsets of 70 %': await of('subsets of 70 %') };
}

async function compareOn(effort: Effort, seed: number, control: RunControl): Promise<CalibrationResult> {
  const problem = await noisyProblem(effort, seed);
  const { pool, learner } = problem;
  const own = (...use: readonly string[]): number => deriveSeed(seed, effort.name, ...use);
  const split = { train: validationShare, seed: own('validation') };
  const { train: validation, test } = randomSplit(problem.test, split);
  const counts = lookedAt(effort.members, 5);
  const retraining = exactRetraining(problem, control);
  const predictionOf = (parameters: Float64Array) => ensemblePrediction({ learner, points: test, parameters });
  const p = learner.parameterCount(pool);
  const trial = (parameters: Float64Array, seconds: Seconds): EnsembleTrial => ({
    prediction: predictionOf(parameters),
    growing: counts.map((count) => predictionOf(parameters.subarray(0, count * p))),
    seconds,
  });

  const { alternatives, temperature } = await withoutSamples(effort, { problem, validation, test, seed, control });
  const samples = await forKinds((kind) => drawSamples(kind, pool, effort.members, own(kind)));
  const exact = await forKinds(async (kind) => {
    const { result, seconds } = await measureCpu(() => retraining.bank(samples[kind]));
    return trial(result.parameters, onlyPrediction(seconds));
  });
  const reference = await forKinds(async (kind) => {
    const others = drawSamples(kind, pool, effort.reference, own(kind, 'reference'));
    return predictionOf((await retraining.bank(others)).parameters);
  });
  const predicted = await measureMethods({
    ground: problem,
    preparations: preparations(problem, effort.steps, control),
    seeds: range(effort.seeds, seed),
    bankOf: (s) => retraining.bank(drawBank(pool, effort.bank, deriveSeed(s, effort.name, 'ModelPred bank'))),
    measure: (prepared) =>
      forKinds(async (kind) => {
        const { parameters, seconds } = await predictMeasured(prepared, samples[kind], control);
        return trial(parameters, seconds);
      }),
  });
  const ensembles = await forKinds((kind): MethodTrials<EnsembleTrial>[] => [
    { method: 'exact', trials: [exact[kind]] },
    ...predicted.map(({ method, trials }) => ({ method, trials: trials.map((both) => both[kind]) })),
  ]);
  return {
    problem: problemData(problem),
    test,
    validationSize: validation.size,
    counts,
    ensembles,
    reference,
    alternatives,
    temperature,
    ...retraining.record(),
    seed,
  };
}

function preparations(problem: NoisyProblem, steps: number, control: RunControl): Preparation[] {
  const convex = problem.learner.kind === 'convex';
  const untaught = convex
    ? (['influence', 'newton', 'sizeAwareNewton'] as const)
    : (['influence', 'fineTuning'] as const);
  return [
    baselines.mean,
    baselines.ridge,
    ...untaught.map(untaughtPreparations(problem)),
    modelPredPreparations(control).improved(steps),
    // Without an optimum there is nothing to step to.
    ...(convex ? [refinedPreparation] : []),
  ];
}

/** What can be had without resampling the pool. */
async function withoutSamples(
  effort: Effort,
  {
    problem,
    validation,
    test,
    seed,
    control,
  }: {
    readonly problem: NoisyProblem;
    readonly validation: Dataset;
    readonly test: Dataset;
    readonly seed: number;
    readonly control: RunControl;
  },
) {
  const { pool, learner } = problem;
  const classCount = pool.classes.length;
  const { parameters: full } = await learner.retrain(pool, fullPool(pool.size));
  const single = learner.probabilities(test, full);
  const temperature = fitTemperature({
    probabilities: learner.probabilities(validation, full),
    labels: validation.labels,
    classCount,
  });
  const several = async (
    method: MethodId & Alternative['method'],
    models: () => Float64Array | Promise<Float64Array>,
  ): Promise<Alternative> => {
    const { result, seconds } = await measureCpu(models);
    const { probabilities, spread } = ensemblePrediction({ learner, points: test, parameters: result });
    return { method, probabilities, spread, seconds };
  };
  const drawn = { draws: effort.members, seed: deriveSeed(seed, effort.name, 'Laplace approximation') };
  const alternatives: Alternative[] = [
    { method: 'single', probabilities: single, spread: null, seconds: 0 },
    {
      method: 'tempered',
      probabilities: temper({ probabilities: single, classCount, temperature }),
      spread: null,
      seconds: 0,
    },
    await several('laplace', () => laplaceParameters({ pool, learner, full, ...drawn })),
  ];
  if (learner.kind === 'scheduled')
    alternatives.push(await several('deepEnsemble', () => fromOtherWeights(problem, effort.members, control)));
  return { alternatives, temperature };
}

/** `count×p` parameters of a learner with random initial weights, trained on the whole pool from others each time. */
async function fromOtherWeights({ pool, learner }: NoisyProblem, count: number, control: RunControl) {
  const { name, hyperparameters } = learner;
  const label = 'training from other initial weights';
  const found: number[] = [];
  for (let s = 1; s <= count; s++) {
    const seed = Number(hyperparameters.seed) + s;
    const other = createLearner({ name, hyperparameters: { ...hyperparameters, seed } });
    found.push(...(await other.retrain(pool, fullPool(pool.size))).parameters);
    control.onProgress?.({ label, done: s, total: count });
    await safePoint(control, label);
  }
  return Float64Array.from(found);
}

/**
 * Predictive distributions of ensembles whose models were trained on bootstrap samples and on random subsets: retrained, and
 * predicted by each method for the same samples; beside the single model, the same at a fitted temperature, a Laplace
 * approximation, and for perceptrons an ensemble that differs in initial weights only.
 */
export const calibration = experiment(efforts, compareOn);
