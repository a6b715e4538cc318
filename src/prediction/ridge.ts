import { InputError } from '../errors.js';
import { linearMapNanoseconds } from '../learners/linear/solver-choice.js';
import { choleskyFactor, choleskyInverse, dot, multiplyTransposed, transpose } from '../numerics/dense.js';
import { checkBank, type Bank } from '../retraining/bank.js';
import { checkSubsets, type Subsets } from '../subsets/subsets.js';
import type { Predictor } from './predictor.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface RidgeOptions {
  /** What the regression sees of a subset: its mask alone, or [mask, mask/n, n/N], which lets effects shrink with size n. */
  readonly features?: 'mask' | 'mask and size';
  /** Part of the bank, its last rows, on which the strength is chosen; default 0.2. */
  readonly validationFraction?: number;
  /** Strengths tried, relative to the mean squared length of a centred feature. */
  readonly strengths?: readonly number[];
}

const defaultStrengths = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];

/** `B×F` features of subsets. */
function describeSubsets({ count, poolSize, weights }: Subsets, features: 'mask' | 'mask and size'): Float64Array {
  if (features === 'mask') return new Float64Array(weights);
  const width = 2 * poolSize + 1;
  const described = new Float64Array(count * width);
  for (let b = 0; b < count; b++) {
    let size = 0;
    for (let i = 0; i < poolSize; i++) size += weights[b * poolSize + i];
    for (let i = 0; i < poolSize; i++) {
      const weight = weights[b * poolSize + i];
      described[b * width + i] = weight;
      // mask/n on the scale of the mask: multiplied by N.
      described[b * width + poolSize + i] = size === 0 ? 0 : (weight * poolSize) / size;
    }
    described[b * width + 2 * poolSize] = size / poolSize;
  }
  return described;
}

function columnMeans(rows: Float64Array, width: number): Float64Array {
  const count = rows.length / width;
  const means = new Float64Array(width);
  for (let b = 0; b < count; b++) for (let j = 0; j < width; j++) means[j] += rows[b * width + j] / count;
  return means;
}

function centred(rows: Float64Array, means: Float64Array): Float64Array {
  return rows.map((value, i) => value - means[i % means.length]);
}

/** A linear map: y = intercept + coefficients·x. */
interface LinearMap {
  /** `p`. */
  readonly intercept: Float64Array;
  /** `p×F`. */
  readonly coefficients: Float64Array;
}

function apply({ intercept, coefficients }: LinearMap, features: Float64Array): Float64Array {
  const targets = intercept.length;
  const width = coefficients.length / targets;
  const count = features.length / width;
  const predicted = new Float64Array(count * targets);
  multiplyTransposed(features, coefficients, count, targets, width, predicted);
  for (let b = 0; b < count; b++) for (let j = 0; j < targets; j++) predicted[b * targets + j] += intercept[j];
  return predicted;
}

/** Ridge regression for any strength; the Gram matrix is shared, each strength costs one inverse. */
function fitRidge(features: Float64Array, targets: Float64Array, count: number): (strength: number) => LinearMap {
  const width = features.length / count;
  const p = targets.length / count;
  const featureMeans = columnMeans(features, width);
  const targetMeans = columnMeans(targets, p);
  const byFeature = transpose(centred(features, featureMeans), count, width);
  const gram = new Float64Array(width * width);
  multiplyTransposed(byFeature, byFeature, width, width, count, gram);
  const byTarget = transpose(centred(targets, targetMeans), count, p);
  const crossProducts = new Float64Array(p * width);
  multiplyTransposed(byTarget, byFeature, p, width, count, crossProducts);
  let trace = 0;
  for (let j = 0; j < width; j++) trace += gram[j * width + j];

  return (strength) => {
    const factor = gram.slice();
    for (let j = 0; j < width; j++) factor[j * width + j] += (strength * trace) / width;
    if (!choleskyFactor(factor, width))
      throw new InputError(`Ridge regression with strength ${strength} is singular: pass larger strengths.`);
    const coefficients = new Float64Array(p * width);
    multiplyTransposed(crossProducts, choleskyInverse(factor, width), p, width, width, coefficients);
    const intercept = targetMeans.map((mean, j) => mean - dot(coefficients, j * width, featureMeans, 0, width));
    return { intercept, coefficients };
  };
}

function squaredError(predicted: Float64Array, targets: Float64Array): number {
  return predicted.reduce((sum, value, i) => sum + (value - targets[i]) ** 2, 0);
}

/**
 * Ridge regression of the trained parameters on a description of the subset, all p at once. Strengths are tried
 * from the largest down until the squared error on the validation part of the bank, which has one minimum in all we measured,
 * rises; the coefficients are then fitted on all of it.
 *
 * Cost of fitting M subsets of N points with F features (F = N or 2N+1): M·F² + F³ multiplications for each strength tried.
 *
 * @throws InputError if the bank is too small to validate on or has rows without parameters, or no strength is given; from
 * `predict` if the subsets are of another pool.
 */
export function ridgePredictor(bank: Bank, options: RidgeOptions = {}): Predictor {
  refuseUnknownOptions(options, ['features', 'validationFraction', 'strengths'], 'ridgePredictor');
  const { features = 'mask and size', validationFraction = 0.2, strengths = defaultStrengths } = options;
  checkBank(bank);
  if (!(validationFraction > 0 && validationFraction < 1))
    throw new InputError(`validationFraction is ${validationFraction}; it must be above 0 and below 1.`);
  if (strengths.length === 0 || !strengths.every((strength) => strength >= 0))
    throw new InputError(`strengths are [${strengths.join(', ')}]; give at least one, none of them negative.`);
  const { pool, subsets, parameters } = bank;
  const p = parameters.length / subsets.count;
  const fitted = subsets.count - Math.round(subsets.count * validationFraction);
  if (fitted < 2 || fitted === subsets.count)
    throw new InputError(
      `A bank of ${subsets.count} subsets cannot be split to choose the strength of ridge regression: retrain more subsets.`,
    );
  const described = describeSubsets(subsets, features);
  const width = described.length / subsets.count;

  const ofStrength = fitRidge(described.subarray(0, fitted * width), parameters.subarray(0, fitted * p), fitted);
  let [best, least] = [NaN, Infinity];
  for (const strength of strengths.toSorted((a, b) => b - a)) {
    const predicted = apply(ofStrength(strength), described.subarray(fitted * width));
    const error = squaredError(predicted, parameters.subarray(fitted * p));
    if (!(error < least)) break;
    [best, least] = [strength, error];
  }
  const map = fitRidge(described, parameters, subsets.count)(best);
  return {
    name: features === 'mask' ? 'ridge on the mask' : 'ridge on mask and size',
    estimatedNanoseconds: () => linearMapNanoseconds(width, p),
    predict: (batch) => {
      checkSubsets(batch, pool);
      return apply(map, describeSubsets(batch, features));
    },
  };
}
