import { InputError } from '../errors.js';
import type { Dataset } from './dataset.js';
import { requireQuantities } from './input-shape.js';

/**
 * `standardise`: every feature to mean 0 and (population) standard deviation 1. `max-norm`: divide everything by the
 * largest L2 norm of a row, no centring, as in the code of Zeng et al., SaTML 2023. `none`: as it is.
 */
export type ScalingKind = 'standardise' | 'max-norm' | 'none';

/** An affine map per feature, x′ = (x − shift) / scale; plain data, so it can be stored beside a model. */
export interface Scaling {
  readonly kind: ScalingKind;
  /** d values. */
  readonly shift: readonly number[];
  /** d divisors, none of them 0. */
  readonly scale: readonly number[];
}

/**
 * The scaling of this kind that the points determine. Fit it on the training part and apply it to both parts. A constant
 * feature is centred and otherwise left as it is; one whose values differ by rounding alone counts as constant and comes out
 * as about 0. Points that are all 0 have max-norm 1.
 *
 * @throws InputError if there are no points, they are sequences, the kind is unknown, or values are not finite or too large to be
 * squared.
 */
export function fitScaling(dataset: Dataset, kind: ScalingKind): Scaling {
  const { name, size, dimension } = dataset;
  if (size < 1) throw new InputError(`Cannot fit a scaling to ${name}: it has no points.`);
  requireQuantities(dataset, 'fit a scaling to');
  const constant = (value: number): number[] => new Array<number>(dimension).fill(value);
  switch (kind) {
    case 'none':
      return { kind, shift: constant(0), scale: constant(1) };
    case 'max-norm':
      return { kind, shift: constant(0), scale: constant(largestRowNorm(dataset) || 1) };
    case 'standardise': {
      const fitted = Array.from({ length: dimension }, (_, feature) => standardisationOf(dataset, feature));
      return { kind, shift: fitted.map(({ shift }) => shift), scale: fitted.map(({ scale }) => scale) };
    }
    default:
      throw new InputError(`There is no scaling "${String(kind)}"; choose one of standardise, max-norm, none.`);
  }
}

/**
 * The data set with every feature mapped to (x − shift) / scale.
 *
 * @throws InputError if the scaling was fitted to another number of features, or the points are sequences.
 */
export function applyScaling({ shift, scale }: Scaling, dataset: Dataset): Dataset {
  const { name, dimension } = dataset;
  requireQuantities(dataset, 'scale');
  if (shift.length !== dimension || scale.length !== dimension)
    throw new InputError(
      `A scaling of ${shift.length} features does not fit ${name}, which has ${dimension}; fit it to data with the same features.`,
    );
  return {
    ...dataset,
    features: dataset.features.map((value, k) => (value - shift[k % dimension]) / scale[k % dimension]),
  };
}

/**
 * The data set with every feature x replaced by log(1 + x), for counts and other long-tailed values.
 *
 * @throws InputError if a value is negative, or the points are sequences.
 */
export function log1p(dataset: Dataset): Dataset {
  const { name, dimension, features, featureNames } = dataset;
  requireQuantities(dataset, 'take logarithms of');
  const negative = features.findIndex((value) => value < 0);
  if (negative >= 0)
    throw new InputError(
      `log1p needs values of at least 0, but ${name} has ${features[negative]} at row ${Math.floor(negative / dimension)}, ` +
        `feature ${featureNames[negative % dimension]}; standardise it instead.`,
    );
  return { ...dataset, features: features.map(Math.log1p) };
}

/**
 * The data set with every feature divided by one number, e.g. 255 for the pixels of Fashion-MNIST or 16 for digits.
 *
 * @throws InputError unless the divisor is finite and above 0, or if the points are sequences.
 */
export function divideBy(dataset: Dataset, divisor: number): Dataset {
  requireQuantities(dataset, 'divide');
  if (!(divisor > 0 && Number.isFinite(divisor)))
    throw new InputError(`Cannot divide ${dataset.name} by ${divisor}; give a number above 0.`);
  return { ...dataset, features: dataset.features.map((value) => value / divisor) };
}

function largestRowNorm(dataset: Dataset): number {
  const { size, dimension, features } = dataset;
  let largest = 0;
  for (let i = 0; i < size; i++) {
    let squares = 0;
    for (let k = i * dimension; k < (i + 1) * dimension; k++) squares += features[k] ** 2;
    if (!Number.isFinite(squares)) throw unscalable(dataset, i * dimension, (i + 1) * dimension, 1);
    largest = Math.max(largest, Math.sqrt(squares));
  }
  return largest;
}

/** Units in the last place of the largest value that a feature's values may be apart and still count as equal. */
const roundingUnits = 8;

/** Two passes: the one-pass formula cancels where the mean is large. */
function standardisationOf(dataset: Dataset, feature: number): { shift: number; scale: number } {
  const { size, dimension, features } = dataset;
  let [sum, least, most] = [0, Infinity, -Infinity];
  for (let k = feature; k < features.length; k += dimension) {
    sum += features[k];
    least = Math.min(least, features[k]);
    most = Math.max(most, features[k]);
  }
  // The computed mean of equal values can be off by rounding, which would leave a tiny deviation to divide by.
  if (least === most && Number.isFinite(least)) return { shift: least, scale: 1 };
  const mean = sum / size;
  const largest = Math.max(-least, most);
  if (largest < Infinity && most - least <= roundingUnits * Number.EPSILON * largest)
    return { shift: mean, scale: Math.max(1, largest) };
  let squares = 0;
  for (let k = feature; k < features.length; k += dimension) squares += (features[k] - mean) ** 2;
  if (!Number.isFinite(squares)) throw unscalable(dataset, feature, features.length, dimension);
  if (squares > Number.MIN_VALUE / Number.EPSILON ** 2) return { shift: mean, scale: Math.sqrt(squares / size) };
  // The squares of tiny values underflow: in units of their range they do not.
  const range = most - least;
  let shares = 0;
  for (let k = feature; k < features.length; k += dimension) shares += ((features[k] - mean) / range) ** 2;
  return { shift: mean, scale: range * Math.sqrt(shares / size) };
}

/** Names the largest of the values from `from` on, or one that is not finite. */
function unscalable(
  { name, dimension, features, featureNames }: Dataset,
  from: number,
  end: number,
  step: number,
): Error {
  let worst = from;
  for (let k = from; k < end; k += step) {
    if (!(Math.abs(features[k]) <= Math.abs(features[worst]))) worst = k;
    if (Number.isNaN(features[worst])) break;
  }
  return new InputError(
    `Cannot fit a scaling to ${name}: row ${Math.floor(worst / dimension)} has ${features[worst]} as ` +
      `"${featureNames[worst % dimension] ?? worst % dimension}"; values must be finite and below 1e150, so divide or drop this feature first.`,
  );
}
