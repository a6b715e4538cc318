import { checkPredictive, type PredictiveDistribution } from './predictive.js';

const clip = 1e-12;

/**
 * `T` log-losses −ln P(label), nats, probabilities clipped at 1e-12; their mean is the negative log-likelihood per point.
 *
 * @throws InputError if the shapes do not fit.
 */
export function logLosses(distribution: PredictiveDistribution): Float64Array {
  checkPredictive(distribution);
  const { probabilities, labels, classCount } = distribution;
  return Float64Array.from(labels, (label, i) => -Math.log(Math.max(probabilities[i * classCount + label], clip)));
}
