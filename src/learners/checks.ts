import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';

/** @throws InputError unless the array has as many numbers as expected. */
export function checkLength(what: string, array: ArrayLike<number>, expected: number): void {
  if (array.length !== expected) throw new InputError(`Expected ${expected} ${what}, got ${array.length}.`);
}

/** @throws InputError unless every point has a label that is one of the classes. */
export function checkLabels({ name, size, labels, classes }: Dataset): void {
  const unknown = labels.findIndex((label) => label >= classes.length);
  if (unknown >= 0) {
    throw new InputError(
      `Point ${unknown} of "${name}" has label ${labels[unknown]}; labels run from 0 to ${classes.length - 1}.`,
    );
  }
  if (labels.length !== size) {
    throw new InputError(`"${name}" has ${labels.length} labels for ${size} points; give one per point.`);
  }
}

/** @throws InputError unless there are N·d features, all of them finite. */
export function checkFinite({ name, size, dimension, features, featureNames }: Dataset): void {
  if (features.length !== size * dimension) {
    throw new InputError(
      `"${name}" has ${features.length} feature values; ${size} points of ${dimension} need ${size * dimension}.`,
    );
  }
  for (let at = 0; at < features.length; at++) {
    // NaN where it is not finite.
    if (features[at] - features[at] === 0) continue;
    const j = at % dimension;
    throw new InputError(
      `Feature "${featureNames[j] ?? j}" of point ${Math.floor(at / dimension)} of "${name}" is ${features[at]}; ` +
        'fill in or drop missing values first.',
    );
  }
}

/**
 * How many models of p parameters there are.
 *
 * @throws InputError if it is not a whole number.
 */
export function modelCount(parameters: ArrayLike<number>, p: number): number {
  if (parameters.length % p !== 0) {
    throw new InputError(
      `${parameters.length} parameters are not whole models of ${p}; check the points' dimension and classes.`,
    );
  }
  return parameters.length / p;
}

/** @throws InputError unless a start is one θ for all or one per subset, and finite. */
export function checkStart(from: Float64Array | undefined, count: number, p: number): void {
  if (!from) return;
  if (from.length !== p && from.length !== count * p) {
    throw new InputError(
      `The start has ${from.length} numbers; give ${p} (one θ for all) or ${count * p} (one θ per subset).`,
    );
  }
  const bad = from.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`The start holds ${from[bad]} at index ${bad}; every number must be finite.`);
}

/** The start of subset `row` among those that {@link checkStart} accepts. */
export function startOf(from: Float64Array, row: number, p: number): Float64Array {
  return from.length === p ? from : from.subarray(row * p, (row + 1) * p);
}

/** @throws InputError unless an iteration limit fits the counters. */
export function checkIterations(name: string, limit: number): void {
  if (!(Number.isInteger(limit) && limit >= 0 && limit <= 65535)) {
    throw new InputError(`${name} is ${limit}; it must be a whole number from 0 to 65535.`);
  }
}

/** @throws InputError unless a residual can be at or below the tolerance. */
export function checkTolerance(tolerance: number): void {
  if (!(tolerance > 0)) throw new InputError(`The tolerance is ${tolerance}; it must be above 0, e.g. 1e-8.`);
}
