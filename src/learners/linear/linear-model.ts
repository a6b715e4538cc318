import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import { multiplyTransposed } from '../../numerics/dense.js';
import { checkSubsets, type Subsets } from '../../subsets/subsets.js';
import { checkLength, modelCount } from '../checks.js';
import { estimatedCosts } from '../estimated-costs.js';
import type { ConvexLearner } from '../learner.js';
import { scoresFromProbabilities } from '../scores-from-probabilities.js';
import { designMatrix, linearHessian, linearObjective, linearProblem } from './linear-objective.js';
import type { LogitLoss } from './logit-loss.js';
import { newtonDirections } from './newton-directions.js';
import { preparePool } from './prepared-pool.js';
import { retrainLinear } from './retrain-linear.js';

/**
 * A learner that minimises F_S(θ) = ½‖w‖² + C · Σ_i weight_i · ℓ(z_i, y_i) over linear models, for the loss that `lossOf` gives for
 * a data set (see `LinearProblem` for θ and the biases).
 *
 * @throws InputError if C is not a positive number; and from any method what `lossOf` throws, or if a feature is not finite or
 * shapes do not match.
 */
export function linearModel(
  name: string,
  { C, lossOf }: { readonly C: number; readonly lossOf: (points: Dataset) => LogitLoss },
): ConvexLearner {
  if (!(C > 0 && C < Infinity)) throw new InputError(`C is ${C}; the inverse regularisation strength must be above 0.`);

  const prepared = (pool: Dataset) => preparePool(pool, lossOf(pool), C);
  const costsOf = (pool: Dataset, subsets: Subsets): Float64Array => {
    checkSubsets(subsets, pool);
    const costs = new Float64Array(subsets.weights);
    for (let at = 0; at < costs.length; at++) costs[at] *= C;
    return costs;
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

  const probabilities = (points: Dataset, parameters: Float64Array): Float64Array => {
    const loss = lossOf(points);
    const width = points.dimension + 1;
    const m = loss.logitsPerPoint;
    const models = modelCount(parameters, m * width);
    const design = designMatrix(points);
    const logits = new Float64Array(models * m * points.size);
    multiplyTransposed(parameters, design, models * m, points.size, width, logits);
    const perModel = points.size * points.classes.length;
    const found = new Float64Array(models * perModel);
    for (let b = 0; b < models; b++) {
      loss.probabilities(logits, b * m * points.size, points.size, found, b * perModel);
    }
    return found;
  };

  return {
    kind: 'convex',
    name,
    hyperparameters: { C },
    parameterCount: (pool) => lossOf(pool).logitsPerPoint * (pool.dimension + 1),
    objective: (pool, subsets, parameters) => evaluate(pool, subsets, parameters).values,
    gradient: (pool, subsets, parameters) => evaluate(pool, subsets, parameters).gradients,

    hessian(pool, weights, parameters) {
      const problem = linearProblem(pool, lossOf(pool));
      checkLength('weights', weights, pool.size);
      checkLength('parameters', parameters, problem.parameterCount);
      return linearHessian(
        problem,
        Float64Array.from(weights, (weight) => C * weight),
        parameters,
      );
    },

    pointGradients(pool, parameters) {
      const { loss, design, width, parameterCount: p } = linearProblem(pool, lossOf(pool));
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

    lossFactor: () => C,

    newtonDirections(pool, subsets, parameters, gradients) {
      const { problem } = prepared(pool);
      const costs = costsOf(pool, subsets);
      checkLength('parameters', parameters, subsets.count * problem.parameterCount);
      checkLength('gradients', gradients, subsets.count * problem.parameterCount);
      return newtonDirections(problem, costs, parameters, gradients);
    },

    // Of a loss without more to say of it none is proven.
    errorBounds: (_, subsets) => new Float64Array(subsets.count).fill(NaN),
    sizePath: (pool) => prepared(pool).path,
    estimatedCosts: (pool) => estimatedCosts(prepared(pool).problem),

    probabilities,
    scores: (points, parameters) => scoresFromProbabilities(points, probabilities(points, parameters)),

    async retrain(pool, subsets, options) {
      checkSubsets(subsets, pool);
      return await retrainLinear(prepared(pool), pool.classes.length, C, subsets, options);
    },
  };
}
