import {
  bootstrap,
  bootstrapMean,
  bootstrapRatio,
  type BootstrapOptions,
} from '../../statistics/bootstrap-interval.js';
import { type Estimate } from '../../statistics/estimate.js';
import { mean } from '../../statistics/mean.js';

export { bootstrapMean, bootstrapRatio, type Estimate };

/** A figure of any resample of the units, given their indices. */
export type Statistic = (indices: Int32Array) => number;

/** Entry by entry. */
export function meanOf(lists: readonly Float64Array[]): Float64Array {
  return lists[0].map((_, i) => mean(lists.map((list) => list[i])));
}

/** A plain loop: `Float64Array.from` with a function takes several times as long, and bootstraps take thousands of times. */
export function take(values: ArrayLike<number>, indices: Int32Array): Float64Array {
  const taken = new Float64Array(indices.length);
  for (let k = 0; k < indices.length; k++) taken[k] = values[indices[k]];
  return taken;
}

/** The units that are resampled, how often, and from which seed. */
export interface Units extends BootstrapOptions {
  readonly units: number;
}

/** Mean of figures of the same units, one for every seed, with its 95 % interval over the units. */
export function overUnits({ units, ...options }: Units, figures: readonly Statistic[]): Estimate {
  return bootstrap({ units, statistic: (indices) => mean(figures.map((figure) => figure(indices))), ...options });
}

/** {@link overUnits} of one method's figures minus that of another's, on the same resamples. */
export function leadOver(units: Units, own: readonly Statistic[], other: readonly Statistic[]): Estimate {
  return overUnits(units, [
    (indices) => mean(own.map((figure) => figure(indices))) - mean(other.map((figure) => figure(indices))),
  ]);
}

/** Mean of one list minus that of another of the same units, with its paired interval. */
export function pairedDifference(own: Float64Array, other: ArrayLike<number>, options: BootstrapOptions): Estimate {
  return bootstrapMean(
    own.map((value, i) => value - other[i]),
    options,
  );
}

/** An estimate as three columns of a row. */
export function columns<V extends string, L extends string = 'low', H extends string = 'high'>(
  { value, low, high }: Estimate,
  name: V,
  lowName = 'low' as L,
  highName = 'high' as H,
): Readonly<Record<V | L | H, number>> {
  return { [name]: value, [lowName]: low, [highName]: high } as Record<V | L | H, number>;
}

/** A number for a table; null where it is undefined. */
export const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
