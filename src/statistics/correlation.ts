import { InputError } from '../errors.js';
import { mean } from './mean.js';
import { ranks } from './ranks.js';

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
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

/** Spearman rank correlation: {@link pearson} of the {@link ranks}, ties sharing mean ranks; NaN where one of the values is. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b));
}
