import { InputError } from '../../errors.js';
import { multiplyTransposed } from '../../numerics/dense.js';
import { checkSubsets, type Subsets } from '../../subsets/subsets.js';

/** Linear models of T outputs of trained models in the mask of their training subset. */
export interface Datamodels {
  /** As shown in tables and figures. */
  readonly name: string;
  /** Pool size, N. */
  readonly poolSize: number;
  /** `T`. */
  readonly intercepts: Float64Array;
  /** `T×N`: what the presence of each point adds to each output. */
  readonly coefficients: Float64Array;
  /** `T` strengths of the penalties that were chosen; absent where there is none. */
  readonly strengths?: Float64Array;
}

/**
 * `B×T` outputs that datamodels predict for subsets.
 *
 * @throws InputError if the subsets are of a pool of another size.
 */
export function predictOutputs({ poolSize, intercepts, coefficients }: Datamodels, subsets: Subsets): Float64Array {
  checkSubsets(subsets, { name: 'the pool of the datamodels', size: poolSize });
  const outputs = intercepts.length;
  const predicted = new Float64Array(subsets.count * outputs);
  const masks = Float64Array.from(subsets.weights);
  multiplyTransposed(masks, coefficients, subsets.count, outputs, poolSize, predicted);
  return predicted.map((value, at) => value + intercepts[at % outputs]);
}

/** Intercepts that make each output's mean prediction over the fitted subsets its mean. */
export function interceptsOf(coefficients: Float64Array, maskMeans: Float64Array, outputMeans: Float64Array) {
  const explained = new Float64Array(outputMeans.length);
  multiplyTransposed(coefficients, maskMeans, outputMeans.length, 1, maskMeans.length, explained);
  return outputMeans.map((mean, t) => mean - explained[t]);
}

/** Number of subsets to fit on, the others being for validation. */
export function fittedCount(count: number, validationFraction: number): number {
  const fitted = count - Math.round(count * validationFraction);
  if (!(fitted >= 2 && fitted < count)) {
    throw new InputError(
      `${count} subsets cannot be split with a validation fraction of ${validationFraction}; retrain more subsets.`,
    );
  }
  return fitted;
}
