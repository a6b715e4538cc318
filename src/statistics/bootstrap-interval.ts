import { InputError } from '../errors.js';
import { randomStream } from '../numerics/random.js';
import { quantile } from './quantile.js';
import type { Estimate } from './estimate.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface BootstrapOptions {
  readonly seed: number;
  /** Resamples; default 2000. */
  readonly resamples?: number;
  /** Coverage of the interval; default 0.95. */
  readonly level?: number;
}

/**
 * Resampled units, `resamples×units`, by seed and shape. Statistics of one experiment share their seed and units, and drawing
 * these costs several times as much as a mean of them.
 */
const drawnUnits = new Map<string, Int32Array>();
/** Numbers kept, 16 MB; what is larger is drawn each time. */
const keptNumbers = 2 ** 22;

function drawUnits(units: number, resamples: number, seed: number): Int32Array {
  const key = `${seed} ${units} ${resamples}`;
  const known = drawnUnits.get(key);
  if (known) return known;
  const stream = randomStream(seed, 'bootstrap');
  const drawn = new Int32Array(resamples * units);
  for (let i = 0; i < drawn.length; i++) drawn[i] = stream.integer(units);
  const kept = [...drawnUnits.values()].reduce((sum, { length }) => sum + length, 0);
  if (kept + drawn.length > keptNumbers) drawnUnits.clear();
  if (drawn.length <= keptNumbers) drawnUnits.set(key, drawn);
  return drawn;
}

export interface BootstrapStatisticOptions extends BootstrapOptions {
  /** Number of units, e.g. held-out subsets */
  readonly units: number;
  /** Maps resampled unit indices to the figure */
  readonly statistic: (indices: Int32Array) => number;
}

/**
 * Percentile bootstrap of a statistic over the units of a sample (Efron & Tibshirani 1993, §13.3). Units are resampled by
 * index, so a statistic of several aligned lists is resampled as pairs. Resamples on which the statistic is undefined (NaN,
 * e.g. a correlation of constants) are left out of the interval.
 *
 * @throws InputError if the options ask for no resamples or a coverage that is not between 0 and 1.
 */
export function bootstrap(options: BootstrapStatisticOptions): Estimate {
  refuseUnknownOptions(options, ['units', 'statistic', 'seed', 'resamples', 'level'], 'bootstrap');
  const { units, statistic, seed, resamples = 2000, level = 0.95 } = options;
  if (!(Number.isInteger(resamples) && resamples >= 1))
    throw new InputError(`resamples is ${resamples}; it must be a whole number of at least 1.`);
  if (!(level > 0 && level < 1)) throw new InputError(`level is ${level}; it must be above 0 and below 1, e.g. 0.95.`);
  const drawn = drawUnits(units, resamples, seed);
  const indices = Int32Array.from({ length: units }, (_, i) => i);
  const value = statistic(indices);
  const draws: number[] = [];
  for (let r = 0; r < resamples; r++) {
    indices.set(drawn.subarray(r * units, (r + 1) * units));
    const draw = statistic(indices);
    if (!Number.isNaN(draw)) draws.push(draw);
  }
  const tail = (1 - level) / 2;
  return draws.length === 0
    ? { value, low: NaN, high: NaN }
    : { value, low: quantile(draws, tail), high: quantile(draws, 1 - tail) };
}

export interface BootstrapRatioOptions extends BootstrapOptions {
  readonly numerators: ArrayLike<number>;
  readonly denominators: ArrayLike<number>;
}

/** Mean of one list over the mean of another of the same units, NaN where that is 0, with its paired {@link bootstrap} interval. */
export function bootstrapRatio(options: BootstrapRatioOptions): Estimate {
  refuseUnknownOptions(options, ['numerators', 'denominators', 'seed', 'resamples', 'level'], 'bootstrapRatio');
  const { numerators, denominators, ...resampling } = options;
  return bootstrap({
    units: numerators.length,
    statistic: (indices) => {
      let [above, below] = [0, 0];
      for (const i of indices) {
        above += numerators[i];
        below += denominators[i];
      }
      return below === 0 ? NaN : above / below;
    },
    ...resampling,
  });
}

/** Mean of a sample with its {@link bootstrap} interval. */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): Estimate {
  refuseUnknownOptions(options, ['seed', 'resamples', 'level'], 'bootstrapMean');
  return bootstrap({
    units: values.length,
    statistic: (indices) => {
      let sum = 0;
      for (const i of indices) sum += values[i];
      return sum / indices.length;
    },
    ...options,
  });
}
