import type { ConvexLearner } from '../learner.js';
import { linearModel } from './linear-model.js';
import { oneVersusRest } from './one-versus-rest.js';
import { rowNorms } from './row-norms.js';
import { squaredHinge } from './squared-margin-loss.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/**
 * Linear support vector machine with the squared hinge loss, the bias penalised like a weight:
 *
 * F_S(θ) = ½‖w‖² + ½b² + C · Σ_i weight_i · max(0, 1 − y_i (w·x_i + b))², y_i = −1 for class 0 and 1 for class 1,
 *
 * the objective of LIBLINEAR's L2-regularised L2-loss SVM (Fan et al. 2008, JMLR 9) and of scikit-learn's `LinearSVC(C=C)`.
 * θ = [w, b], p = d+1. Of K > 2 classes each has a model of its own against the rest: p = K·(d+1), F the sum. F is strongly convex
 * and once differentiable; `hessian` is the generalised one, 2C·weight on points within the margin, with which `retrain` ends in
 * semismooth Newton steps.
 *
 * `probabilities` are 1/(1+e^−(w·x+b)): they rank points as the margin does, but the SVM does not calibrate them; of K > 2
 * classes each model's, divided by their sum.
 *
 * @throws InputError if C is not a positive number; and from any method if a feature is not finite, there is only one class, or
 * shapes do not match.
 */
export function linearSvm(options: { C?: number } = {}): ConvexLearner {
  refuseUnknownOptions(options, ['C'], 'linearSvm');
  const { C = 1 } = options;
  const model = linearModel('linear SVM', { C, lossOf: () => squaredHinge });
  return oneVersusRest({
    ...model,
    // ∇²F ≥ I wherever it exists, so ‖∇F(θ) − ∇F(θ*)‖ ≥ ‖θ − θ*‖.
    errorBounds: (pool, subsets, parameters) => rowNorms(model.gradient(pool, subsets, parameters), subsets.count),
  });
}
