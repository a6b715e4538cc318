import type { RunControl } from '../control.js';
import { bootstrap, bootstrapMean, type Estimate } from '../evaluation/bootstrap.js';
import type { Claim } from '../evaluation/claims.js';
import { mean, pearson, spearman } from '../evaluation/correlation.js';
import { measureCpu } from '../evaluation/cost.js';
import { relativeErrors } from '../evaluation/parameter-error.js';
import { accuracyUtility, labelAgreement, logLossUtility } from '../evaluation/utility.js';
import { deriveSeed } from '../numerics/random.js';
import type { ModelPredLossName } from '../prediction/modelpred/index.js';
import type { Predictor } from '../prediction/predictor.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { subsetSizes, uniformSizeSubsets } from '../subsets/index.js';
import { slug } from './slug.js';
import { loadProblem, type Problem, type ProblemName } from './problem.js';
import { baselinePreparations, modelPredName, modelPredPreparation, type Preparation } from './predictors.js';
import type { Profile } from './profile.js';

/** How much is computed for one data set. */
interface Effort {
  readonly problem: ProblemName;
  /** Retrained subsets that predictors learn from, for every seed. */
  readonly bankSize: number;
  /** Training steps of the network. */
  readonly steps: number;
  /** Losses the network is trained with. */
  readonly losses: readonly ModelPredLossName[];
}

const both = ['parameter MSE', 'full'] as const;
/** The regularisers one by one, from none to the authors' whole loss. */
const ablated = [
  'parameter MSE',
  'stationarity',
  'utility',
  'stationarity + utility',
  'weight penalties',
  'full',
] as const;

const efforts: Readonly<Record<Profile, { seeds: number; heldOut: number; problems: readonly Effort[] }>> = {
  smoke: {
    seeds: 2,
    heldOut: 40,
    problems: [{ problem: 'iris 0/1', bankSize: 300, steps: 50, losses: ablated }],
  },
  quick: {
    seeds: 3,
    heldOut: 500,
    problems: [
      { problem: 'iris 0/1', bankSize: 2000, steps: 600, losses: ablated },
      { problem: 'iris 1/2', bankSize: 2000, steps: 600, losses: ['parameter MSE'] },
      { problem: 'breast cancer', bankSize: 4000, steps: 1000, losses: both },
      { problem: 'spambase', bankSize: 4000, steps: 1000, losses: ['parameter MSE'] },
    ],
  },
  full: {
    seeds: 5,
    heldOut: 500,
    problems: [
      { problem: 'iris 0/1', bankSize: 10000, steps: 3000, losses: ablated },
      { problem: 'iris 1/2', bankSize: 10000, steps: 3000, losses: ablated },
      { problem: 'breast cancer', bankSize: 16000, steps: 5000, losses: ablated },
      { problem: 'spambase', bankSize: 16000, steps: 5000, losses: ablated },
    ],
  },
};

/** What one method predicted for the held-out subsets, once per seed (once in all where nothing is drawn). */
interface MethodRun {
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

function preparations(problem: Problem, effort: Effort, control: RunControl): readonly Preparation[] {
  const baselines = baselinePreparations(problem);
  return [
    baselines.mean,
    baselines.ridgeOnMask,
    baselines.ridge,
    baselines.influence,
    baselines.newton,
    ...effort.losses.map((loss) => modelPredPreparation(loss, effort.steps, control)),
  ];
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
  seeds: readonly number[],
  control: RunControl,
): Promise<ProblemResult> {
  const problem = await loadProblem(effort.problem);
  const { pool, test, learner, title, minimumSize } = problem;
  const draw = (count: number, seed: number) =>
    uniformSizeSubsets({ poolSize: pool.size, count, minimumSize, maximumSize: pool.size, labels: pool.labels, seed });
  const logLoss = logLossUtility(learner, test);
  const accuracy = accuracyUtility(learner, test);

  const heldOut = draw(heldOutCount, deriveSeed(seeds[0], title, 'held-out subsets'));
  const exact = await measureCpu(() => learner.retrain(pool, heldOut, control));
  const truth = exact.result.parameters;
  const p = exact.result.parameterCount;
  const exactLogLoss = logLoss.evaluate(truth);
  const exactAccuracy = accuracy.evaluate(truth);

  const banks = [];
  for (const seed of seeds) {
    const subsets = draw(effort.bankSize, deriveSeed(seed, title, 'bank'));
    banks.push({ seed, ...(await measureCpu(() => buildBank({ ...control, pool, learner, subsets }))) });
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
      agreement: mean(labelAgreement(learner, test, predicted, truth)),
    };
  };

