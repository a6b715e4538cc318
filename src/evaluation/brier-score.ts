import { calibrationBins, type Binning } from './calibration-error.js';
import { mean } from '../statistics/mean.js';
import { checkPredictive, type PredictiveDistribution } from './predictive.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/**
 * `T` Brier scores Σ_k (p_k − 1[label = k])², between 0 and 2 (Brier 1950). For two classes this is twice (p − y)².
 *
 * @throws InputError if the shapes do not fit.
 */
export function brierScores(distribution: PredictiveDistribution): Float64Array {
  checkPredictive(distribution);
  const { probabilities, labels, classCount } = distribution;
  return Float64Array.from(labels, (label, i) => {
    let sum = 0;
    for (let k = 0; k < classCount; k++) sum += (probabilities[i * classCount + k] - Number(k === label)) ** 2;
    return sum;
  });
}

/** The mean Brier score in parts: reliability − resolution + uncertainty + within bins. */
export interface BrierDecomposition {
  readonly score: number;
  /** Mean squared distance of forecasts from the frequencies of their bins; 0 is calibrated. */
  readonly reliability: number;
  /** Mean squared distance of the bins' frequencies from the base rates; more is better. */
  readonly resolution: number;
  /** Variance of the labels, which no forecast can change. */
  readonly uncertainty: number;
  /** What binning hides: variance of forecasts within bins minus twice their covariance with outcomes. */
  readonly withinBins: number;
}

/**
 * Murphy's decomposition of the mean Brier score (Murphy 1973), with the terms within bins that make it exact for any binning
 * (Stephenson, Coelho & Jolliffe 2008, eq. 5), summed over the classes.
 *
 * @throws InputError if the shapes do not fit.
 */
export function brierDecomposition(
  distribution: PredictiveDistribution,
  options: { readonly binning?: Binning; readonly bins?: number } = {},
): BrierDecomposition {
  refuseUnknownOptions(options, ['binning', 'bins'], 'brierDecomposition');
  const { probabilities, labels, classCount } = distribution;
  const score = mean(brierScores(distribution));
  let [reliability, resolution, uncertainty] = [0, 0, 0];
  for (let k = 0; k < classCount; k++) {
    const forecasts = Float64Array.from(labels, (_, i) => probabilities[i * classCount + k]);
    const outcomes = Float64Array.from(labels, (label) => Number(label === k));
    const rate = mean(outcomes);
    uncertainty += rate * (1 - rate);
    for (const { count, confidence, frequency } of calibrationBins({ forecasts, outcomes, ...options })) {
      reliability += (count / labels.length) * (confidence - frequency) ** 2;
      resolution += (count / labels.length) * (frequency - rate) ** 2;
    }
  }
  return { score, reliability, resolution, uncertainty, withinBins: score - reliability + resolution - uncertainty };
}
