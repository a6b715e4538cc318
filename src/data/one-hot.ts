import { InputError } from '../errors.js';

/**
 * `N×K`, row-major: 1 in the column of each point's class, 0 elsewhere.
 *
 * @param classes K, the number of classes.
 * @throws InputError if a label is not a class index.
 */
export function oneHot(labels: ArrayLike<number>, classes: number): Float64Array {
  const encoded = new Float64Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes)
      throw new InputError(`Label ${labels[i]} at row ${i} is not a class index; they are 0 to ${classes - 1}.`);
    encoded[i * classes + labels[i]] = 1;
  }
  return encoded;
}
