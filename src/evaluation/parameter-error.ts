import { InputError } from '../errors.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface RelativeErrorsOptions {
  readonly predicted: Float64Array;
  readonly retrained: Float64Array;
  readonly parameterCount: number;
}

/**
 * `B` relative parameter errors ‖θ̂_b − θ_b‖₂ / ‖θ_b‖₂ of predicted against retrained parameters, both `B×p`. Every
 * coordinate counts, the bias included.
 *
 * @throws InputError if the shapes differ.
 */
export function relativeErrors(options: RelativeErrorsOptions): Float64Array {
  refuseUnknownOptions(options, ['predicted', 'retrained', 'parameterCount'], 'relativeErrors');
  const { predicted, retrained, parameterCount } = options;
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
