import type { ConvexLearner } from '../learner.js';
import { linearModel } from './linear-model.js';
import { oneVersusRest } from './one-versus-rest.js';
import { rowNorms } from './row-norms.js';
import { squaredError } from './squared-margin-loss.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/**
 * Ridge regression on labels ±1, as a classifier, with an unpenalised bias:
 *
 * F_S(θ) = ½‖w‖² + C · Σ_i weight_i · (y_i − w·x_i − b)², y_i = −1 for class 0 and 1 for class 1,
 *
 * C times the objective of scikit-learn's `RidgeClassifier(alpha=1/(2C))`. θ = [w, b], p = d+1. Of K > 2
 * classes each has a model of its own against the rest: p = K·(d+1), F the sum. F is quadratic: `retrain` solves its normal
 * equations, and Newton's step from any parameters is exact.
 *
 * `probabilities` are 1/(1+e^−(w·x+b)): they rank points as the regression does, but it does not calibrate them; of K > 2
 * classes each model's, divided by their sum.
 *
 * @throws InputError if C is not a positive number; and from any method if a feature is not finite, there is only one class, or
 * shapes do not match.
 */
export function ridgeRegression(options: { C?: number } = {}): ConvexLearner {
  refuseUnknownOptions(options, ['C'], 'ridgeRegression');
  const { C = 1 } = options;
  const model = linearModel('ridge regression', { C, lossOf: () => squaredError });
  return oneVersusRest({
    ...model,
    // Of a quadratic Newton's step is θ* − θ; where the minimiser is not unique, which is without any point, there is none.
    errorBounds(pool, subsets, parameters) {
      const gradients = model.gradient(pool, subsets, parameters);
      const distances = rowNorms(model.newtonDirections(pool, subsets, parameters, gradients), subsets.count);
      const slopes = rowNorms(gradients, subsets.count);
      return distances.map((distance, b) => (distance === 0 && !(slopes[b] === 0) ? NaN : distance));
    },
  });
}
