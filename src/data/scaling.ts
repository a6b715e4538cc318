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
 * feature is centred and otherwise left as it is; points that are all 0 have max-norm 1.
 *
 * @throws InputError if there are no points, they are sequences, or the kind is unknown.
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
      const moments = Array.from({ length: dimension }, (_, feature) => meanAndDeviation(dataset, feature));
      return { kind, shift: moments.map(({ mean }) => mean), scale: moments.map(({ deviation }) => deviation || 1) };
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

function largestRowNorm({ size, dimension, features }: Dataset): number {
  let largest = 0;
  for (let i = 0; i < size; i++) {
    let squares = 0;
    for (let k = i * dimension; k < (i + 1) * dimension; k++) squares += features[k] ** 2;
    largest = Math.max(largest, Math.sqrt(squares));
  }
  return largest;
}

/** Two passes: the one-pass formula cancels where the mean is large. A constant feature has deviation exactly 0. */
function meanAndDeviation(dataset: Dataset, feature: number): { mean: number; deviation: number } {
  const { size, dimension, features } = dataset;
  const first = features[feature];
  let sum = 0;
  let varies = false;
  for (let k = feature; k < features.length; k += dimension) {
    sum += features[k];
    varies ||= features[k] !== first;
  }
  // The computed mean of equal values can be off by rounding, which would leave a tiny deviation to divide by.
  if (!varies) return { mean: first, deviation: 0 };
  const mean = sum / size;
  let squares = 0;
  for (let k = feature; k < features.length; k += dimension) squares += (features[k] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / size) };
}
