import { lassoPath } from '../numerics/lasso.js';
import { safePoint, type RunControl } from '../control.js';
import { InputError } from '../errors.js';
import { mean } from '../statistics/mean.js';
import { multiplyTransposed } from '../numerics/dense.js';
import { randomStream } from '../numerics/random.js';
import { utilitiesOf, type Game } from './game.js';
import { banzhaf, type Semivalue } from './semivalue.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface AverageMarginalEffectsOptions extends RunControl {
  readonly game: Game;
  /** Subsets drawn, B. */
  readonly subsets: number;
  readonly seed: number;
  /** Shares of the pool that subsets hold, each as likely as the others. Default 0.2, 0.4, 0.6 and 0.8. */
  readonly probabilities?: readonly number[];
}

/** Estimated effects; a LASSO gives no standard errors. */
export interface AverageMarginalEffects {
  /** `N` values; those of points without a visible effect are 0. */
  readonly values: Float64Array;
  /** The strength of the penalty that was chosen. */
  readonly strength: number;
}

const defaultProbabilities = [0.2, 0.4, 0.6, 0.8];
const block = 1024;
const validationFraction = 0.2;
const strengthCount = 25;
const decades = 3;
/** How far from optimal coefficients may be, relative to the strength at which all of them vanish. */
const relativeTolerance = 1e-6;

/**
 * Average marginal effect (Lin et al. 2022): the others join independently with a probability that is one of these, each as
 * likely: the mean of weighted Banzhaf values. Evenly spread over 0 … 1 it comes near the Shapley value.
 *
 * @throws InputError without probabilities, or unless all are between 0 and 1.
 */
export function averageMarginalEffect(probabilities: readonly number[] = defaultProbabilities): Semivalue {
  if (probabilities.length === 0)
    throw new InputError('There are no probabilities to average over; give at least one between 0 and 1.');
  const parts = probabilities.map((probability) => banzhaf(probability));
  return {
    name: `average marginal effect (${probabilities.join(', ')})`,
    weights(players) {
      const all = parts.map((part) => part.weights(players));
      return Float64Array.from({ length: players }, (_, j) => mean(all.map((weights) => weights[j])));
    },
  };
}

/**
 * The semivalue {@link averageMarginalEffect} by sparse regression (Lin et al. 2022): random subsets of several shares p of the
 * pool, their utilities regressed with a LASSO on features that are 1/p for a point in the subset and −1/(1−p) for one that is
 * not, scaled to variance 1. Where few points matter it needs far fewer subsets than points; shrinkage biases values towards
 * 0. The strength is the one with the least squared error on the last fifth of the subsets.
 *
 * @throws InputError as {@link averageMarginalEffect}, and for fewer than 10 subsets.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function averageMarginalEffects(options: AverageMarginalEffectsOptions): Promise<AverageMarginalEffects> {
  refuseUnknownOptions(
    options,
    ['game', 'subsets', 'seed', 'probabilities', 'onProgress', 'signal'],
    'averageMarginalEffects',
  );
  const { game, subsets: count, seed, probabilities = defaultProbabilities } = options;
  averageMarginalEffect(probabilities);
  if (!(Number.isInteger(count) && count >= 10))
    throw new InputError(`There are ${count} subsets; give a whole number of at least 10.`);
  const n = game.players;
  const scale = Math.sqrt(mean(probabilities.map((p) => 1 / (p * (1 - p)))));
  const features = new Float64Array(count * n);
  const utilities = new Float64Array(count);
  const label = 'average marginal effects';
  options.onProgress?.({ label, done: 0, total: count });
  for (let first = 0; first < count; first += block) {
    const rows = Math.min(block, count - first);
    const weights = new Uint8Array(rows * n);
    for (let b = 0; b < rows; b++) {
      const stream = randomStream(seed, label, first + b);
      const p = probabilities[stream.integer(probabilities.length)];
      for (let i = 0; i < n; i++) {
        const joins = stream.uniform() < p;
        weights[b * n + i] = Number(joins);
        features[(first + b) * n + i] = (joins ? 1 / p : -1 / (1 - p)) / scale;
      }
    }
    utilities.set(
      await utilitiesOf(game, { count: rows, poolSize: n, weights }, options.signal && { signal: options.signal }),
      first,
    );
    options.onProgress?.({ label, done: first + rows, total: count });
    await safePoint(options, label);
  }
  const fitted = count - Math.round(validationFraction * count);
  const strength = chooseStrength(features, utilities, fitted, n);
  const values = new Float64Array(n);
  const { gram, cross } = moments(features, utilities, n);
  lassoPath(gram, cross, [strength], relativeTolerance * largest(cross), (_, found) => values.set(found));
  // A coefficient is the effect over the features' scale.
  return { values: values.map((coefficient) => coefficient * scale), strength };
}

/** The strength whose fit to the first `fitted` rows predicts the others best. */
function chooseStrength(features: Float64Array, utilities: Float64Array, fitted: number, n: number): number {
  const { gram, cross, featureMeans, utilityMean } = moments(
    features.subarray(0, fitted * n),
    utilities.subarray(0, fitted),
    n,
  );
  const top = largest(cross);
  const strengths = Array.from({ length: strengthCount }, (_, k) => top * 10 ** ((-decades * k) / (strengthCount - 1)));
  const errors = new Float64Array(strengthCount);
  lassoPath(gram, cross, strengths, relativeTolerance * top, (index, coefficients) => {
    for (let b = fitted; b < utilities.length; b++) {
      let predicted = utilityMean;
      for (let i = 0; i < n; i++) predicted += coefficients[i] * (features[b * n + i] - featureMeans[i]);
      errors[index] += (predicted - utilities[b]) ** 2;
    }
  });
  return strengths[errors.indexOf(errors.reduce((a, b) => Math.min(a, b)))];
}

/** Means, covariances of the features (`N×N`), and their covariances with the utilities (`N`). */
function moments(features: Float64Array, utilities: Float64Array, n: number): Moments {
  const count = utilities.length;
  const utilityMean = mean(utilities);
  const featureMeans = new Float64Array(n);
  features.forEach((value, at) => (featureMeans[at % n] += value / count));
  const centred = new Float64Array(n * count);
  for (let b = 0; b < count; b++)
    for (let i = 0; i < n; i++) centred[i * count + b] = features[b * n + i] - featureMeans[i];
  const gram = new Float64Array(n * n);
  multiplyTransposed(centred, centred, n, n, count, gram);
  const cross = new Float64Array(n);
  multiplyTransposed(
    centred,
    utilities.map((utility) => utility - utilityMean),
    n,
    1,
    count,
    cross,
  );
  return { gram: gram.map((sum) => sum / count), cross: cross.map((sum) => sum / count), featureMeans, utilityMean };
}

interface Moments {
  readonly gram: Float64Array;
  readonly cross: Float64Array;
  readonly featureMeans: Float64Array;
  readonly utilityMean: number;
}

function largest(numbers: Float64Array): number {
  return numbers.reduce((most, number) => Math.max(most, Math.abs(number)), 0);
}
