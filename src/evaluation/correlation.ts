import { InputError } from '../errors.js';

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** Whether one of the values is NaN. */
export function hasNaN(values: ArrayLike<number>): boolean {
  for (let i = 0; i < values.length; i++) if (Number.isNaN(values[i])) return true;
  return false;
}

/**
 * Pearson correlation of two equally long lists; NaN where one of them is constant, so that "no variation" is never
 * mistaken for "no relation".
 *
 * @throws InputError for lists of different lengths.
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length)
    throw new InputError(`Cannot correlate ${a.length} numbers with ${b.length}: pass two lists of the same length.`);
  // Checked on the values: the rounded mean of equal numbers may differ from them and feign some variance.
  if (isConstant(a) || isConstant(b)) return NaN;
  const meanA = mean(a);
  const meanB = mean(b);
  let covariance = 0;
  let varianceA = 0;
  let varianceB = 0;
  for (let i = 0; i < a.length; i++) {
    const deviationA = a[i] - meanA;
    const deviationB = b[i] - meanB;
    covariance += deviationA * deviationB;
    varianceA += deviationA * deviationA;
    varianceB += deviationB * deviationB;
  }
  return covariance / Math.sqrt(varianceA * varianceB);
}

/** Ranks 1 … length in ascending order; equal values share the mean of their ranks. All NaN where one of the values is. */
export function ranks(values: ArrayLike<number>): Float64Array {
  // Nothing is above or below NaN: sorting would put the numbers around it in some order or other.
  if (hasNaN(values)) return new Float64Array(values.length).fill(NaN);
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => values[i] - values[j]);
  const result = new Float64Array(values.length);
  for (let first = 0; first < order.length;) {
    let last = first;
    while (last + 1 < order.length && values[order[last + 1]] === values[order[first]]) last++;
    for (let i = first; i <= last; i++) result[order[i]] = (first + last) / 2 + 1;
    first = last + 1;
  }
  return result;
}

/** Spearman rank correlation: {@link pearson} of the {@link ranks}, ties sharing mean ranks; NaN where one of the values is. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b));
}
