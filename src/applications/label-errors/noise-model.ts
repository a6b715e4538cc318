import type { Estimate } from '../../statistics/estimate.js';

/**
 * A model of how labels came about, fitted to what held-out models say of the points: the true class has the probabilities
 * p_k ∝ q_k^a, where q are a point's held-out probabilities, and a share ε of the labels, the noise rate, was replaced by another
 * class, every other one alike. Then the given label y is right with probability
 *
 * (1−ε)·p_y / ((1−ε)·p_y + ε·(1−p_y)/(K−1)).
 *
 * Two numbers are fitted. The exponent makes up for models that are less sure than they should be, being means of models trained
 * on some wrong labels; what it cannot explain is noise. The noise that no model could tell from hard points is part of ε.
 */
export interface NoiseModel {
  /** ε, its interval from the profile of the posterior: where 2·(log maximum − log profile) is at most 3.84. */
  readonly rate: Estimate;
  /** a. */
  readonly exponent: number;
  /** `N` probabilities that the given label is right. */
  readonly scores: Float64Array;
}

/** Quarter powers of two from ½ to 11, and where the search begins. */
const exponents = Array.from({ length: 19 }, (_, s) => 2 ** ((s - 4) / 4));
const firstExponent = exponents.indexOf(2);
/** a is about 2, by a factor of e^½: seen on tables of every size, and needed where there are few points. */
const exponentPrior = { mean: Math.log(2), deviation: 0.5 };
/** ε is about 5 %, and 20 points outweigh that: the Beta(2, 20) distribution. */
const ratePrior = { wrong: 1, right: 19 };
/** 95 % quantile of χ² with one degree of freedom, halved. */
const intervalDepth = 3.841458820694124 / 2;
/** Exponents beside the likeliest one that the interval takes into account. */
const intervalReach = 2;
/** Beyond it labels of two classes would be wrong more often than right, and the classes' names exchanged. */
const largestRate = 0.5;

/** The likeliest rate at one exponent. */
interface Fit {
  readonly at: number;
  readonly rate: number;
  readonly logPosterior: number;
  /** Log posterior density of this exponent and a rate, but for a constant. */
  readonly logPosteriorOf: (rate: number) => number;
  /** `N` probabilities p_y. */
  readonly confidence: Float64Array;
}

/**
 * Fits exponent and noise rate by their posterior's maximum. Costs about 5·20 passes over the points, and as many for the interval.
 *
 * @param probabilities `N×K` held-out probabilities
 * @param labels `N` given labels
 */
export function fitNoiseModel(probabilities: Float64Array, labels: Uint8Array, K: number): NoiseModel {
  const known: Fit[] = [];
  const fitAt = (at: number): Fit => (known[at] ??= fitRate(sharpened(probabilities, labels, K, exponents[at]), K, at));
  let best = fitAt(firstExponent);
  for (const direction of [1, -1])
    for (let at = best.at + direction; at in exponents && fitAt(at).logPosterior > best.logPosterior; at += direction)
      best = fitAt(at);
  const { rate, confidence } = best;
  return {
    rate: { value: rate, ...rateInterval(best, fitAt) },
    exponent: exponents[best.at],
    scores: confidence.map((p) => {
      const right = (1 - rate) * p;
      return right / (right + (rate / (K - 1)) * (1 - p));
    }),
  };
}

function fitRate(confidence: Float64Array, K: number, at: number): Fit {
  const prior = -0.5 * ((Math.log(exponents[at]) - exponentPrior.mean) / exponentPrior.deviation) ** 2;
  const logPosteriorOf = (rate: number): number => prior + logDensity(confidence, K, rate);
  const rate = likeliestRate(confidence, K);
  return { at, rate, logPosterior: logPosteriorOf(rate), logPosteriorOf, confidence };
}

function rateInterval(best: Fit, fitAt: (at: number) => Fit): { low: number; high: number } {
  const near = [...exponents.keys()].filter((at) => Math.abs(at - best.at) <= intervalReach).map(fitAt);
  const isOutside = (rate: number): boolean =>
    near.every((fit) => fit.logPosteriorOf(rate) < best.logPosterior - intervalDepth);
  return { low: boundary(best.rate, 0, isOutside), high: boundary(best.rate, largestRate, isOutside) };
}

/** `N`: p_y ∝ q_y^exponent of the given labels. */
function sharpened(probabilities: Float64Array, labels: Uint8Array, K: number, exponent: number): Float64Array {
  return Float64Array.from(labels, (label, i) => {
    let sum = 0;
    const own = Math.max(probabilities[i * K + label], Number.MIN_VALUE);
    // Relative to the label's own, so that at worst the result is 0.
    for (let k = 0; k < K; k++) sum += k === label ? 1 : (probabilities[i * K + k] / own) ** exponent;
    return 1 / sum;
  });
}

function logDensity(confidence: Float64Array, K: number, rate: number): number {
  let sum = ratePrior.wrong * Math.log(rate) + ratePrior.right * Math.log1p(-rate);
  for (const p of confidence) sum += Math.log((1 - rate) * p + (rate / (K - 1)) * (1 - p));
  return sum;
}

/** The maximum over the rate, where the derivative of the concave posterior is 0, by bisection. */
function likeliestRate(confidence: Float64Array, K: number): number {
  let [low, high] = [0, largestRate];
  for (let step = 0; step < 20; step++) {
    const rate = (low + high) / 2;
    let slope = ratePrior.wrong / rate - ratePrior.right / (1 - rate);
    for (const p of confidence) {
      const wrong = (1 - p) / (K - 1);
      slope += (wrong - p) / ((1 - rate) * p + rate * wrong);
    }
    if (slope > 0) low = rate;
    else high = rate;
  }
  return (low + high) / 2;
}

/** Where between a rate inside and one at the edge the interval ends, to a thousandth of their distance. */
function boundary(inside: number, edge: number, isOutside: (rate: number) => boolean): number {
  let [near, far] = [inside, edge];
  for (let step = 0; step < 10; step++) {
    const middle = (near + far) / 2;
    if (isOutside(middle)) far = middle;
    else near = middle;
  }
  return near;
}
