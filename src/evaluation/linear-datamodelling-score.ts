import { InputError } from '../errors.js';
import { bootstrapMean, type BootstrapOptions, type Estimate } from './bootstrap.js';
import { spearman } from './correlation.js';

/**
 * Linear datamodelling score (Park et al. 2023, definition 2.3): for each of T points the Spearman correlation over B held-out
 * subsets between predicted and actual outputs, averaged over points, with a bootstrap interval over points. Points whose
 * correlation is undefined (no variation) are left out.
 *
 * @param predicted `B×T`
 * @param actual `B×T` outputs of models retrained on the subsets
 * @throws InputError if the shapes differ.
 */
export function linearDatamodellingScore(
  predicted: Float64Array,
  actual: Float64Array,
  points: number,
  options: BootstrapOptions,
): Estimate {
  if (predicted.length !== actual.length || predicted.length % points !== 0) {
    throw new InputError(
      `Cannot compare ${predicted.length} predicted with ${actual.length} actual outputs of ${points} points: pass two B×T arrays.`,
    );
  }
  const columnOf = (rows: Float64Array, point: number) => rows.filter((_, at) => at % points === point);
  const correlations = Array.from({ length: points }, (_, t) => spearman(columnOf(predicted, t), columnOf(actual, t)));
  return bootstrapMean(
    correlations.filter((value) => !Number.isNaN(value)),
    options,
  );
}
