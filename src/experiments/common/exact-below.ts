import type { ParametersOf } from '../../games/prefix-utilities.js';
import type { Predictor } from '../../prediction/predictor.js';
import { subsetSizes, takeSubsets, type Subsets } from '../../subsets/index.js';
import type { Problem } from '../problems/problem.js';
import type { Ground } from './retraining.js';

/**
 * A predictor for subsets of at least the problem's smallest size, exact retraining below it, where predictors extrapolate and
 * retraining costs little.
 */
export function exactBelow(
  { pool, learner, minimumSize }: Ground & Pick<Problem, 'minimumSize'>,
  predictor: Predictor,
): ParametersOf {
  return async (subsets: Subsets) => {
    const sizes = subsetSizes(subsets);
    const small = [...sizes.keys()].filter((b) => sizes[b] < minimumSize);
    const large = [...sizes.keys()].filter((b) => sizes[b] >= minimumSize);
    const parts: [number[], Float64Array][] = [];
    if (small.length > 0) parts.push([small, (await learner.retrain(pool, takeSubsets(subsets, small))).parameters]);
    if (large.length > 0) parts.push([large, await predictor.predict(takeSubsets(subsets, large))]);
    const p = learner.parameterCount(pool);
    const parameters = new Float64Array(subsets.count * p);
    for (const [rows, found] of parts)
      rows.forEach((b, i) => parameters.set(found.subarray(i * p, (i + 1) * p), b * p));
    return parameters;
  };
}
