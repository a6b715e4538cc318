import { preparationSeconds } from '../common/costs.js';
import type { MethodTrials } from '../common/methods.js';
import type { MethodId } from '../../evaluation/methods.js';
import { join, slice, type PrefixValues } from './prefix-values.js';

/** Banks and what is learned from them, at most. */
const mostBanks = 2;

/** Prefix utilities of more permutations by a method that was prepared for this seed. */
export type EvaluateMore = (method: MethodId, seed: number, permutations: number) => Promise<PrefixValues>;

export const perPermutation = ({ seconds, permutations }: PrefixValues): number =>
  seconds.prediction / permutations.length;

/**
 * Gives every method the processor time that exact retraining, the first of them, took for the permutations of all seeds
 * together: labels and training are paid from it, and the rest goes into permutations. Methods that it does not pay for are left
 * out; what learns nothing has a single run.
 *
 * @param most permutations of a cheap method, at most
 */
export async function valuesAtEqualTime(
  [exact, ...others]: readonly MethodTrials<PrefixValues>[],
  evaluateMore: EvaluateMore,
  most: number,
): Promise<MethodTrials<PrefixValues>[]> {
  const all = join(exact.trials);
  const found: MethodTrials<PrefixValues>[] = [{ method: exact.method, trials: [all] }];
  for (const { method, trials } of others) {
    // What learns nothing is the same for all seeds.
    const learns = trials[0].seconds.labels > 0;
    const runs: PrefixValues[] = [];
    for (const [seed, own] of (learns ? trials.slice(0, mostBanks) : [join(trials)]).entries()) {
      const affordable = (run: PrefixValues): number =>
        Math.min(most, Math.floor((all.seconds.prediction - preparationSeconds(own.seconds)) / perPermutation(run)));
      const more = affordable(own) - own.permutations.length;
      const run = more > 0 ? join([own, await evaluateMore(method, seed, more)]) : own;
      // Measured again: further permutations may have been slower.
      const paid = Math.min(affordable(run), run.permutations.length);
      if (paid >= 2) runs.push(slice(run, 0, paid));
    }
    if (runs.length > 0) found.push({ method, trials: runs });
  }
  return found;
}
