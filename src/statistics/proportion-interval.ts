import { InputError } from '../errors.js';
import type { Estimate } from './estimate.js';

/**
 * A share of `hits` in `trials` with its 95 % score interval (Wilson 1927): inside [0, 1], and of positive width even where
 * none or all are hits.
 *
 * @throws InputError unless 0 ≤ hits ≤ trials and trials > 0.
 */
export function proportionInterval(hits: number, trials: number): Estimate {
  if (!(trials > 0 && hits >= 0 && hits <= trials))
    throw new InputError(
      `There is no share of ${hits} hits in ${trials} trials; give 0 ≤ hits ≤ trials, trials above 0.`,
    );
  const z = 1.959963984540054;
  const value = hits / trials;
  const centre = (value + z ** 2 / (2 * trials)) / (1 + z ** 2 / trials);
  const half = (z / (1 + z ** 2 / trials)) * Math.sqrt((value * (1 - value)) / trials + z ** 2 / (4 * trials ** 2));
  return { value, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
