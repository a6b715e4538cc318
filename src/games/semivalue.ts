import { InputError } from '../errors.js';

/**
 * A semivalue: the value of a player is Σ_j w_j · (mean marginal contribution to the subsets of j other players), with
 * w_0 … w_{N−1} ≥ 0 that add up to 1 (Dubey, Neyman & Weber 1981).
 */
export interface Semivalue {
  readonly name: string;
  /** `N` weights of the sizes j = 0 … N−1 of the subset that is joined. */
  weights(players: number): Float64Array;
}

/** Every size counts the same: the Shapley value. */
export const shapley: Semivalue = {
  name: 'Shapley',
  weights: (players) => new Float64Array(players).fill(1 / players),
};

/**
 * Beta(α, β) Shapley (Kwon & Zou 2022): w_j = C(N−1, j)·B(j+β, N−1−j+α) / B(α, β). The larger α, the more small
 * subsets count; Beta(1, 1) is the Shapley value.
 *
 * @throws InputError unless both parameters are positive numbers.
 */
export function betaShapley(alpha: number, beta: number): Semivalue {
  if (!(alpha > 0 && beta > 0 && alpha + beta < Infinity))
    throw new InputError(`Beta(${alpha}, ${beta}) is no distribution; give two positive numbers.`);
  return {
    name: `Beta(${alpha}, ${beta})`,
    weights: (n) => fromRatios(n, (j) => (((n - 1 - j) / (j + 1)) * (j + beta)) / (n - 2 - j + alpha)),
  };
}

/**
 * Weighted Banzhaf value: the others join independently with probability p, w_j = C(N−1, j)·p^j·(1−p)^(N−1−j). p = ½, where
 * all subsets count the same, is the Banzhaf value (Wang & Jia 2023).
 *
 * @throws InputError unless 0 < p < 1.
 */
export function banzhaf(probability = 0.5): Semivalue {
  if (!(probability > 0 && probability < 1))
    throw new InputError(`The Banzhaf value's probability is ${probability}; give a number between 0 and 1.`);
  const odds = probability / (1 - probability);
  return {
    name: probability === 0.5 ? 'Banzhaf' : `Banzhaf(${probability})`,
    weights: (n) => fromRatios(n, (j) => ((n - 1 - j) / (j + 1)) * odds),
  };
}

/** N weights with w_{j+1}/w_j given and sum 1; by logarithms, so that thousands of players do not overflow. */
function fromRatios(players: number, ratio: (j: number) => number): Float64Array {
  const logs = new Float64Array(players);
  for (let j = 1; j < players; j++) logs[j] = logs[j - 1] + Math.log(ratio(j - 1));
  const largest = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const scaled = logs.map((log) => Math.exp(log - largest));
  const sum = scaled.reduce((a, b) => a + b, 0);
  return scaled.map((weight) => weight / sum);
}

/** `N` weights of one single subset of each size: w_j / C(N−1, j). */
export function weightsPerSubset(semivalue: Semivalue, players: number): Float64Array {
  let subsets = 1;
  return semivalue.weights(players).map((weight, j) => {
    if (j > 0) subsets *= (players - j) / j;
    return weight / subsets;
  });
}
