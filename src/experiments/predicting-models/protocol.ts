import type { RunControl } from '../../control.js';
import { mean } from '../../statistics/mean.js';
import { pearson } from '../../statistics/correlation.js';
import { measureCpu } from '../../evaluation/cost.js';
import { relativeErrors } from '../../evaluation/parameter-error.js';
import { accuracyUtility, labelAgreement, logLossUtility } from '../../evaluation/utility.js';
import type { Learner } from '../../learners/learner.js';
import { deriveSeed } from '../../numerics/random.js';
import { subsetSizes, takeSubsets, type Subsets } from '../../subsets/index.js';
import type { RetrainingRecord } from '../common/claims.js';
import type { Seconds } from '../common/costs.js';
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
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { loadProblem, type Problem } from '../problems/problem.js';
import { efforts, type Effort } from './effort.js';

/** One method's predictions of the held-out models against the truth, with what one seed learned. */
export interface PredictionTrial {
  /** `B` relative parameter errors. */
  readonly errors: Float64Array;
  /** `B` test log-losses of the predicted models, nats. */
  readonly logLosses: Float64Array;
  /** Pearson correlations with the retrained models' utilities over subsets. */
  readonly logLossCorrelation: number;
  readonly accuracyCorrelation: number;
  /** Share of test points given the retrained model's label, mean over subsets. */
  readonly agreement: number;
  /** Prediction is of all held-out subsets. */
  readonly seconds: Seconds;
}

/** All measurements on one data set. */
export interface PredictingModelsResult extends RetrainingRecord {
  readonly problem: ProblemData<Problem>;
  /** `B` sizes of the held-out subsets. */
  readonly sizes: Float64Array;
  /** `B` test log-losses of the retrained models, nats. */
  readonly exactLogLosses: Float64Array;
  /** Processor seconds to retrain the held-out subsets exactly. */
  readonly exactSeconds: number;
  readonly methods: readonly MethodTrials<PredictionTrial>[];
  /** First of the seeds, and that of intervals. */
  readonly seed: number;
}

function preparations(problem: Problem, effort: Effort, control: RunControl): Preparation[] {
  const { authors, improved } = modelPredPreparations(control);
  return [
    baselines.mean,
    baselines.nearest,
    baselines.ridgeOnMask,
    baselines.ridge,
    ...untaught(problem),
    ...effort.losses.map((loss) => authors(loss, effort.steps)),
    improved(effort.improvedSteps),
    refinedPreparation,
  ];
}

const untaught = (problem: Problem) =>
  (['influence', 'newton', 'sizeAwareChord', 'sizeAwareNewton', 'lbfgs'] as const).map(untaughtPreparations(problem));

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
  for (const { prepare } of untaught(problem)) await (await prepare()).predict(subsets);
}

/** Scores predicted parameters of the held-out subsets against the retrained ones. */
function judge({ learner, test, pool }: Problem, truth: Float64Array) {
  // Every score is of the same test points.
  const own = rememberingProbabilities(learner);
  const [logLoss, accuracy] = [
    logLossUtility({ learner: own, points: test }),
    accuracyUtility({ learner: own, points: test }),
  ];
  const [exactLogLoss, exactAccuracy] = [logLoss.evaluate(truth), accuracy.evaluate(truth)];
  const p = learner.parameterCount(pool);
  const scores = (predicted: Float64Array): Omit<PredictionTrial, 'seconds'> => {
    const utilities = logLoss.evaluate(predicted);
    return {
      errors: relativeErrors({ predicted, retrained: truth, parameterCount: p }),
      logLosses: utilities.map((value) => -value),
      logLossCorrelation: pearson(utilities, exactLogLoss),
      accuracyCorrelation: pearson(accuracy.evaluate(predicted), exactAccuracy),
      agreement: mean(labelAgreement({ learner: own, points: test, first: predicted, second: truth })),
    };
  };
  return { scores, exactLogLosses: exactLogLoss.map((value) => -value) };
}

/** Retrains the held-out subsets exactly, prepares every method with every seed, and scores its predictions. */
async function compareOn(effort: Effort, seed: number, control: RunControl): Promise<PredictingModelsResult> {
  const problem = await loadProblem(effort.problem);
  const { pool, title, minimumSize } = problem;
  const retraining = exactRetraining(problem, control);
  const draw = (count: number, from: number) => uniformSubsets(pool, { count, minimumSize, seed: from });

  const heldOut = draw(effort.heldOut, deriveSeed(seed, title, 'held-out subsets'));
  await warmUp({ ...problem, pool: { ...pool } }, takeSubsets(heldOut, [0, 1, 2, 3]));
  const exact = await measureCpu(() => retraining.bank(heldOut));
  const { scores, exactLogLosses } = judge(problem, exact.result.parameters);

  const methods = await measureMethods({
    ground: problem,
    preparations: preparations(problem, effort, control),
    seeds: range(effort.seeds, seed),
    bankOf: (own) => retraining.bank(draw(effort.bankSize, deriveSeed(own, title, 'bank'))),
    measure: async (prepared): Promise<PredictionTrial> => {
      const { parameters, seconds } = await predictMeasured(prepared, heldOut, control);
      return { ...scores(parameters), seconds };
    },
  });
  return {
    problem: problemData(problem),
    sizes: Float64Array.from(subsetSizes(heldOut)),
    exactLogLosses,
    exactSeconds: exact.seconds,
    methods,
    ...retraining.record(),
    seed,
  };
}

/**
 * Predicts the parameters of models retrained on held-out subsets (sizes uniform from a tenth of the pool up, all classes
 * present), by every method on every data set. Methods that learn do so from a bank of exactly retrained subsets, with
 * several seeds.
 */
export const predictingModels = experiment(efforts, compareOn);
