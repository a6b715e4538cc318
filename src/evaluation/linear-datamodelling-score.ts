import { InputError } from '../errors.js';
import { bootstrapMean, type BootstrapOptions } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import { spearman } from '../statistics/correlation.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface OutputCorrelationsOptions {
  /** `B×T` */
  readonly predicted: Float64Array;
  /** `B×T` outputs of models retrained on the subsets */
  readonly actual: Float64Array;
  readonly points: number;
}

/**
 * `T` Spearman correlations over B held-out subsets between predicted and actual outputs of T points: 0 where a prediction does
 * not vary, which tells nothing, and NaN where there is nothing to tell because the actual output does not.
 *
 * @throws InputError if the shapes differ.
 */
export function outputCorrelations(options: OutputCorrelationsOptions): Float64Array {
  refuseUnknownOptions(options, ['predicted', 'actual', 'points'], 'outputCorrelations');
  const { predicted, actual, points } = options;
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

export interface LinearDatamodellingScoreOptions extends BootstrapOptions {
  readonly predicted: Float64Array;
  readonly actual: Float64Array;
  readonly points: number;
}

/**
 * Linear datamodelling score (Park et al. 2023, definition 2.3): the mean of {@link outputCorrelations} over points, with a
 * bootstrap interval over points. Points whose correlation is undefined are left out.
 *
 * @throws InputError if the shapes differ.
 */
export function linearDatamodellingScore(options: LinearDatamodellingScoreOptions): Estimate {
  refuseUnknownOptions(
    options,
    ['predicted', 'actual', 'points', 'seed', 'resamples', 'level'],
    'linearDatamodellingScore',
  );
  const { predicted, actual, points, ...resampling } = options;
  const correlations = outputCorrelations({ predicted, actual, points });
  return bootstrapMean(
    correlations.filter((value) => !Number.isNaN(value)),
    resampling,
  );
}
