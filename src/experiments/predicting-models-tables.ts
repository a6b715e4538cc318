import { bootstrapMean } from '../statistics/bootstrap-interval.js';
import { spearman } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { ablatedLosses, comparedLosses, type MethodRun, type ProblemResult } from './predicting-models.js';
import { exactName, modelPredName } from './predictors.js';

/** The methods that tables and figures compare: all but the ablation's variants of ModelPred. */
const compared = ({ method }: MethodRun): boolean =>
  !ablatedLosses.some((loss) => method === modelPredName(loss)) ||
  comparedLosses.some((loss) => method === modelPredName(loss));

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
export function errorsBySize(results: readonly ProblemResult[], methods: readonly string[]) {
  const classes = 5;
  return results.flatMap(({ problem, runs, sizes, seed }) => {
    const { minimumSize, pool } = problem;
    const width = (pool.size + 1 - minimumSize) / classes;
    const classOf = (size: number): number => Math.floor((size - minimumSize) / width);
    return runs
      .filter(({ method }) => methods.includes(method))
      .flatMap((run) =>
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

/** The regularisers' effect where they were trained one by one: mean error with a bootstrap interval, and every seed's mean. */
export function ablationTables(results: readonly ProblemResult[]) {
  const rows = results
    .filter(({ runs }) => runs.some(({ method }) => method === modelPredName('weight penalties')))
    .flatMap(({ problem, runs, seed }) =>
      ablatedLosses.flatMap((loss) =>
        runs
          .filter(({ method }) => method === modelPredName(loss))
          .map((run) => ({ dataset: problem.title, variant: loss, run, seed })),
      ),
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

/** Processor seconds of every method for all held-out subsets, exact retraining included. */
export function costTable(results: readonly ProblemResult[]) {
  return results.flatMap(({ problem, runs, exactSeconds, seed }) => [
    ...runs.filter(compared).map((run) => {
      const { value, low, high } = bootstrapMean(run.errors, { seed });
      return {
        dataset: problem.title,
        method: run.method,
        labels: run.labelSeconds,
        training: run.trainingSeconds,
        prediction: run.predictionSeconds,
        error: value,
        low: low,
        high: high,
      };
    }),
    {
      dataset: problem.title,
      method: exactName,
      labels: 0,
      training: 0,
      prediction: exactSeconds,
      error: null,
      low: null,
      high: null,
    },
  ]);
}

/**
 * The same with processor time per predicted model, and after how many models a method has cost less than retraining them
 * exactly; null where it never does.
 */
export function frontierTable(results: readonly ProblemResult[]) {
  return results.flatMap((result) =>
    costTable([result]).map(({ dataset, method, labels, training, prediction, error }) => {
      const count = result.sizes.length;
      const savedPerModel = (result.exactSeconds - prediction) / count;
      return {
        'data set': dataset,
        method,
        'relative error': error,
        'labels (s)': labels,
        'training (s)': training,
        'prediction (µs per model)': (prediction / count) * 1e6,
        'total (s)': labels + training + prediction,
        'cheaper than retraining from (models)':
          method !== exactName && savedPerModel > 0 ? Math.ceil((labels + training) / savedPerModel) : null,
      };
    }),
  );
}
