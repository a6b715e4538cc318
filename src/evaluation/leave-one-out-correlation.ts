import { InputError } from '../errors.js';
import { bootstrapMean, type BootstrapOptions } from '../statistics/bootstrap-interval.js';
import { pearson } from '../statistics/correlation.js';
import type { Estimate } from '../statistics/estimate.js';

/**
 * The mean over T targets of the Pearson correlation over the pool's N points between scores and what leaving each point out does,
 * output(pool) − output(pool without i); with a bootstrap interval over targets. Targets whose outputs do not vary are left out; a
 * target whose scores do not vary counts 0.
 *
 * @param scores `T×N`
 * @param effects `T×N`
 * @throws InputError if the shapes differ.
 */
export function leaveOneOutCorrelation(
  scores: Float64Array,
  effects: Float64Array,
  poolSize: number,
  options: BootstrapOptions,
): Estimate {
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
    options,
  );
}
