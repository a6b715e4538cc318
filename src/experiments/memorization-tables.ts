import { influencePairs } from '../applications/memorization/influence-pairs.js';
import { bootstrap } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import { pearson } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { proportionInterval } from '../statistics/proportion-interval.js';
import { areaUnderRoc, rocCurve } from '../statistics/roc.js';
import { flippedLabelArea } from './flipped-label-area.js';
import {
  memorizationValues,
  type MemorizationEstimates,
  type MemorizationResult,
  type MethodMemorization,
} from './memorization.js';
import { exactName, improvedName, refinedName } from './predictors.js';

const outcomes = ['correct', 'probability'] as const;
type Outcome = (typeof outcomes)[number];
const outcomeNames = { correct: 'label predicted', probability: 'probability of the label' } as const;

const at = (values: Float64Array, indices: Int32Array): Float64Array => Float64Array.from(indices, (i) => values[i]);

/** The entries of a method; where it has several seeds, one per seed. */
export function estimatesOf({ methods }: MemorizationResult, method: string): readonly MemorizationEstimates[] {
  return methods.find((candidate) => candidate.method === method)?.seeds ?? [];
}

export const exactOf = (result: MemorizationResult): MemorizationEstimates => estimatesOf(result, exactName)[0];

/** The most accurate predictor that there is: Newton steps are left out where they cost too much. */
export const bestName = ({ methods }: MemorizationResult): string =>
  methods.some(({ method }) => method === refinedName) ? refinedName : improvedName;

/** A figure of a method's memorization estimates, mean over seeds, with its 95 % interval over pool points. */
export function overPoolPoints(
  result: MemorizationResult,
  seeds: readonly MemorizationEstimates[],
  outcome: Outcome,
  figure: (values: Float64Array, indices: Int32Array) => number,
): Estimate {
  const values = seeds.map((own) => memorizationValues(own)[outcome]);
  return bootstrap(result.problem.pool.size, (indices) => mean(values.map((own) => figure(own, indices))), {
    seed: result.seed,
    resamples: 500,
  });
}

/** Pearson correlation with other estimates of the same points. */
export const correlationWith =
  (reference: Float64Array) =>
  (values: Float64Array, indices: Int32Array): number =>
    pearson(at(values, indices), at(reference, indices));

/** How well memorization finds flipped labels. */
export const flippedArea =
  ({ problem }: MemorizationResult) =>
  (values: Float64Array, indices: Int32Array): number =>
    flippedLabelArea(
      values.map((value) => -value),
      problem.flipped,
      indices,
    );

/** A number for a table; null where it is undefined. */
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** Sizes of everything, and how many points are memorized by exact retraining. */
export function memorizationProblems(results: readonly MemorizationResult[]) {
  return results.map(({ problem, targets, subsets, memorizedShare }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    features: problem.pool.dimension,
    classes: problem.pool.classes.length,
    'flipped labels': problem.flipped.filter(Boolean).length,
    'subsets of 70 %': subsets,
    'test points': targets.size,
    'memorization above 0.25': memorizedShare,
  }));
}

/**
 * Every method against exact retraining of the same subsets, for both outcomes; means over seeds, 95 % intervals over pool
 * points. Null where estimates do not vary.
 */
export function memorizationAgreement(results: readonly MemorizationResult[]) {
  return results.flatMap((result) =>
    outcomes.flatMap((outcome) => {
      const exact = exactOf(result);
      const truth = exact.memorization[outcome].values;
      const influence = exact.influence[outcome].values;
      return result.methods.map(({ method, seeds }) => {
        const estimate = overPoolPoints(result, seeds, outcome, correlationWith(truth));
        const reference = mean(
          seeds.map((own) => pearson(own.memorization[outcome].values, result.reference[outcome])),
        );
        const each = seeds.map((own) => pearson(own.memorization[outcome].values, truth));
        return {
          'data set': result.problem.title,
          outcome: outcomeNames[outcome],
          method,
          correlation: orNull(estimate.value),
          low: orNull(estimate.low),
          high: orNull(estimate.high),
          'lowest seed': orNull(Math.min(...each)),
          'mean difference': mean(
            seeds.map((own) => mean(own.memorization[outcome].values.map((value, i) => Math.abs(value - truth[i])))),
          ),
          'influence correlation': orNull(mean(seeds.map((own) => pearson(own.influence[outcome].values, influence)))),
          'correlation with reference': orNull(reference),
        };
      });
    }),
  );
}

/** Predicted memorization (label predicted) of every pool point against exact retraining of the same subsets, first seed. */
export function memorizationPairs(results: readonly MemorizationResult[], methods: readonly string[]) {
  return results.flatMap((result) => {
    const truth = exactOf(result).memorization.correct.values;
    return result.methods
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, seeds: [{ memorization }] }) => {
        const correlation = orNull(pearson(memorization.correct.values, truth));
        return [...memorization.correct.values].map((value, point) => ({
          dataset: result.problem.title,
          method,
          point,
          value,
          reference: truth[point],
          flipped: result.problem.flipped[point],
          correlation,
        }));
      });
  });
}

const thresholds = Array.from({ length: 50 }, (_, k) => (k + 1) / 50);

