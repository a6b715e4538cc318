import { mean } from '../../statistics/mean.js';
import { labelOf } from '../../evaluation/methods.js';
import { meanSeconds, preparationSeconds, totalSeconds, type Seconds } from './costs.js';
import { orNull } from './intervals.js';
import { entryOf, type MethodTrials } from './methods.js';

/** Numbers at which a growing estimate is looked at: round ones from the least one up, and all. */
export const lookedAt = (all: number, least: number): number[] => [
  ...[2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].filter((count) => count >= least && count < all),
  all,
];

/** What was looked at after more and more models: subsets of an estimate, members of an ensemble. */
export interface GrowingTrial<G> {
  /** After each number of models. */
  readonly growing: readonly G[];
  /** Prediction is of all models. */
  readonly seconds: Seconds;
}

/** Methods that answer with more and more models, and how well each answer agrees with an independent reference. */
export interface Growing<G> {
  readonly dataset: string;
  /** Exact retraining among them. */
  readonly methods: readonly MethodTrials<GrowingTrial<G>>[];
  /** Numbers of models, ascending; the last is all. */
  readonly counts: readonly number[];
  /** NaN where the answer does not vary. */
  readonly agreement: (answer: G) => number;
}

const last = <T>(values: readonly T[]): T => values[values.length - 1];

/** Mean agreement over seeds when all models are there. */
export const fullAgreement = <G>({ agreement }: Growing<G>, trials: readonly GrowingTrial<G>[]): number =>
  mean(trials.map(({ growing }) => agreement(last(growing))));

/** Agreement with the reference against all processor time spent, as models are added; means over seeds. */
export function agreementRows<G>({ dataset, methods, counts, agreement }: Growing<G>) {
  return methods
    .flatMap(({ method, trials }) =>
      counts.map((subsets, k) => ({
        dataset,
        method: labelOf(method),
        seconds: mean(
          trials.map(({ seconds }) => preparationSeconds(seconds) + (seconds.prediction * subsets) / last(counts)),
        ),
        subsets,
        correlation: mean(trials.map(({ growing }) => agreement(growing[k]))),
      })),
    )
    .filter(({ correlation }) => !Number.isNaN(correlation));
}

/** How many models exact retraining affords in some processor time (at most all), and how they agree with the reference. */
export function exactWithin<G>({ methods, counts, agreement }: Growing<G>, seconds: number) {
  const [exact] = entryOf(methods, 'exact').trials;
  const affordable = (seconds / exact.seconds.prediction) * last(counts);
  const within = counts.findLastIndex((count) => count <= affordable);
  return within < 0
    ? { models: 0, correlation: NaN }
    : { models: counts[within], correlation: agreement(exact.growing[within]) };
}

/** A column named by what is retrained. */
const retrainedIn = <M extends string, T extends string>(models: M, time: T, count: number) =>
  ({ [`${models} retrained in ${time}`]: count }) as Readonly<Record<`${M} retrained in ${T}`, number>>;

/**
 * Every predictor beside exact retraining given the same time: that of predicting, and that of everything.
 *
 * @param models what is retrained, in the plural
 */
export function budgetRows<G, M extends string>(own: Growing<G>, models: M) {
  return own.methods
    .filter(({ method }) => method !== 'exact')
    .map(({ method, trials }) => {
      const seconds = meanSeconds(trials);
      const total = totalSeconds(seconds);
      const [online, all] = [seconds.prediction, total].map((time) => exactWithin(own, time));
      return {
        'data set': own.dataset,
        method: labelOf(method),
        'with reference': orNull(fullAgreement(own, trials)),
        'prediction (s)': seconds.prediction,
        ...retrainedIn(models, 'it', online.models),
        'exact with reference': orNull(online.correlation),
        'all (s)': total,
        ...retrainedIn(models, 'all of it', all.models),
        'exact with reference, all of it': orNull(all.correlation),
      };
    });
}

/** A method's agreement minus that of exact retraining with as many models as fit into its time of predicting. */
export function onlineLead<G>(own: Growing<G>, trials: readonly GrowingTrial<G>[]): number {
  const within = exactWithin(own, meanSeconds(trials).prediction);
  // Too few models to vary agree with nothing.
  return fullAgreement(own, trials) - (Number.isNaN(within.correlation) ? 0 : within.correlation);
}
