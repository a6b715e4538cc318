import { InputError } from '../../errors.js';
import { multiplyTransposed, transpose } from '../../numerics/dense.js';
import type { Subsets } from '../../subsets/index.js';

/** All that least squares on masks needs of M subsets and their T outputs, means taken out; shared by all outputs. */
export interface Moments {
  /** Pool size, N. */
  readonly poolSize: number;
  /** Outputs, T. */
  readonly outputs: number;
  /** `N` and `T` means. */
  readonly maskMeans: Float64Array;
  readonly outputMeans: Float64Array;
  /** `N×N` covariances of mask entries. */
  readonly gram: Float64Array;
  /** `T×N` covariances of outputs with mask entries. */
  readonly cross: Float64Array;
}

/** @throws InputError if the outputs are not `M×T` or one is not finite. */
export function momentsOf({ count, poolSize, weights }: Subsets, outputs: Float64Array): Moments {
  if (count < 2 || outputs.length % count !== 0) {
    throw new InputError(
      `${outputs.length} outputs are no M×T for ${count} subsets; give at least 2 subsets and equally many outputs of each.`,
    );
  }
  const bad = outputs.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new InputError(`Output ${bad} is ${outputs[bad]}; leave out subsets that have no trained model.`);
  const outputCount = outputs.length / count;
  const masks = centredColumns(transpose(Float64Array.from(weights), count, poolSize), count);
  const targets = centredColumns(transpose(outputs, count, outputCount), count);
  const gram = new Float64Array(poolSize * poolSize);
  multiplyTransposed(masks.columns, masks.columns, poolSize, poolSize, count, gram);
  const cross = new Float64Array(outputCount * poolSize);
  multiplyTransposed(targets.columns, masks.columns, outputCount, poolSize, count, cross);
  return {
    poolSize,
    outputs: outputCount,
    maskMeans: masks.means,
    outputMeans: targets.means,
    gram: gram.map((value) => value / count),
    cross: cross.map((value) => value / count),
  };
}

/** Columns stored as rows of `count`, less their means. Sums of masks are exact, so that a constant mask becomes exactly 0. */
function centredColumns(columns: Float64Array, count: number): { columns: Float64Array; means: Float64Array } {
  const means = new Float64Array(columns.length / count);
  for (let at = 0; at < columns.length; at++) means[Math.floor(at / count)] += columns[at];
  for (let j = 0; j < means.length; j++) means[j] /= count;
  return { columns: columns.map((value, at) => value - means[Math.floor(at / count)]), means };
}
