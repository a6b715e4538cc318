import type { PenaltyObjective } from '../objectives/penalty-objective.js';
import { subsetSizes } from '../../../subsets/subsets.js';
import type { LossOnBatch } from './network-engine.js';
import type { LossSettings } from '../settings.js';

/**
 * The stationarity and utility penalties of `modelPredLoss` in formulas. Both are functions of ∇F_S(θ̂) and u_S(θ̂), so their
 * gradient in θ̂ is what the objective pulls back of their derivatives in these.
 *
 * @param predicted `B×p`.
 * @param gradient `B×p`, to which the gradient in the predictions is added.
 * @returns the value of both penalties.
 */
export function addObjectivePenalties(
  objective: PenaltyObjective,
  predicted: Float32Array,
  { settings, subsets, exactLosses }: Pick<LossOnBatch, 'settings' | 'subsets' | 'exactLosses'>,
  gradient: Float32Array,
): number {
  const { gradients, losses, pullBack } = objective.evaluate(predicted, subsets);
  const ofGradients = new Float32Array(gradients.length);
  const ofLosses = new Float32Array(losses.length);
  let value = 0;
  if (settings.stationarity !== 0) {
    const lossWeights = Float64Array.from(subsetSizes(subsets), (n) => objective.lossFactor * n);
    value += stationarityPenalty(settings, gradients, objective.intercepts, lossWeights, ofGradients);
  }
  if (settings.utility !== 0) {
    if (exactLosses === undefined) throw new Error('The utility penalty needs the losses of the exact parameters.');
    const differences = losses.map((loss, b) => loss - exactLosses[b]);
    value += utilityPenalty(settings, differences, ofLosses);
  }
  pullBack(ofGradients, ofLosses).forEach((v, k) => (gradient[k] += v));
  return value;
}

function stationarityPenalty(
  { stationarity, penalties }: LossSettings,
  gradients: Float32Array,
  intercepts: Float32Array,
  lossWeights: Float64Array,
  derivative: Float32Array,
): number {
  const p = intercepts.length;
  if (penalties === 'mean-square') {
    let squares = 0;
    for (let k = 0; k < gradients.length; k++) {
      const lossWeight = lossWeights[Math.floor(k / p)];
      squares += (gradients[k] / lossWeight) ** 2;
      derivative[k] = (2 * stationarity * gradients[k]) / (lossWeight ** 2 * gradients.length);
    }
    return (stationarity * squares) / gradients.length;
  }
  const squares = [0, 0];
  for (let k = 0; k < gradients.length; k++) squares[intercepts[k % p]] += gradients[k] ** 2;
  const norms = squares.map(regularNorm);
  for (let k = 0; k < gradients.length; k++) derivative[k] = (stationarity * gradients[k]) / norms[intercepts[k % p]];
  return stationarity * (norms[0] + norms[1]);
}

function utilityPenalty(
  { utility, penalties }: LossSettings,
  differences: Float32Array,
  derivative: Float32Array,
): number {
  const squares = differences.reduce((sum, v) => sum + v * v, 0);
  const norm = regularNorm(squares);
  const factor = penalties === 'mean-square' ? (2 * utility) / differences.length : utility / norm;
  differences.forEach((v, b) => (derivative[b] = factor * v));
  return penalties === 'mean-square' ? (utility * squares) / differences.length : utility * norm;
}

/** √Σx² with the tiny constant that the tensor form has, so that the derivative is 0 where all of x is zero. */
function regularNorm(squares: number): number {
  return Math.sqrt(squares + 1e-20);
}
