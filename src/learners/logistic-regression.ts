import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import { multiplyTransposed } from '../numerics/dense.js';
import { checkSubsets, type Subsets } from '../subsets/subsets.js';
import { binaryCrossEntropy } from './binary-cross-entropy.js';
import { errorBounds } from './error-bounds.js';
import type { Learner } from './learner.js';
import { designMatrix, linearHessian, linearObjective, linearProblem, type LinearProblem } from './linear-objective.js';
import { logisticRegressionPenalties } from './logistic-regression-penalties.js';
import { logisticRegressionTensors } from './logistic-regression-tensors.js';
import type { LogitLoss } from './logit-loss.js';
import { newtonDirections } from './newton-directions.js';
import { preparePool } from './prepared-pool.js';
import { retrainLinear } from './retrain-linear.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';

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
export function logisticRegression({ C = 1 }: { C?: number } = {}): Learner {
  if (!(C > 0 && C < Infinity)) throw new InputError(`C is ${C}; the inverse regularisation strength must be above 0.`);

  const prepared = (pool: Dataset) => preparePool(pool, lossOf(pool), C);
  const costsOf = (pool: Dataset, subsets: Subsets): Float64Array => {
    checkSubsets(subsets, pool);
    return Float64Array.from(subsets.weights, (weight) => C * weight);
  };
  const evaluate = (pool: Dataset, subsets: Subsets, parameters: Float64Array) => {
    const objective = linearObjective(prepared(pool).problem, costsOf(pool, subsets));
    const { count, parameterCount } = objective;
    checkLength('parameters', parameters, count * parameterCount);
    const values = new Float64Array(count);
    const gradients = new Float64Array(count * parameterCount);
    objective.evaluate(
      Int32Array.from({ length: count }, (_, b) => b),
      count,
      parameters,
      values,
      gradients,
    );
    return { values, gradients };
  };

  return {
    name: 'logistic regression',
    hyperparameters: { C },
    parameterCount: (pool) => lossOf(pool).logitsPerPoint * (pool.dimension + 1),
    objective: (pool, subsets, parameters) => evaluate(pool, subsets, parameters).values,
    gradient: (pool, subsets, parameters) => evaluate(pool, subsets, parameters).gradients,

    hessian(pool, weights, parameters) {
      const problem = problemOf(pool);
      checkLength('weights', weights, pool.size);
      checkLength('parameters', parameters, problem.parameterCount);
      return linearHessian(
        problem,
        Float64Array.from(weights, (weight) => C * weight),
        parameters,
      );
    },

    pointGradients(pool, parameters) {
      const { loss, design, width, parameterCount: p } = problemOf(pool);
      checkLength('parameters', parameters, p);
      const m = loss.logitsPerPoint;
      const slopes = new Float64Array(m * pool.size);
      multiplyTransposed(parameters, design, m, pool.size, width, slopes);
      loss.differentiate(slopes, 0, pool.labels, new Float64Array(pool.size).fill(C), 0);
      const gradients = new Float64Array(pool.size * p);
      for (let i = 0; i < pool.size; i++) {
        for (let k = 0; k < m; k++) {
          for (let j = 0; j < width; j++) {
            gradients[i * p + k * width + j] = slopes[k * pool.size + i] * design[i * width + j];
          }
        }
      }
      return gradients;
    },

    newtonDirections(pool, subsets, parameters, gradients) {
      const { problem } = prepared(pool);
      const costs = costsOf(pool, subsets);
      checkLength('parameters', parameters, subsets.count * problem.parameterCount);
      checkLength('gradients', gradients, subsets.count * problem.parameterCount);
      return newtonDirections(problem, costs, parameters, gradients);
    },

    errorBounds(pool, subsets, parameters) {
      const { problem } = prepared(pool);
      const costs = costsOf(pool, subsets);
      checkLength('parameters', parameters, subsets.count * problem.parameterCount);
      return errorBounds(problem, costs, parameters);
    },

    sizePath: (pool) => prepared(pool).path,

    tensorObjective: (tf, pool) => logisticRegressionTensors(tf, pool, C),

    penaltyObjective: (pool) => logisticRegressionPenalties(pool, C),

    probabilities(points, parameters) {
      const loss = lossOf(points);
      const width = points.dimension + 1;
      const m = loss.logitsPerPoint;
      const models = parameters.length / (m * width);
      if (!Number.isInteger(models)) {
        throw new InputError(
          `${parameters.length} parameters are not whole models of ${m * width}; check the points' dimension and classes.`,
        );
      }
      const design = designMatrix(points);
      const logits = new Float64Array(models * m * points.size);
      multiplyTransposed(parameters, design, models * m, points.size, width, logits);
      const perModel = points.size * points.classes.length;
      const probabilities = new Float64Array(models * perModel);
      for (let b = 0; b < models; b++) {
        loss.probabilities(logits, b * m * points.size, points.size, probabilities, b * perModel);
      }
      return probabilities;
    },

    async retrain(pool, subsets, options) {
      checkSubsets(subsets, pool);
      return await retrainLinear(prepared(pool), pool.classes.length, C, subsets, options);
    },
  };
}

function problemOf(pool: Dataset): LinearProblem {
  return linearProblem(pool, lossOf(pool));
}

function lossOf({ name, classes }: Dataset): LogitLoss {
  if (classes.length < 2) {
    throw new InputError(`"${name}" has ${classes.length} class(es); logistic regression needs at least two.`);
  }
  return classes.length === 2 ? binaryCrossEntropy : softmaxCrossEntropy(classes.length);
}

function checkLength(what: string, array: ArrayLike<number>, expected: number): void {
  if (array.length !== expected) throw new InputError(`Expected ${expected} ${what}, got ${array.length}.`);
}
