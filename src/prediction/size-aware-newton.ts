import type { Dataset } from '../data/dataset.js';
import { checkIterations } from '../learners/checks.js';
import type { Learner } from '../learners/learner.js';
import { fullPool, subsetSizes } from '../subsets/index.js';
import { newtonNanoseconds, newtonSteps } from './newton.js';
import type { Predictor } from './predictor.js';
import { startAtSizes, startOnSizePath } from './size-path-start.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface SizeAwareNewtonPredictorOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** Default 1. */
  readonly steps?: number;
}

/**
 * Steps of Newton's method on the objective of each subset, with the safeguard of `newtonPredictor`, from θ*(n): the optimum
 * of the whole pool at weights n/N. Knowing the size saves about one step against starting from the whole pool's parameters.
 *
 * @throws InputError if the number of steps is not a whole number, from `predict` if the learner is not convex or a subset
 * is empty.
 */
export function sizeAwareNewtonPredictor(options: SizeAwareNewtonPredictorOptions): Predictor {
  refuseUnknownOptions(options, ['pool', 'learner', 'steps'], 'sizeAwareNewtonPredictor');
  const { pool, learner, steps = 1 } = options;
  checkIterations('steps', steps);
  const name = `size-aware Newton, ${steps === 1 ? 'one step' : `${steps} steps`}`;
  return {
    name,
    estimatedNanoseconds: () => newtonNanoseconds(pool, learner, steps),
    predict: async (subsets, control) => {
      const { parameters } = await startOnSizePath(pool, learner, subsets, control);
      return newtonSteps(pool, learner, subsets, parameters, steps, name, control);
    },
    predictDataset: async (points, subsets = fullPool(points.size)) => {
      const { parameters } = await startAtSizes(pool, learner, subsetSizes(subsets));
      return newtonSteps(points, learner, subsets, parameters, steps, name);
    },
  };
}
