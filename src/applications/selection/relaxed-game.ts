import type { ModelOnPoints } from '../../evaluation/prediction-utility.js';
import type { Utility } from '../../evaluation/utility.js';
import type { Subsets } from '../../subsets/subsets.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/** A utility of parameters that can be differentiated in them. */
export interface DifferentiableUtility extends Utility {
  /** `B×p` gradients at `B×p` parameters. */
  gradient(parameters: Float64Array): Float64Array;
}

/** Predicts parameters from real-valued weights of its pool's points and differentiates them, as a trained ModelPred does. */
export interface WeightPredictor {
  /** `B×p` from `B×N`. */
  predictWeights(weights: Float64Array): Float64Array;
  /** `B×N` gradient of Σ_j cotangent_j·θ̂_j in the weights; cotangent `B×p`. */
  weightGradient(weights: Float64Array, cotangent: Float64Array): Float64Array;
}

/** A game whose subsets may be relaxed to real weights, not negative. */
export interface RelaxedGame {
  readonly players: number;
  /** `B` utilities of `B×N` weights. */
  utilities(weights: Float64Array): Float64Array;
  /** `B×N` gradients of the utilities in the weights. */
  gradients(weights: Float64Array): Float64Array;
}

/**
 * Minus the learner's own loss on some points, without its regulariser and in its units: C times the sum of their log-losses
 * for logistic regression, their mean log-loss for a multilayer perceptron.
 */
export function lossUtility(options: ModelOnPoints): DifferentiableUtility {
  refuseUnknownOptions(options, ['learner', 'points'], 'lossUtility');
  const { learner, points } = options;
  const p = learner.parameterCount(points);
  const rows = (count: number, weight: number): Subsets => ({
    count,
    poolSize: points.size,
    weights: new Uint8Array(count * points.size).fill(weight),
  });
  /** A figure of the objective on the points without what it is on none: the regulariser's. */
  const ofPoints = (parameters: Float64Array, figure: (subsets: Subsets) => Float64Array): Float64Array => {
    const count = parameters.length / p;
    const regulariser = figure(rows(count, 0));
    return figure(rows(count, 1)).map((value, i) => regulariser[i] - value);
  };
  const evaluate = (parameters: Float64Array): Float64Array =>
    ofPoints(parameters, (subsets) => learner.objective(points, subsets, parameters));
  return {
    name: `−loss of ${learner.name}`,
    uninformed: evaluate(new Float64Array(p))[0],
    evaluate,
    gradient: (parameters) => ofPoints(parameters, (subsets) => learner.gradient(points, subsets, parameters)),
  };
}

export interface PredictedGameOptions {
  readonly players: number;
  readonly predictor: WeightPredictor;
  readonly utility: DifferentiableUtility;
}

/** The game of predicted models: U(θ̂(w)) and, by the chain rule, its gradient in the weights w. */
export function predictedGame(options: PredictedGameOptions): RelaxedGame {
  refuseUnknownOptions(options, ['players', 'predictor', 'utility'], 'predictedGame');
  const { players, predictor, utility } = options;
  return {
    players,
    utilities: (weights) => utility.evaluate(predictor.predictWeights(weights)),
    gradients: (weights) => predictor.weightGradient(weights, utility.gradient(predictor.predictWeights(weights))),
  };
}
