import { InputError } from '../errors.js';
import { pearson } from '../statistics/correlation.js';
import { ranks } from '../statistics/ranks.js';
import type { SampledValues } from './sampled-values.js';

/** When sampling has gone on for long enough. Depends on the estimate alone, so a resumed run stops where a longer one does. */
export interface StoppingRule {
  /** Asked after every sample; `estimate` takes a moment, so call it only where it matters. */
  isDone(samples: number, estimate: () => SampledValues): boolean;
  /** The most samples that can still be needed; Infinity where that is not known. */
  samplesLeft(samples: number): number;
}

/** Stops after this many samples (permutations, pairs, subsets: the unit of the estimator). */
export function sampleBudget(samples: number): StoppingRule {
  if (!(Number.isInteger(samples) && samples >= 1))
    throw new InputError(`The budget is ${samples} samples; give a whole number of at least 1.`);
  return {
    isDone: (drawn) => drawn >= samples,
    samplesLeft: (drawn) => samples - drawn,
  };
}

/** Stops when the 95 % interval of every value reaches at most `tolerance` to each side. */
export function absoluteError(tolerance: number): StoppingRule {
  if (!(tolerance > 0)) throw new InputError(`The tolerated error is ${tolerance}; give a positive number.`);
  return {
    // Few samples can look alike by chance.
    isDone: (samples, estimate) =>
      samples >= fewest && estimate().standardErrors.every((error) => 1.96 * error <= tolerance),
    samplesLeft: () => Infinity,
  };
}

/** Stops when values from the even and from the odd samples, half of them each, have this Spearman correlation. */
export function rankStability(correlation: number): StoppingRule {
  if (!(correlation > 0 && correlation <= 1))
    throw new InputError(`The rank correlation to reach is ${correlation}; give a number above 0 and at most 1.`);
  return {
    isDone(samples, estimate) {
      // Ranking takes time: only at every eighth sample, and once every value has an estimate in both halves.
      if (samples < fewest || samples % 8 !== 0) return false;
      const [even, odd] = estimate().halves.map(ranks);
      // Equal ranks are as stable as can be, also of a single value or of equal ones, which have no correlation.
      return even.every((rank, i) => rank === odd[i]) || pearson(even, odd) >= correlation;
    },
    samplesLeft: () => Infinity,
  };
}

const fewest = 8;

function checkRules(rules: readonly StoppingRule[]): void {
  if (rules.length === 0) throw new InputError('There is no rule to combine; give at least one.');
}

/** Stops when any of the rules does: "or". */
export function anyOf(...rules: readonly StoppingRule[]): StoppingRule {
  checkRules(rules);
  return {
    isDone: (samples, estimate) => rules.some((rule) => rule.isDone(samples, estimate)),
    samplesLeft: (samples) => Math.min(...rules.map((rule) => rule.samplesLeft(samples))),
  };
}

/** Stops when all of the rules do at the same sample: "and". */
export function allOf(...rules: readonly StoppingRule[]): StoppingRule {
  checkRules(rules);
  return {
    isDone: (samples, estimate) => rules.every((rule) => rule.isDone(samples, estimate)),
    samplesLeft: (samples) => Math.max(...rules.map((rule) => rule.samplesLeft(samples))),
  };
}
