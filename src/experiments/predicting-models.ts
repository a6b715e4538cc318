import type { RunControl } from '../control.js';
import { pearson } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { relativeErrors } from '../evaluation/parameter-error.js';
import { accuracyUtility, labelAgreement, logLossUtility } from '../evaluation/utility.js';
import type { Learner } from '../learners/learner.js';
import { deriveSeed } from '../numerics/random.js';
import type { ModelPredLossName } from '../prediction/modelpred/index.js';
import type { Predictor } from '../prediction/predictor.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { subsetSizes, takeSubsets, uniformSizeSubsets, type Subsets } from '../subsets/index.js';
import { loadProblem, type Problem, type ProblemName } from './problem.js';
import {
  baselinePreparations,
  improvedName,
  improvedPreparation,
  modelPredPreparation,
  prepareMeasured,
  withNewtonStep,
  type Preparation,
  type PreparedPredictor,
} from './predictors.js';
import type { Profile } from './profile.js';

/** How much is computed for one data set. */
interface Effort {
  readonly problem: ProblemName;
  readonly seeds: number;
  /** Retrained subsets that predictors learn from, for every seed. */
  readonly bankSize: number;
  /** Training steps of the authors' network. */
  readonly steps: number;
  /** Losses it is trained with. */
  readonly losses: readonly ModelPredLossName[];
  /** Training steps of the improved network. */
  readonly improvedSteps: number;
}

/** Losses of the authors' network that are compared with other methods: none of their penalties, and all of them. */
export const comparedLosses = ['parameter MSE', 'full'] as const;
/** The regularisers one by one, from none to the authors' whole loss. */
export const ablatedLosses = [
  'parameter MSE',
  'stationarity',
  'utility',
  'stationarity + utility',
  'weight penalties',
  'full',
] as const;

/** Fewer of them where time is short: the penalties on the objective together. */
const ablatedBriefly = ['parameter MSE', 'stationarity + utility', 'weight penalties', 'full'] as const;

const efforts: Readonly<Record<Profile, { heldOut: number; problems: readonly Effort[] }>> = {
  smoke: {
    heldOut: 40,
    problems: [{ problem: 'iris 0/1', seeds: 2, bankSize: 300, steps: 40, losses: ablatedBriefly, improvedSteps: 40 }],
  },
  quick: {
    heldOut: 500,
    problems: [
      { problem: 'iris 0/1', seeds: 3, bankSize: 2000, steps: 300, losses: ablatedBriefly, improvedSteps: 400 },
      { problem: 'iris 1/2', seeds: 2, bankSize: 2000, steps: 0, losses: [], improvedSteps: 400 },
      { problem: 'breast cancer', seeds: 3, bankSize: 2000, steps: 300, losses: ['parameter MSE'], improvedSteps: 400 },
      { problem: 'spambase', seeds: 2, bankSize: 2000, steps: 0, losses: [], improvedSteps: 400 },
    ],
  },
  full: {
    heldOut: 500,
    problems: [
      { problem: 'iris 0/1', seeds: 5, bankSize: 10000, steps: 3000, losses: ablatedLosses, improvedSteps: 1500 },
      { problem: 'iris 1/2', seeds: 5, bankSize: 10000, steps: 3000, losses: ablatedLosses, improvedSteps: 1500 },
      { problem: 'breast cancer', seeds: 5, bankSize: 16000, steps: 5000, losses: ablatedLosses, improvedSteps: 2000 },
      { problem: 'spambase', seeds: 5, bankSize: 16000, steps: 5000, losses: ablatedLosses, improvedSteps: 2200 },
    ],
  },
};

