import { InputError } from '../errors.js';
import { bootstrapMean, type BootstrapOptions } from '../statistics/bootstrap-interval.js';
import { pearson } from '../statistics/correlation.js';
import type { Estimate } from '../statistics/estimate.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface LeaveOneOutCorrelationOptions extends BootstrapOptions {
  /** `T×N`, larger where including the point raises the output. */
  readonly scores: Float64Array;
  /** `T×N` outputs of the whole pool less those without the point. */
  readonly effects: Float64Array;
  /** N. */
  readonly poolSize: number;
}

/**
 * The mean over T targets of the Pearson correlation over the pool's N points between scores and what leaving each point out does,
 * output(pool) − output(pool without i); with a bootstrap interval over targets. Targets whose outputs do not vary are left out; a
 * target whose scores do not vary counts 0.
 *
 * @throws InputError if the shapes differ, or for an unknown option.
 */
export function leaveOneOutCorrelation(options: LeaveOneOutCorrelationOptions): Estimate {
  const known = ['scores', 'effects', 'poolSize', 'seed', 'resamples', 'level'];
  refuseUnknownOptions(options, known, 'leaveOneOutCorrelation');
  const { scores, effects, poolSize, ...resampling } = options;
  if (scores.length !== effects.length || scores.length % poolSize !== 0)
    throw new InputError(
      `Cannot compare ${scores.length} scores with ${effects.length} effects of ${poolSize} points: pass two T×N arrays.`,
    );
  const rowOf = (values: Float64Array, t: number) => values.subarray(t * poolSize, (t + 1) * poolSize);
  const correlations = Array.from({ length: scores.length / poolSize }, (_, t) => {
    const truth = rowOf(effects, t);
    const correlation = pearson(rowOf(scores, t), truth);
    return Number.isNaN(correlation) && !Number.isNaN(pearson(truth, truth)) ? 0 : correlation;
  });
  return bootstrapMean(
    correlations.filter((value) => !Number.isNaN(value)),
    resampling,
  );
}
