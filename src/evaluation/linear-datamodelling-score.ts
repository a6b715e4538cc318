import { InputError } from '../errors.js';
import { bootstrapMean, type BootstrapOptions } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import { spearman } from '../statistics/correlation.js';

/**
 * `T` Spearman correlations over B held-out subsets between predicted and actual outputs of T points: 0 where a prediction does
 * not vary, which tells nothing, and NaN where there is nothing to tell because the actual output does not.
 *
 * @param predicted `B×T`
 * @param actual `B×T` outputs of models retrained on the subsets
 * @throws InputError if the shapes differ.
 */
export function outputCorrelations(predicted: Float64Array, actual: Float64Array, points: number): Float64Array {
  if (predicted.length !== actual.length || predicted.length % points !== 0) {
    throw new InputError(
      `Cannot compare ${predicted.length} predicted with ${actual.length} actual outputs of ${points} points: pass two B×T arrays.`,
    );
  }
  const columnOf = (rows: Float64Array, point: number) => rows.filter((_, at) => at % points === point);
  return Float64Array.from({ length: points }, (_, t) => {
    const [told, truth] = [columnOf(predicted, t), columnOf(actual, t)];
    const correlation = spearman(told, truth);
    return Number.isNaN(correlation) && !Number.isNaN(spearman(truth, truth)) ? 0 : correlation;
  });
}

/**
 * Linear datamodelling score (Park et al. 2023, definition 2.3): the mean of {@link outputCorrelations} over points, with a
 * bootstrap interval over points. Points whose correlation is undefined are left out.
 *
 * @throws InputError if the shapes differ.
 */
export function linearDatamodellingScore(
  predicted: Float64Array,
  actual: Float64Array,
  points: number,
  options: BootstrapOptions,
): Estimate {
  const correlations = outputCorrelations(predicted, actual, points);
  return bootstrapMean(
    correlations.filter((value) => !Number.isNaN(value)),
    options,
  );
}