/** Shares of the pool memorized at least so much, first seed; Wilson intervals for exact retraining. */
export function longTailRows(results: readonly MemorizationResult[], methods: readonly string[]) {
  return results.flatMap((result) =>
    result.methods
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, seeds: [{ memorization }] }) =>
        thresholds.flatMap((threshold) => {
          const { values } = memorization.correct;
          const above = values.filter((value) => value >= threshold - 1e-12).length;
          const { value, low, high } = proportionInterval(above, values.length);
          const interval = method === exactName ? { low, high } : { low: null, high: null };
          return above === 0
            ? []
            : [{ dataset: result.problem.title, method, memorization: threshold, share: value, ...interval }];
        }),
      ),
  );
}

const withFlips = (results: readonly MemorizationResult[]): readonly MemorizationResult[] =>
  results.filter(({ problem }) => problem.flipped.some(Boolean));

/** Receiver operating characteristics of "memorized, so flipped", first seed, where labels are flipped. */
export function memorizationDetection(results: readonly MemorizationResult[], methods: readonly string[]) {
  return withFlips(results).flatMap((result) =>
    result.methods
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, seeds: [{ memorization }] }) => {
        const area = areaUnderRoc(memorization.correct.values, result.problem.flipped);
        return rocCurve(memorization.correct.values, result.problem.flipped).map((point) => ({
          dataset: result.problem.title,
          method,
          ...point,
          area,
        }));
      }),
  );
}

/** Test accuracy after retraining without the most memorized points. */
export function memorizationRemoval(results: readonly MemorizationResult[]) {
  return results.flatMap(({ removal }) => removal);
}

/** Memorized points with high influence on test points (Feldman & Zhang’s thresholds), by every method, against exact retraining. */
export function memorizationInfluencePairs(results: readonly MemorizationResult[]) {
  return results.flatMap((result) => {
    const pairsOf = ({ memorization, influence }: MemorizationEstimates): Set<string> =>
      new Set(
        influencePairs(influence.correct.values, memorization.correct.values).map(
          ({ point, target }) => `${point} ${target}`,
        ),
      );
    const exact = pairsOf(exactOf(result));
    return result.methods.map(({ method, seeds }: MethodMemorization) => {
      const found = seeds.map(pairsOf);
      const common = found.map((pairs) => [...pairs].filter((pair) => exact.has(pair)).length);
      return {
        'data set': result.problem.title,
        method,
        pairs: mean(found.map(({ size }) => size)),
        'of the retrained pairs found': exact.size === 0 ? null : mean(common) / exact.size,
      };
    });
  });
}

/** Agreement with the independent reference against all processor time spent, as subsets are added; means over seeds. */
export function memorizationByTime(results: readonly MemorizationResult[]) {
  return results.flatMap((result) =>
    result.methods
      .flatMap(({ method, seeds }) =>
        result.counts.map((count, k) => ({
          dataset: result.problem.title,
          method,
          seconds: mean(
            seeds.map(
              (own) => own.labelSeconds + own.trainingSeconds + (own.predictionSeconds * count) / result.subsets,
            ),
          ),
          subsets: count,
          correlation: mean(seeds.map(({ growing }) => pearson(growing[k], result.reference.correct))),
        })),
      )
      .filter(({ correlation }) => !Number.isNaN(correlation)),
  );
}

/**
 * Exact retraining with the processor time of another method: how many subsets that comes to (at most all), and how its
 * estimates agree with the independent reference.
 */
export function exactWithin(result: MemorizationResult, seconds: number) {
  const { predictionSeconds, growing } = exactOf(result);
  const affordable = (seconds / predictionSeconds) * result.subsets;
  const within = result.counts.findLastIndex((count) => count <= affordable);
  return {
    subsets: within < 0 ? 0 : result.counts[within],
    correlation: within < 0 ? NaN : pearson(growing[within], result.reference.correct),
  };
}

/** Every predictor beside exact retraining given the same time: that of predicting, and that of everything. */
export function memorizationBudgets(results: readonly MemorizationResult[]) {
  return results.flatMap((result) =>
    result.methods
      .filter(({ method }) => method !== exactName)
      .map(({ method, seeds }) => {
        const online = mean(seeds.map(({ predictionSeconds }) => predictionSeconds));
        const total = online + mean(seeds.map((own) => own.labelSeconds + own.trainingSeconds));
        const [atOnline, atTotal] = [exactWithin(result, online), exactWithin(result, total)];
        return {
          'data set': result.problem.title,
          method,
          'with reference': orNull(
            mean(seeds.map((own) => pearson(own.memorization.correct.values, result.reference.correct))),
          ),
          'prediction (s)': online,
          'subsets retrained in it': atOnline.subsets,
          'exact with reference': orNull(atOnline.correlation),
          'all (s)': total,
          'subsets retrained in all of it': atTotal.subsets,
          'exact with reference, all of it': orNull(atTotal.correlation),
        };
      }),
  );
}

/** Processor seconds per seed of every method, by what they are spent on. */
export function memorizationCosts(results: readonly MemorizationResult[]) {
  return results.flatMap(({ problem, methods }) =>
    methods.flatMap(({ method, seeds }) =>
      (
        [
          ['labels', 'labelSeconds'],
          ['training', 'trainingSeconds'],
          ['prediction', 'predictionSeconds'],
        ] as const
      ).map(([stage, field]) => ({
        dataset: problem.title,
        method,
        stage,
        seconds: mean(seeds.map((own) => own[field])),
      })),
    ),
  );
}