  const runs: MethodRun[] = [];
  for (const preparation of preparations(problem, effort, control)) {
    const trials: (Score & { labelSeconds: number; trainingSeconds: number })[] = [];
    if ('prepare' in preparation) {
      const { result: predictor, seconds } = await measureCpu(() => preparation.prepare());
      trials.push({ labelSeconds: 0, trainingSeconds: seconds, ...(await score(predictor)) });
    } else {
      for (const { seed, result: bank, seconds: labelSeconds } of banks) {
        const trained = await measureCpu(() => preparation.prepareFromBank(bank, seed));
        trials.push({ labelSeconds, trainingSeconds: trained.seconds, ...(await score(trained.result)) });
      }
    }
    runs.push({
      method: preparation.method,
      seedErrors: trials.map(({ errors }) => mean(errors)),
      errors: Float64Array.from({ length: heldOut.count }, (_, b) => mean(trials.map(({ errors }) => errors[b]))),
      logLosses: trials[0].logLosses,
      logLossCorrelation: mean(trials.map((trial) => trial.logLossCorrelation)),
      accuracyCorrelation: mean(trials.map((trial) => trial.accuracyCorrelation)),
      agreement: mean(trials.map((trial) => trial.agreement)),
      labelSeconds: mean(trials.map((trial) => trial.labelSeconds)),
      trainingSeconds: mean(trials.map((trial) => trial.trainingSeconds)),
      predictionSeconds: mean(trials.map((trial) => trial.predictionSeconds)),
    });
  }
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
    seed: seeds[0],
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
  const { seeds, heldOut, problems } = efforts[profile];
  const results: ProblemResult[] = [];
  for (const effort of problems)
    results.push(
      await compareOn(
        effort,
        heldOut,
        Array.from({ length: seeds }, (_, i) => seed + i),
        control,
      ),
    );
  return results;
}

/** The methods that tables and figures compare: all but the ablation's variants of ModelPred. */
const compared = (run: MethodRun): boolean =>
  !run.method.startsWith('ModelPred') || both.some((loss) => run.method === modelPredName(loss));

/** Accuracy of every method on every data set, with 95 % bootstrap intervals over held-out subsets. */
export function accuracyTable(results: readonly ProblemResult[]) {
  return results.flatMap(({ problem, runs, seed }) =>
    runs.filter(compared).map((run) => {
      const { value, low, high } = bootstrapMean(run.errors, { seed });
      return {
        'data set': problem.title,
        method: run.method,
        'relative error': value,
        low: low,
        high: high,
        'lowest seed': Math.min(...run.seedErrors),
        'highest seed': Math.max(...run.seedErrors),
        'log-loss correlation': run.logLossCorrelation,
        'accuracy correlation': run.accuracyCorrelation,
        'label agreement': run.agreement,
      };
    }),
  );
}

/** Mean error by subset size in five classes of equal width, labelled by the mean size, with 95 % intervals. */
export function errorsBySize(results: readonly ProblemResult[]) {
  const classes = 5;
  return results.flatMap(({ problem, runs, sizes, seed }) => {
    const { minimumSize, pool } = problem;
    const width = (pool.size + 1 - minimumSize) / classes;
    const classOf = (size: number): number => Math.floor((size - minimumSize) / width);
    return runs.filter(compared).flatMap((run) =>
      Array.from({ length: classes }, (_, c) => {
        const members = [...sizes.keys()].filter((b) => classOf(sizes[b]) === c);
        const { value, low, high } = bootstrapMean(
          members.map((b) => run.errors[b]),
          { seed },
        );
        const size = Math.round(mean(members.map((b) => sizes[b])));
        return { dataset: problem.title, method: run.method, size, error: value, low, high };
      }).filter(({ error }) => !Number.isNaN(error)),
    );
  });
}

/** Test log-loss under predicted and retrained models, at most 150 held-out subsets of each data set, first seed. */
export function logLossPairs(results: readonly ProblemResult[], methods: readonly string[]) {
  return results.flatMap(({ problem, runs, exactLogLosses }) =>
    runs
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, logLosses }) => {
        const correlation = spearman(logLosses, exactLogLosses);
        return Array.from({ length: Math.min(150, logLosses.length) }, (_, b) => ({
          dataset: problem.title,
          method,
          predicted: logLosses[b],
          exact: exactLogLosses[b],
          correlation,
        }));
      }),
  );
}

/** The regularisers' effect where all were trained: mean error with a bootstrap interval, and every seed's mean. */
export function ablationTables(results: readonly ProblemResult[]) {
  const ofInterest = results.filter(({ runs }) =>
    ablated.every((loss) => runs.some((r) => r.method === modelPredName(loss))),
  );
  const rows = ofInterest.flatMap(({ problem, runs, seed }) =>
    ablated.map((loss) => ({
      dataset: problem.title,
      variant: loss,
      run: runs.find((r) => r.method === modelPredName(loss)) as MethodRun,
      seed,
    })),
  );
  return {
    summary: rows.map(({ dataset, variant, run, seed }) => {
      const { value, low, high } = bootstrapMean(run.errors, { seed });
      return { dataset, variant, error: value, low, high };
    }),
    seeds: rows.flatMap(({ dataset, variant, run, seed }) =>
      run.seedErrors.map((error, i) => ({ dataset, variant, seed: seed + i, error })),
    ),
  };
}

