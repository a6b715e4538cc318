import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { requireConvex, type Learner } from '../../learners/learner.js';
import { subsetSizes, type Subsets } from '../../subsets/subsets.js';
import { newtonDirections, newtonNanoseconds, searchAlong } from '../newton.js';
import { chordNanoseconds, chordStep } from '../size-aware-chord.js';
import type { BaseSettings } from './settings.js';

/** What a base predicts for B subsets. */
export interface BasePredictions {
  /** `B×p`. */
  readonly parameters: Float64Array;
  /** `B×p`: the last step that led there. */
  readonly lastSteps: Float64Array;
}

/** Predictions from the size path of a pool, which a network corrects. */
export interface BasePredictor {
  /** Solves the size path for these sizes, which comes before predicting for them. */
  prepare(sizes: ArrayLike<number>, control?: RunControl): Promise<void>;
  /** Estimated processor nanoseconds for one subset; 0 if unknown. */
  estimatedNanoseconds(): number;
  /** For subsets of the pool, or of other points of its kind. */
  predict(points: Dataset, subsets: Subsets): BasePredictions;
}

/**
 * The base that the settings ask for.
 *
 * @throws InputError if the learner is not convex.
 */
export function basePredictor(pool: Dataset, learner: Learner, { method, steps }: BaseSettings): BasePredictor {
  const path = requireConvex(learner, 'A base that residuals are predicted from').sizePath(pool);
  return {
    prepare: (sizes, control) => path.prepare(sizes, control),
    estimatedNanoseconds: () => (method === 'chord' ? chordNanoseconds : newtonNanoseconds)(pool, learner, steps),
    predict: (points, subsets) => {
      const sizes = subsetSizes(subsets);
      let parameters = path.optima(sizes);
      let before = parameters;
      for (let step = 0; step < steps; step++) {
        before = parameters;
        parameters =
          method === 'chord'
            ? chordStep(path, sizes, points, learner, subsets, parameters)
            : searchAlong(points, learner, subsets, parameters, newtonDirections(points, learner, subsets, parameters));
      }
      return { parameters, lastSteps: parameters.map((value, k) => value - before[k]) };
    },
  };
}
