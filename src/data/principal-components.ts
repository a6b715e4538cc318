import { InputError } from '../errors.js';
import { multiplyTransposed } from '../numerics/dense.js';
import { principalDirections } from '../numerics/principal-directions.js';
import type { Dataset } from './dataset.js';
import { requireQuantities } from './input-shape.js';

/** Where principal components are measured from, and along what. */
export interface PrincipalComponents {
  /** d means. */
  readonly centre: Float64Array;
  /** `components×d` orthonormal directions. */
  readonly directions: Float64Array;
}

/**
 * Directions that hold most of the points' spread about their mean. Fit them on the training part and apply them to both
 * parts. Computed by a fixed number of orthogonal iterations, so neighbours of nearly equal spread may stay mixed.
 *
 * @throws InputError unless there are at least as many points and features as components, and one component, or if
 *   the points are sequences.
 */
export function fitPrincipalComponents(dataset: Dataset, components: number): PrincipalComponents {
  const { name, size, dimension, features } = dataset;
  requireQuantities(dataset, 'find principal components of');
  const most = Math.min(size, dimension);
  if (!(Number.isInteger(components) && components >= 1 && components <= most))
    throw new InputError(
      `${name} (${size} points, ${dimension} features) has no ${components} principal components; ask for 1 to ${most}.`,
    );
  const centre = new Float64Array(dimension);
  features.forEach((value, at) => (centre[at % dimension] += value / size));
  const centred = features.map((value, at) => value - centre[at % dimension]);
  return { centre, directions: principalDirections(centred, size, dimension, components) };
}

/**
 * The data set with its principal components as features, `component 1` the widest.
 *
 * @throws InputError if they were fitted to another number of features.
 */
export function applyPrincipalComponents({ centre, directions }: PrincipalComponents, dataset: Dataset): Dataset {
  const { name, size, dimension, features } = dataset;
  if (centre.length !== dimension)
    throw new InputError(
      `Principal components of ${centre.length} features do not fit ${name}, which has ${dimension}; fit them to data with the same features.`,
    );
  const components = directions.length / dimension;
  const scores = new Float64Array(size * components);
  const centred = features.map((value, at) => value - centre[at % dimension]);
  multiplyTransposed(centred, directions, size, components, dimension, scores);
  return {
    ...dataset,
    dimension: components,
    features: scores,
    featureNames: Array.from({ length: components }, (_, k) => `component ${k + 1}`),
    // Components are no image, whatever the features were.
    input: undefined,
  };
}