/** Processor time of every method for all held-out subsets, exact retraining included. */
export function costTable(results: readonly ProblemResult[]) {
  return results.flatMap(({ problem, runs, exactSeconds, sizes, seed }) => [
    ...runs.filter(compared).map((run) => {
      const { value, low, high } = bootstrapMean(run.errors, { seed });
      return {
        dataset: problem.title,
        method: run.method,
        labels: run.labelSeconds,
        training: run.trainingSeconds,
        prediction: run.predictionSeconds,
        microsecondsPerSubset: (run.predictionSeconds / sizes.length) * 1e6,
        error: value,
        low: low,
        high: high,
      };
    }),
    {
      dataset: problem.title,
      method: 'exact retraining',
      labels: 0,
      training: 0,
      prediction: exactSeconds,
      microsecondsPerSubset: (exactSeconds / sizes.length) * 1e6,
      error: null,
      low: null,
      high: null,
    },
  ]);
}

/** Mean error of one method over mean error of another on the same subsets, with a paired bootstrap interval. */
function errorRatio(first: MethodRun, second: MethodRun, seed: number): Estimate {
  return bootstrap(
    first.errors.length,
    (indices) => {
      let a = 0;
      let b = 0;
      for (const i of indices) {
        a += first.errors[i];
        b += second.errors[i];
      }
      return a / b;
    },
    { seed },
  );
}

/** The statements that notebook 01 checks. */
export function predictingModelsClaims(results: readonly ProblemResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const kind = '95 % bootstrap over held-out subsets';
  const runOf = ({ runs }: ProblemResult, method: string): MethodRun | undefined =>
    runs.find((run) => run.method === method);
  const plain = modelPredName('parameter MSE');

  const exact: Claim = {
    id: 'exact-retraining',
    statement: `All ${results.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0).toLocaleString('en')} retrained models are optimal: residual at most 1e-8.`,
    source: 'this project',
    measured: Math.max(...results.map(({ largestResidual }) => largestResidual)),
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: results.every(({ largestResidual }) => largestResidual <= 1e-8) ? 'holds' : 'does not hold',
    guarded: true,
  };

  const targets: Partial<Record<ProblemName, number>> = { 'iris 0/1': 0.06, 'breast cancer': 0.27 };
  const reached = results.flatMap((result): Claim[] => {
    const run = runOf(result, plain);
    const target = targets[result.problem.title as ProblemName];
    if (run === undefined || target === undefined) return [];
    const { value, low, high } = bootstrapMean(run.errors, { seed: result.seed });
    return [
      {
        id: `parameter-error-${slug(result.problem.title)}`,
        statement: `${plain} predicts the parameters on ${result.problem.title} with a mean relative error of at most ${target}.`,
        source: 'this project, from a prototype in another framework',
        measured: value,
        interval: { low, high, kind },
        unit: `mean relative parameter error, ${run.seedErrors.length} seeds`,
        verdict: value <= target ? 'holds' : 'does not hold',
        guarded,
      },
    ];
  });

  const comparisons = [
    { rival: 'mean θ', source: 'paper, abstract: the network learns how models depend on data', isGuarded: guarded },
    { rival: 'influence function', source: 'paper: more accurate than influence functions', isGuarded: false },
    { rival: 'one Newton step', source: 'this project: the baseline to beat', isGuarded: false },
  ].flatMap(({ rival, source, isGuarded }) =>
    results.flatMap((result): Claim[] => {
      const [first, second] = [runOf(result, plain), runOf(result, rival)];
      if (first === undefined || second === undefined) return [];
      const { value, low, high } = errorRatio(first, second, result.seed);
      return [
        {
          id: `against-${slug(rival.replace('θ', 'theta'))}-${slug(result.problem.title)}`,
          statement: `${plain} is closer to the retrained parameters than ${rival} on ${result.problem.title}.`,
          source,
          measured: value,
          interval: { low, high, kind },
          unit: 'ratio of mean relative errors; below 1 supports it',
          verdict: high < 1 ? 'holds' : 'does not hold',
          guarded: isGuarded,
        },
      ];
    }),
  );

  const regularisers = results.flatMap((result): Claim[] => {
    const [full, none] = [runOf(result, modelPredName('full')), runOf(result, plain)];
    if (full === undefined || none === undefined) return [];
    const { value, low, high } = errorRatio(full, none, result.seed);
    return [
      {
        id: `regularisers-${slug(result.problem.title)}`,
        statement: `The paper's penalties, weighted as in the authors' code, make predicted parameters more accurate on ${result.problem.title}.`,
        source: 'paper, abstract: global and local regularisation prevents overfitting',
        measured: value,
        interval: { low, high, kind },
        unit: 'ratio of mean relative errors, all penalties over none; below 1 supports it',
        verdict: high < 1 ? 'holds' : 'does not hold',
        guarded: false,
      },
    ];
  });
  return [exact, ...reached, ...comparisons, ...regularisers];
}
