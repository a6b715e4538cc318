import { InputError } from '../errors.js';

/**
 * `B` relative parameter errors ‖θ̂_b − θ_b‖₂ / ‖θ_b‖₂ of predicted against retrained parameters, both `B×p`. Every
 * coordinate counts, the bias included.
 *
 * @throws InputError if the shapes differ.
 */
export function relativeErrors(predicted: Float64Array, retrained: Float64Array, parameterCount: number): Float64Array {
  if (predicted.length !== retrained.length || predicted.length % parameterCount !== 0)
    throw new InputError(
      `Cannot compare ${predicted.length} predicted with ${retrained.length} retrained numbers in rows of ${parameterCount}: pass two B×p arrays of the same shape.`,
    );
  return Float64Array.from({ length: predicted.length / parameterCount }, (_, b) => {
    let difference = 0;
    let norm = 0;
    for (let i = b * parameterCount; i < (b + 1) * parameterCount; i++) {
      difference += (predicted[i] - retrained[i]) ** 2;
      norm += retrained[i] ** 2;
    }
    return Math.sqrt(difference / norm);
  });
}
