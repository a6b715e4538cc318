import { mean } from '../../statistics/mean.js';
import { spearman } from '../../statistics/correlation.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { meanSeconds, onlyPrediction, stageRows, totalSeconds, type Seconds } from '../common/costs.js';
import { range } from '../common/experiment.js';
import { bootstrapMean, columns, meanOf, type Estimate } from '../common/intervals.js';
import { among, find, type MethodTrials } from '../common/methods.js';
import { lossMethods } from '../common/preparations.js';
import { ablatedLosses } from './effort.js';
import type { PredictingModelsResult, PredictionTrial } from './protocol.js';

type Trials = MethodTrials<PredictionTrial>;

/** Variants of ModelPred that only the ablation shows. */
const onlyAblated: readonly MethodId[] = ablatedLosses
  .filter((loss) => loss !== 'parameter MSE' && loss !== 'full')
  .map((loss) => lossMethods[loss]);

const compared = ({ methods }: PredictingModelsResult): Trials[] =>
  methods.filter(({ method }) => !onlyAblated.includes(method));

/** `B` relative parameter errors, means over seeds. */
export const errorsOf = ({ trials }: Trials): Float64Array => meanOf(trials.map(({ errors }) => errors));

/** Mean error with its 95 % interval over held-out subsets. */
export const meanError = ({ seed }: PredictingModelsResult, own: Trials): Estimate =>
  bootstrapMean(errorsOf(own), { seed });

/** Mean relative error over the held-out subsets, for every seed. */
const seedErrors = ({ trials }: Trials): number[] => trials.map(({ errors }) => mean(errors));

/** Accuracy of every method on every data set, with 95 % bootstrap intervals over held-out subsets. */
export function accuracyTable(results: readonly PredictingModelsResult[]) {
  return results.flatMap((result) =>
    compared(result).map((own) => {
      const over = (figure: (trial: PredictionTrial) => number): number => mean(own.trials.map(figure));
      return {
        'data set': result.problem.title,
        method: labelOf(own.method),
        ...columns(meanError(result, own), 'relative error'),
        'lowest seed': Math.min(...seedErrors(own)),
        'highest seed': Math.max(...seedErrors(own)),
        'log-loss correlation': over((trial) => trial.logLossCorrelation),
        'accuracy correlation': over((trial) => trial.accuracyCorrelation),
        'label agreement': over((trial) => trial.agreement),
      };
    }),
  );
}

const sizeClasses = 5;

/** Mean error by subset size in five classes of equal width, labelled by the mean size, with 95 % intervals. */
export function errorsBySize(results: readonly PredictingModelsResult[], methods: readonly MethodId[]) {
  return results.flatMap(({ problem, methods: all, sizes, seed }) => {
    const width = (problem.pool.size + 1 - problem.minimumSize) / sizeClasses;
    const classOf = (size: number): number => Math.floor((size - problem.minimumSize) / width);
    const members = range(sizeClasses)
      .map((c) => [...sizes.keys()].filter((b) => classOf(sizes[b]) === c))
      .filter((own) => own.length > 0);
    return among(all, methods).flatMap((own) => {
      const errors = errorsOf(own);
      return members.map((rows) => ({
        dataset: problem.title,
        method: labelOf(own.method),
        size: Math.round(mean(rows.map((b) => sizes[b]))),
        ...columns(
          bootstrapMean(
            rows.map((b) => errors[b]),
            { seed },
          ),
          'error',
        ),
      }));
    });
  });
}

const shownPairs = 150;

/** Test log-loss under predicted and retrained models, at most 150 held-out subsets of each data set, first seed. */
export function logLossPairs(results: readonly PredictingModelsResult[], methods: readonly MethodId[]) {
  return results.flatMap(({ problem, methods: all, exactLogLosses }) =>
    among(all, methods).flatMap(({ method, trials: [{ logLosses }] }) => {
      const correlation = spearman(logLosses, exactLogLosses);
      return Array.from(logLosses.subarray(0, shownPairs), (predicted, b) => ({
        dataset: problem.title,
        method: labelOf(method),
        predicted,
        exact: exactLogLosses[b],
        correlation,
      }));
    }),
  );
}

/** The regularisers' effect where they were trained one by one: mean error with a bootstrap interval, and every seed's mean. */
export function ablationTables(results: readonly PredictingModelsResult[]) {
  const rows = results
    .filter(({ methods }) => find(methods, 'weightPenalties'))
    .flatMap((result) =>
      ablatedLosses.flatMap((variant) =>
        among(result.methods, [lossMethods[variant]]).map((own) => ({ result, variant, own })),
      ),
    );
  return {
    summary: rows.map(({ result, variant, own }) => ({
      dataset: result.problem.title,
      variant,
      ...columns(meanError(result, own), 'error'),
    })),
    seeds: rows.flatMap(({ result, variant, own }) =>
      seedErrors(own).map((error, i) => ({ dataset: result.problem.title, variant, seed: result.seed + i, error })),
    ),
  };
}

/** Every method's seconds for all held-out subsets and its mean error, exact retraining last. */
function costs(result: PredictingModelsResult) {
  const exact: { method: MethodId; seconds: Seconds; error: Estimate | null } = {
    method: 'exact',
    seconds: onlyPrediction(result.exactSeconds),
    error: null,
  };
  return [
    ...compared(result).map((own) => ({
      method: own.method,
      seconds: meanSeconds(own.trials),
      error: meanError(result, own),
    })),
    exact,
  ];
}

/** Error against processor seconds for all held-out subsets, in all and of prediction alone, exact retraining included. */
export function costAccuracyRows(results: readonly PredictingModelsResult[]) {
  return results.flatMap((result) =>
    costs(result).map(({ method, seconds, error }) => ({
      dataset: result.problem.title,
      method: labelOf(method),
      error: error?.value ?? null,
      low: error?.low ?? null,
      high: error?.high ?? null,
      onlineSeconds: seconds.prediction,
      totalSeconds: totalSeconds(seconds),
    })),
  );
}

/** Processor seconds of every method for all held-out subsets, by what they are spent on. */
export function predictionCosts(results: readonly PredictingModelsResult[]) {
  return results.flatMap((result) =>
    costs(result).flatMap(({ method, seconds }) => stageRows(result.problem.title, labelOf(method), seconds)),
  );
}

/**
 * Error and processor time per predicted model, and after how many models a method has cost less than retraining them exactly;
 * null where it never does.
 */
export function frontierTable(results: readonly PredictingModelsResult[]) {
  return results.flatMap((result) =>
    costs(result).map(({ method, seconds, error }) => {
      const count = result.sizes.length;
      const { labels, training, prediction } = seconds;
      const savedPerModel = (result.exactSeconds - prediction) / count;
      return {
        'data set': result.problem.title,
        method: labelOf(method),
        'relative error': error?.value ?? null,
        'labels (s)': labels,
        'training (s)': training,
        'prediction (µs per model)': (prediction / count) * 1e6,
        'total (s)': totalSeconds(seconds),
        'cheaper than retraining from (models)':
          method !== 'exact' && savedPerModel > 0 ? Math.ceil((labels + training) / savedPerModel) : null,
      };
    }),
  );
}
