import { knnShapley, outOfBagValues, pointOutcomes } from '../../applications/index.js';
import { leaveOneOutValues } from '../../games/leave-one-out-values.js';
import { permutationValues } from '../../games/permutation-values.js';
import { sampleBudget } from '../../games/stopping.js';
import { trainingGame, type Game } from '../../games/game.js';
import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import type { Utility } from '../../evaluation/utility.js';
import { influencePredictor } from '../../prediction/influence.js';
import type { Bank } from '../../retraining/bank.js';
import type { Ground } from '../common/retraining.js';

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
  const predictor = influencePredictor({ pool, learner, full });
  return (await leaveOneOutValues(trainingGame({ pool, parametersOf: (rows) => predictor.predict(rows), utility })))
    .values;
}

export async function knnRanking({ pool, validation }: Ground & { readonly validation: Dataset }, control: RunControl) {
  return (await knnShapley({ pool, points: validation, neighbours, ...control })).values;
}

/** How often the bank's models that lack a point predict its label. */
export function outOfSubsetRanking({ pool, learner }: Ground, { subsets, parameters }: Bank) {
  return outOfBagValues(subsets, pointOutcomes({ learner, points: pool, parameters, kind: 'correct' })).values;
}

/**
 * The probability that the whole pool's model gives each point's own label: the order of its losses, and for two classes of its
 * margins. One model, no validation points.
 */
export function ownLossRanking({ pool, learner }: Ground, full: Float64Array) {
  return pointOutcomes({ learner, points: pool, parameters: full, kind: 'probability' });
}

/** Indices from the largest number to the smallest. */
export function descending(values: Float64Array): Int32Array {
  return Int32Array.from([...values.keys()].sort((a, b) => values[b] - values[a]));
}