/** What one method predicted for the held-out subsets, once per seed (once in all where nothing is drawn). */
export interface MethodRun {
  readonly method: string;
  /** Mean relative parameter error over the held-out subsets, for every seed. */
  readonly seedErrors: readonly number[];
  /** `B` relative parameter errors, mean over seeds. */
  readonly errors: Float64Array;
  /** `B` test log-losses of the predicted models of the first seed, nats. */
  readonly logLosses: Float64Array;
  /** Pearson correlations with the retrained models' utilities over subsets, mean over seeds. */
  readonly logLossCorrelation: number;
  readonly accuracyCorrelation: number;
  /** Share of test points given the retrained model's label, mean over subsets and seeds. */
  readonly agreement: number;
  /** Processor seconds, mean over seeds: labels of the bank, preparation, prediction of all held-out subsets. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly predictionSeconds: number;
}

/** All measurements on one data set. */
export interface ProblemResult {
  readonly problem: Problem;
  /** `B` sizes of the held-out subsets. */
  readonly sizes: Float64Array;
  /** `B` test log-losses of the retrained models, nats. */
  readonly exactLogLosses: Float64Array;
  /** Largest optimality residual of all retrained models, held-out and banks. */
  readonly largestResidual: number;
  readonly retrainedModels: number;
  /** Processor seconds to retrain the held-out subsets exactly. */
  readonly exactSeconds: number;
  readonly runs: readonly MethodRun[];
  /** Seed of the intervals. */
  readonly seed: number;
}

/** What learns from no bank. */
function untaughtPreparations(problem: Problem) {
  const { influence, newton, sizeAwareChord, sizeAwareNewton, lbfgs } = baselinePreparations(problem);
  return [influence, newton, sizeAwareChord, sizeAwareNewton, lbfgs];
}

function preparations(problem: Problem, effort: Effort, control: RunControl): readonly Preparation[] {
  const learned = baselinePreparations(problem);
  return [
    learned.mean,
    learned.nearest,
    learned.ridgeOnMask,
    learned.ridge,
    ...untaughtPreparations(problem),
    ...effort.losses.map((loss) => modelPredPreparation(loss, effort.steps, control)),
    improvedPreparation(effort.improvedSteps, control),
  ];
}

/** The same learner, which keeps the probabilities of the parameters it was asked about. */
function rememberingProbabilities(learner: Learner): Learner {
  const known = new WeakMap<Float64Array, Float64Array>();
  return {
    ...learner,
    probabilities: (points, parameters) => {
      const found = known.get(parameters) ?? learner.probabilities(points, parameters);
      known.set(parameters, found);
      return found;
    },
  };
}

/** Runs once, before anything is measured, so that no method pays for compiling the code that it shares with others. */
async function warmUp(problem: Problem, subsets: Subsets): Promise<void> {
  for (const { prepare } of untaughtPreparations(problem)) await (await prepare()).predict(subsets);
}

/** One predictor's predictions of the held-out models against the truth. */
interface Score {
  readonly predictionSeconds: number;
  /** `B` relative parameter errors. */
  readonly errors: Float64Array;
  /** `B` test log-losses, nats. */
  readonly logLosses: Float64Array;
  readonly logLossCorrelation: number;
  readonly accuracyCorrelation: number;
  readonly agreement: number;
}

/** Retrains the held-out subsets exactly, prepares every method with every seed, and scores its predictions. */
async function compareOn(
  effort: Effort,
  heldOutCount: number,
  seed: number,
  control: RunControl,
): Promise<ProblemResult> {
  const problem = await loadProblem(effort.problem);
  const { pool, test, learner, title, minimumSize } = problem;
  const seeds = Array.from({ length: effort.seeds }, (_, i) => seed + i);
  const draw = (count: number, from: number) =>
    uniformSizeSubsets({ poolSize: pool.size, count, minimumSize, labels: pool.labels, seed: from });
  // Every score is of the same test points.
  const judge = rememberingProbabilities(learner);
  const logLoss = logLossUtility(judge, test);
  const accuracy = accuracyUtility(judge, test);

  const heldOut = draw(heldOutCount, deriveSeed(seed, title, 'held-out subsets'));
  await warmUp({ ...problem, pool: { ...pool } }, takeSubsets(heldOut, [0, 1, 2, 3]));
  const exact = await measureCpu(() => learner.retrain(pool, heldOut, control));
  const truth = exact.result.parameters;
  const p = exact.result.parameterCount;
  const exactLogLoss = logLoss.evaluate(truth);
  const exactAccuracy = accuracy.evaluate(truth);

  const banks = [];
  for (const own of seeds) {
    const subsets = draw(effort.bankSize, deriveSeed(own, title, 'bank'));
    banks.push({ seed: own, ...(await measureCpu(() => buildBank({ ...control, pool, learner, subsets }))) });
  }

  const score = async (predictor: Predictor): Promise<Score> => {
    const { result: predicted, seconds } = await measureCpu(() => predictor.predict(heldOut, control));
    const predictedLogLoss = logLoss.evaluate(predicted);
    return {
      predictionSeconds: seconds,
      errors: relativeErrors(predicted, truth, p),
      logLosses: predictedLogLoss.map((value) => -value),
      logLossCorrelation: pearson(predictedLogLoss, exactLogLoss),
      accuracyCorrelation: pearson(accuracy.evaluate(predicted), exactAccuracy),
      agreement: mean(labelAgreement(judge, test, predicted, truth)),
    };
  };

  const trials = new Map<string, (Score & PreparedPredictor)[]>();
  const record = async (prepared: PreparedPredictor): Promise<void> => {
    const trial = { ...prepared, ...(await score(prepared.predictor)) };
    trials.set(prepared.method, [...(trials.get(prepared.method) ?? []), trial]);
  };
  for (const preparation of preparations(problem, effort, control)) {
    for (const bank of 'prepare' in preparation ? banks.slice(0, 1) : banks) {
      const prepared = await prepareMeasured(preparation, bank, bank.seed);
      await record(prepared);
      if (preparation.method === improvedName) await record(withNewtonStep(prepared, problem));
    }
  }
  const runs = [...trials].map(([method, own]): MethodRun => ({
    method,
    seedErrors: own.map(({ errors }) => mean(errors)),
    errors: Float64Array.from({ length: heldOut.count }, (_, b) => mean(own.map(({ errors }) => errors[b]))),
    logLosses: own[0].logLosses,
    logLossCorrelation: mean(own.map((trial) => trial.logLossCorrelation)),
    accuracyCorrelation: mean(own.map((trial) => trial.accuracyCorrelation)),
    agreement: mean(own.map((trial) => trial.agreement)),
    labelSeconds: mean(own.map((trial) => trial.labelSeconds)),
    trainingSeconds: mean(own.map((trial) => trial.trainingSeconds)),
    predictionSeconds: mean(own.map((trial) => trial.predictionSeconds)),
  }));
  return {
    problem,
    sizes: Float64Array.from(subsetSizes(heldOut)),
    exactLogLosses: exactLogLoss.map((value) => -value),
    largestResidual: Math.max(
      ...[exact.result.residuals, ...banks.map(({ result }) => result.residuals)].map((residuals) =>
        residuals.reduce((largest, r) => Math.max(largest, r), 0),
      ),
    ),
    retrainedModels: heldOut.count + seeds.length * effort.bankSize,
    exactSeconds: exact.seconds,
    runs,
    seed,
  };
}

export interface PredictingModelsOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own bank, network and shuffling, the held-out subsets are shared. */
  readonly seed: number;
}

/**
 * Predicts the parameters of models retrained on held-out subsets (sizes uniform from a tenth of the pool up, all classes
 * present), by every method on every data set. Methods that learn do so from a bank of exactly retrained subsets, with
 * several seeds.
 */
export async function predictingModels(options: PredictingModelsOptions): Promise<ProblemResult[]> {
  const { profile, seed, ...control } = options;
  const { heldOut, problems } = efforts[profile];
  const results: ProblemResult[] = [];
  for (const effort of problems) results.push(await compareOn(effort, heldOut, seed, control));
  return results;
}
