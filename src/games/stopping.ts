import { InputError } from '../errors.js';
import { pearson } from '../statistics/correlation.js';
import { ranks } from '../statistics/ranks.js';
import type { ErrorBounds } from './empirical-bernstein.js';
import type { SampledValues } from './sampled-values.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/** When sampling has gone on for long enough. Depends on the estimate alone, so a resumed run stops where a longer one does. */
export interface StoppingRule {
  /**
   * Asked after every sample; `estimate` takes a moment, so call it only where it matters.
   *
   * @param bounds of the error; absent where samples have no known range
   */
  isDone(samples: number, estimate: () => SampledValues, bounds?: ErrorBounds): boolean;
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

/**
 * Stops when all values are within `tolerance` of the truth with a probability of at least `confidence`, for utilities that lie
 * in the game's stated range; of a game that states none it takes the range of the utilities seen, and at least 1, which is a
 * guess. Empirical Bernstein bounds, asked for at sample numbers 10 % apart, at the k-th of them with the k(k+1)-th part of the
 * chance to fail, so that looking often does not spoil them (Mnih, Szepesvári & Audibert 2008, §3).
 *
 * A rare event that no sample has met may move a value too, so it takes 10 to 30 · (largest contribution)/tolerance samples at
 * the least: combine it with {@link sampleBudget}, or settle for {@link estimatedError}.
 *
 * @param options.confidence default 0.95
 * @throws InputError unless the tolerance is positive and the confidence between 0 and 1; while sampling, where samples have no
 * range (truncated permutations, parameters).
 */
export function absoluteError(tolerance: number, options: { readonly confidence?: number } = {}): StoppingRule {
  refuseUnknownOptions(options, ['confidence'], 'absoluteError');
  const { confidence = 0.95 } = options;
  checkTolerated(tolerance);
  if (!(confidence > 0 && confidence < 1))
    throw new InputError(`The confidence is ${confidence}; give a number between 0 and 1, e.g. 0.95.`);
  return {
    isDone(samples, _, bounds) {
      if (!bounds)
        throw new InputError(
          'absoluteError needs samples of a known range, which truncated permutations and parameters have not; stop by estimatedError.',
        );
      const look = lookAt(samples);
      if (look === undefined) return false;
      const failure = (1 - confidence) / bounds.values;
      // Looks that cannot stop are not counted, and not paid for.
      let first = look;
      while (first > 0 && bounds.leastHalfWidth(sampleOfLook(first - 1), failure / 2) <= tolerance) first--;
      if (bounds.leastHalfWidth(sampleOfLook(first), failure / 2) > tolerance) return false;
      const k = look - first + 1;
      return bounds.halfWidths(failure / (k * (k + 1))).every((width) => width <= tolerance);
    },
    samplesLeft: (samples) => {
      let look = 0;
      while (sampleOfLook(look) <= samples) look++;
      return sampleOfLook(look) - samples;
    },
  };
}

/** The numbers of samples at which a bound is looked at. */
const sampleOfLook = (look: number): number => Math.ceil(fewest * 1.1 ** look);

/** Which look it is, from 0; undefined where there is none. */
function lookAt(samples: number): number | undefined {
  const near = Math.round(Math.log(samples / fewest) / Math.log(1.1));
  return [near - 1, near, near + 1].find((look) => look >= 0 && sampleOfLook(look) === samples);
}

/**
 * Stops when 1.96 standard errors of every value are at most `tolerance`, after at least 30 samples. An estimate, not a promise:
 * contributions so rare that no sample has met them count as none, and it tends to stop where errors happen to look small.
 *
 * @throws InputError unless the tolerance is positive.
 */
export function estimatedError(tolerance: number): StoppingRule {
  checkTolerated(tolerance);
  return {
    isDone: (samples, estimate) =>
      samples >= fewestForErrors && estimate().standardErrors.every((error) => 1.96 * error <= tolerance),
    samplesLeft: () => Infinity,
  };
}

function checkTolerated(tolerance: number): void {
  if (!(tolerance > 0)) throw new InputError(`The tolerated error is ${tolerance}; give a positive number.`);
}

/**
 * Stops when values from the even and from the odd samples, half of them each, have this Spearman correlation. It says nothing
 * of errors. Values that are all equal have no order: samples go on until 1,000 have shown no difference.
 */
export function rankStability(correlation: number): StoppingRule {
  if (!(correlation > 0 && correlation <= 1))
    throw new InputError(`The rank correlation to reach is ${correlation}; give a number above 0 and at most 1.`);
  return {
    isDone(samples, estimate) {
      // Ranking takes time: only at every eighth sample, and once every value has an estimate in both halves.
      if (samples < fewest || samples % 8 !== 0) return false;
      const [even, odd] = estimate().halves.map(ranks);
      if (even.length === 1) return true;
      const alike = (half: Float64Array): boolean => half.every((rank) => rank === half[0]);
      if (alike(even) && alike(odd)) return samples >= fewestAlike;
      return pearson(even, odd) >= correlation;
    },
    samplesLeft: () => Infinity,
  };
}

const fewest = 8;
/** A standard error from few samples is often far too small. */
const fewestForErrors = 30;
/** Samples that must show no difference at all. */
const fewestAlike = 1000;

function checkRules(rules: readonly StoppingRule[]): void {
  if (rules.length === 0) throw new InputError('There is no rule to combine; give at least one.');
}

/** Stops when any of the rules does: "or". */
export function anyOf(...rules: readonly StoppingRule[]): StoppingRule {
  checkRules(rules);
  return {
    isDone: (samples, estimate, bounds) => rules.some((rule) => rule.isDone(samples, estimate, bounds)),
    samplesLeft: (samples) => Math.min(...rules.map((rule) => rule.samplesLeft(samples))),
  };
}

/** Stops when all of the rules do at the same sample: "and". */
export function allOf(...rules: readonly StoppingRule[]): StoppingRule {
  checkRules(rules);
  return {
    isDone: (samples, estimate, bounds) => rules.every((rule) => rule.isDone(samples, estimate, bounds)),
    samplesLeft: (samples) => Math.max(...rules.map((rule) => rule.samplesLeft(samples))),
  };
}
