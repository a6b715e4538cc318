import { knnShapley, outOfBagValues, pointOutcomes } from '../applications/index.js';
import { leaveOneOutValues, permutationValues, sampleBudget, trainingGame, type Game } from '../games/index.js';
import type { RunControl } from '../control.js';
import type { Utility } from '../evaluation/utility.js';
import { influencePredictor } from '../prediction/influence.js';
import type { Bank } from '../retraining/bank.js';
import type { ValuedProblem } from './valued-problem.js';

export const shapleyName = 'Shapley by ModelPred';
export const shapleyExactName = 'Shapley by retraining';
export const leaveOneOutName = 'leave-one-out';
export const knnName = 'KNN-Shapley';
export const outOfSubsetName = 'Data-OOB on the bank';
export const ownLossName = 'loss of the trained model';

type Ground = Pick<ValuedProblem, 'pool' | 'learner' | 'validation'>;

/** Neighbours that vote in KNN-Shapley: the default of scikit-learn's classifier, not chosen on these data. */
const neighbours = 5;

// `N` values each, the lowest the most suspect.

export async function shapleyRanking(game: Game, permutations: number, seed: number, control: RunControl) {
  return (await permutationValues({ ...control, game, seed, stop: sampleBudget(permutations) })).values;
}

export async function leaveOneOutRanking(exactGame: Game) {
  return (await leaveOneOutValues(exactGame)).values;
}

/** Leave-one-out values of models predicted by influence functions at the whole pool's parameters. */
export async function influenceRanking({ pool, learner }: Ground, full: Float64Array, utility: Utility) {
  const predictor = influencePredictor(pool, learner, full);
  return (await leaveOneOutValues(trainingGame(pool, (rows) => predictor.predict(rows), utility))).values;
}

export async function knnRanking({ pool, validation }: Ground, control: RunControl) {
  return (await knnShapley({ pool, points: validation, neighbours }, control)).values;
}

/** How often the bank's models that lack a point predict its label. */
export function outOfSubsetRanking({ pool, learner }: Ground, { subsets, parameters }: Bank) {
  return outOfBagValues(subsets, pointOutcomes(learner, pool, parameters, 'correct')).values;
}

/**
 * The probability that the whole pool's model gives each point's own label: the order of its losses, and for two classes of its
 * margins. One model, no validation points.
 */
export function ownLossRanking({ pool, learner }: Ground, full: Float64Array) {
  return pointOutcomes(learner, pool, full, 'probability');
}
