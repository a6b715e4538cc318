import type { Dataset } from '../data/dataset.js';
import { checkIterations } from '../learners/checks.js';
import type { Learner, RetrainOptions } from '../learners/learner.js';
import { fullPool, type Subsets } from '../subsets/index.js';
import type { Predictor } from './predictor.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface ShortTrainingPredictorOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  readonly steps: number;
  /** `p` parameters to fine-tune; default: the learner's own start */
  readonly from?: Float64Array;
}

/**
 * The learner itself, stopped after a number of iterations: from parameters trained on the whole pool, which are fine-tuned, or
 * where it starts by itself. What any predictor for a learner without an optimum to step to has to be compared with.
 *
 * @throws InputError if the number of steps is not a whole number.
 */
export function shortTrainingPredictor(options: ShortTrainingPredictorOptions): Predictor {
  refuseUnknownOptions(options, ['pool', 'learner', 'steps', 'from'], 'shortTrainingPredictor');
  const { pool, learner, steps, from } = options;
  checkIterations('steps', steps);
  const train = async (points: Dataset, subsets: Subsets, control?: RetrainOptions): Promise<Float64Array> =>
    (await learner.retrain(points, subsets, { ...control, from, maxIterations: steps })).parameters;
  return {
    name: `${from ? 'fine-tuning' : 'training'} for ${steps} steps`,
    predict: (subsets, control) => train(pool, subsets, control),
    predictDataset: (points, subsets = fullPool(points.size)) => train(points, subsets),
  };
}
