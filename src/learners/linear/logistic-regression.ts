import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import { checkSubsets } from '../../subsets/subsets.js';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { checkLength } from '../checks.js';
import { errorBounds } from './error-bounds.js';
import type { ConvexLearner } from '../learner.js';
import { linearModel } from './linear-model.js';
import { logisticScores } from './logistic-scores.js';
import type { LogitLoss } from './logit-loss.js';
import { preparePool } from './prepared-pool.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/**
 * L2-regularised logistic regression with an unpenalised bias:
 *
 * F_S(θ) = ½‖w‖² + C · Σ_i weight_i · −log P_θ(y_i | x_i),
 *
 * the objective of scikit-learn's `LogisticRegression(C=C)`. A sum over the subset, not a mean: the regulariser weighs less
 * the larger the subset.
 *
 * Two classes: θ = [w, b], p = d+1, P(class 1) = 1/(1+e^−(w·x+b)). More classes: θ is K rows [w_k, b_k], p = K·(d+1), softmax.
 * Adding one number to all K biases changes no prediction and is not penalised, so F then also contains ½(Σ_k b_k)²: it
 * picks the optimum with Σ_k b_k = 0 (the one scikit-learn reaches from zero), vanishes there with its gradient, and makes
 * the Hessian invertible.
 *
 * @throws InputError if C is not a positive number; and from any method if a feature is not finite, there are fewer than
 * two classes, or shapes do not match.
 */
export function logisticRegression(options: { C?: number } = {}): ConvexLearner {
  refuseUnknownOptions(options, ['C'], 'logisticRegression');
  const { C = 1 } = options;
  return {
    ...linearModel('logistic regression', { C, lossOf }),
    errorBounds(pool, subsets, parameters) {
      checkSubsets(subsets, pool);
      const { problem } = preparePool(pool, lossOf(pool), C);
      checkLength('parameters', parameters, subsets.count * problem.parameterCount);
      return errorBounds(
        problem,
        Float64Array.from(subsets.weights, (weight) => C * weight),
        parameters,
      );
    },
    scores: logisticScores,
  };
}

function lossOf({ name, classes }: Dataset): LogitLoss {
  if (classes.length < 2) {
    throw new InputError(`"${name}" has ${classes.length} class(es); logistic regression needs at least two.`);
  }
  return classes.length === 2 ? binaryCrossEntropy : softmaxCrossEntropy(classes.length);
}
