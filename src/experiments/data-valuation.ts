import { prefixUtilities, shapleyValues, type ParametersOf } from '../games/index.js';
import { removalCurve, type RemovalPoint } from '../applications/index.js';
import type { RunControl } from '../control.js';
import { bootstrap } from '../statistics/bootstrap-interval.js';
import type { Estimate } from '../statistics/estimate.js';
import type { Claim } from '../evaluation/claim.js';
import { pearson, spearman } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { resampledArea, resampledSpearman } from '../statistics/resampled-ranks.js';
import { areaUnderRoc, rocCurve } from '../statistics/roc.js';
import { accuracyUtility, logLossUtility, type Utility } from '../evaluation/utility.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { drawPermutations, uniformSizeSubsets } from '../subsets/index.js';
import { exactBelow } from './exact-below.js';
import {
  baselinePreparations,
  exactName,
  improvedName,
  improvedPreparation,
  newtonName,
  prepareMeasured,
  refinedName,
  withNewtonStep,
  type MeasuredBank,
  type PreparedPredictor,
} from './predictors.js';
import { slug } from './slug.js';
import { valuedProblem, type ValuedProblem } from './valued-problem.js';
import type { ProblemName } from './problem.js';
import type { Profile } from './profile.js';
import {
  equalTimeAgreement,
  valuesAtEqualTime,
  type EqualTimeValues,
  type EvaluateMore,
} from './values-at-equal-time.js';

interface Effort {
  readonly problem: ProblemName;
  readonly poolSize: number;
  /** Permutations of the independent reference. */
  readonly referencePermutations: number;
  /** Permutations every method gets, the same ones, for every seed. */
  readonly permutations: number;
  readonly bankSize: number;
  readonly steps: number;
  /** Permutations of a cheap method when all get the same time, at most; 0: methods are not compared so. */
  readonly mostPermutations: number;
}

const efforts: Readonly<Record<Profile, { seeds: number; problems: readonly Effort[] }>> = {
  smoke: {
    seeds: 2,
    problems: [
      {
        problem: 'breast cancer',
        poolSize: 40,
        referencePermutations: 40,
        permutations: 10,
        bankSize: 200,
        steps: 50,
        mostPermutations: 20,
      },
    ],
  },
  quick: {
    seeds: 3,
    problems: [
      {
        problem: 'breast cancer',
        poolSize: 100,
        referencePermutations: 120,
        permutations: 25,
        bankSize: 1000,
        steps: 250,
        mostPermutations: 0,
      },
      {
        problem: 'spambase',
        poolSize: 100,
        referencePermutations: 150,
        permutations: 25,
        bankSize: 1500,
        steps: 350,
        mostPermutations: 200,
      },
    ],
  },
  full: {
    seeds: 5,
    problems: [
      {
        problem: 'breast cancer',
        poolSize: 300,
        referencePermutations: 1000,
        permutations: 200,
        bankSize: 16000,
        steps: 5000,
        mostPermutations: 2000,
      },
      {
        problem: 'spambase',
        poolSize: 300,
        referencePermutations: 1000,
        permutations: 200,
        bankSize: 16000,
        steps: 5000,
        mostPermutations: 2000,
      },
    ],
  },
};

/** Resamples of intervals. */
const resamples = 1000;

/** Smallest subset a learned predictor is trained for; smaller prefixes are retrained exactly, by every method. */
const smallestPredicted = (poolSize: number): number => Math.ceil(poolSize / 10);

/** Values of one method from one seed's permutations, under both utilities. */
export interface SeedValues {
  /** For each utility, `T×(N+1)` prefix utilities. */
  readonly utilities: readonly Float64Array[];
  readonly permutations: readonly Int32Array[];
  /** Processor seconds. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly predictionSeconds: number;
}

/** One method's values for every seed. */
export interface MethodValues {
  readonly method: string;
  readonly seeds: readonly SeedValues[];
}

/** All measurements on one data set. */
export interface ValuationResult {
  readonly problem: ValuedProblem;
  readonly utilities: readonly Utility[];
  /** For each utility, the `N` values of the independent reference. */
  readonly reference: readonly Float64Array[];
  /** For each utility, Spearman correlation of the reference's two halves. */
  readonly referenceReliability: readonly number[];
  readonly referencePermutations: number;
  /** For each utility, that of the whole pool. */
  readonly wholePool: readonly number[];
  readonly largestResidual: number;
  readonly methods: readonly MethodValues[];
  /** Exact retraining first; empty where methods are not compared at equal time. */
  readonly equalTime: readonly EqualTimeValues[];
  readonly removal: readonly RemovalRow[];
  readonly seed: number;
}

interface RemovalRow extends Readonly<Record<string, string | number | null>> {
  readonly dataset: string;
  readonly method: string;
  readonly order: string;
  readonly fraction: number;
  readonly accuracy: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** Shapley values from the first `count` permutations. */
function valuesOf(
  { permutations, utilities }: SeedValues,
  utility: number,
  poolSize: number,
  count: number,
): Float64Array {
  return shapleyValues(permutations.slice(0, count), utilities[utility].subarray(0, count * (poolSize + 1))).values;
}

async function valueOn(effort: Effort, seeds: readonly number[], control: RunControl): Promise<ValuationResult> {
  const problem = await valuedProblem(effort, seeds[0], seeds[0]);
  const { pool, learner, title, validation } = problem;
  const utilities = [logLossUtility(learner, validation), accuracyUtility(learner, validation)];
  // What is timed, the same for all methods: exact to about 1e-6.
  const arithmetic = 'float32';
  const singleUtilities = [
    logLossUtility(learner, validation, { arithmetic }),
    accuracyUtility(learner, validation, { arithmetic }),
  ];
  let largestResidual = 0;
  const retrain: ParametersOf = async (subsets) => {
    const { parameters, residuals } = await learner.retrain(pool, subsets);
    largestResidual = residuals.reduce((largest, r) => Math.max(largest, r), largestResidual);
    return parameters;
  };

  // Its own permutations: agreement on shared ones would hide the sampling error (see the convergence figure).
  const permutations = drawPermutations(
    pool.size,
    effort.referencePermutations,
    deriveSeed(seeds[0], title, 'reference'),
  );
  const referenceUtilities = await prefixUtilities({
    ...control,
    pool,
    permutations,
    utilities,
    parametersOf: retrain,
    label: `reference values on ${title}`,
  });
  const half = Math.floor(effort.referencePermutations / 2);
  const part = (u: number, from: number, to: number): Float64Array =>
    shapleyValues(
      permutations.slice(from, to),
      referenceUtilities[u].subarray(from * (pool.size + 1), to * (pool.size + 1)),
    ).values;

  const minimumSize = smallestPredicted(pool.size);
  const bankOf = (seed: number): Promise<MeasuredBank> =>
    measureCpu(() =>
      buildBank({
        ...control,
        pool,
        learner,
        subsets: uniformSizeSubsets({
          poolSize: pool.size,
          count: effort.bankSize,
          minimumSize,
          labels: pool.labels,
          seed: deriveSeed(seed, title, 'valuation bank'),
        }),
      }),
    );
  const { influence, newton, ridge } = baselinePreparations(problem);
  const values = new Map<string, SeedValues[]>();
  /** How a method that was prepared for a seed evaluates further permutations. */
  const evaluators = new Map<string, ((permutations: readonly Int32Array[]) => Promise<SeedValues>)[]>();
  for (const seed of seeds) {
    const drawn = drawPermutations(pool.size, effort.permutations, deriveSeed(seed, title, 'permutations'));
    const evaluate = async (
      { method, labelSeconds, trainingSeconds }: Pick<PreparedPredictor, 'method' | 'labelSeconds' | 'trainingSeconds'>,
      parametersOf: ParametersOf,
    ): Promise<void> => {
      const evaluator = async (orders: readonly Int32Array[]): Promise<SeedValues> => {
        const { result, seconds } = await measureCpu(() =>
          prefixUtilities({
            ...control,
            pool,
            permutations: orders,
            utilities: singleUtilities,
            parametersOf,
            label: `values on ${title}: ${method}`,
          }),
        );
        return { utilities: result, permutations: orders, labelSeconds, trainingSeconds, predictionSeconds: seconds };
      };
      evaluators.set(method, [...(evaluators.get(method) ?? []), evaluator]);
      values.set(method, [...(values.get(method) ?? []), await evaluator(drawn)]);
    };
    await evaluate({ method: exactName, labelSeconds: 0, trainingSeconds: 0 }, retrain);
    const bank = await bankOf(seed);
    const predictors = [];
    for (const preparation of [influence, newton, ridge, improvedPreparation(effort.steps, control)])
      predictors.push(await prepareMeasured(preparation, bank, seed));
    predictors.push(withNewtonStep(predictors[predictors.length - 1], problem));
    for (const prepared of predictors)
      await evaluate(prepared, exactBelow({ pool, learner, minimumSize }, prepared.predictor));
  }
  const methods = [...values].map(([method, own]): MethodValues => ({ method, seeds: own }));
  const evaluateMore: EvaluateMore = (method, s, count) => {
    const [evaluator] = (evaluators.get(method) ?? []).slice(s);
    return evaluator(drawPermutations(pool.size, count, deriveSeed(seeds[s], title, 'further permutations')));
  };
  const equalTime =
    effort.mostPermutations > 0 ? await valuesAtEqualTime(methods, evaluateMore, effort.mostPermutations) : [];
  return {
    problem,
    utilities,
    reference: utilities.map((_, u) => part(u, 0, effort.referencePermutations)),
    referenceReliability: utilities.map((_, u) => spearman(part(u, 0, half), part(u, half, 2 * half))),
    referencePermutations: effort.referencePermutations,
    wholePool: referenceUtilities.map((own) => own[pool.size]),
    methods,
    equalTime,
    removal: await removalCurves(problem, methods, effort.permutations, seeds[0]),
    largestResidual,
    seed: seeds[0],
  };
}

const removalShares = Array.from({ length: 11 }, (_, i) => i / 20);
const randomOrders = 20;

/** Test accuracy of retrained models as points are removed by value (−log-loss utility), both ways, and at random. */
async function removalCurves(
  { pool, test, learner, title }: ValuedProblem,
  methods: readonly MethodValues[],
  permutations: number,
  seed: number,
): Promise<RemovalRow[]> {
  const accuracy = accuracyUtility(learner, test);
  const curve = async (orders: readonly ArrayLike<number>[], method: string, order: string): Promise<RemovalRow[]> => {
    const curves: RemovalPoint[][] = [];
    for (const ranking of orders) curves.push(await removalCurve(learner, pool, ranking, removalShares, accuracy));
    return removalShares.map((fraction, i) => {
      const found = curves.map((points) => points[i].utility);
      return {
        dataset: title,
        method,
        order,
        fraction,
        accuracy: mean(found),
        low: Math.min(...found),
        high: Math.max(...found),
      };
    });
  };
  const rows: RemovalRow[] = [];
  const randomly = Array.from({ length: randomOrders }, (_, r) =>
    randomStream(seed, 'random removal', r).permutation(pool.size),
  );
  const atRandom = await curve(randomly, 'random', '');
  for (const order of ['lowest value first', 'highest value first']) {
    for (const { method, seeds } of methods) {
      const rankings = seeds.map((own) => {
        const values = valuesOf(own, 0, pool.size, permutations);
        const ascending = [...values.keys()].sort((a, b) => values[a] - values[b]);
        return order === 'lowest value first' ? ascending : ascending.reverse();
      });
      rows.push(...(await curve(rankings, method, order)));
    }
    rows.push(...atRandom.map((row) => ({ ...row, order })));
  }
  return rows;
}

export interface DataValuationOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own permutations, bank and network. The pool, its flips and the reference are shared. */
  readonly seed: number;
}

/**
 * Data Shapley values of pools with a tenth of the labels flipped, from exact retraining and from predicted models, on the
 * same permutations, against a reference with permutations of its own.
 */
export async function dataValuation(options: DataValuationOptions): Promise<ValuationResult[]> {
  const { profile, seed, ...control } = options;
  const { seeds, problems } = efforts[profile];
  const results: ValuationResult[] = [];
  for (const effort of problems)
    results.push(
      await valueOn(
        effort,
        Array.from({ length: seeds }, (_, i) => seed + i),
        control,
      ),
    );
  return results;
}

/** One row per data set: what is valued, and how well the independent reference has converged. */
export function valuationProblems(results: readonly ValuationResult[]) {
  return results.map(({ problem, referencePermutations, referenceReliability }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    'flipped labels': problem.flipped.filter(Boolean).length,
    'validation points': problem.validation.size,
    'test points': problem.test.size,
    'reference permutations': referencePermutations,
    'split-half Spearman, −log-loss': referenceReliability[0],
    'split-half Spearman, accuracy': referenceReliability[1],
  }));
}

/** A figure of values on any resample of the points. */
type Figure = (values: Float64Array) => (indices: Int32Array) => number;

/** A figure over pool points, averaged over seeds, with its 95 % bootstrap interval over points. */
function overPoints(
  { methods, problem, seed }: ValuationResult,
  method: string,
  utility: number,
  permutations: number | undefined,
  figure: Figure,
): Estimate {
  const { seeds } = methods.find((candidate) => candidate.method === method) as MethodValues;
  const n = problem.pool.size;
  const figures = seeds.map((own) => figure(valuesOf(own, utility, n, permutations ?? own.permutations.length)));
  return bootstrap(n, (indices) => mean(figures.map((of) => of(indices))), { seed, resamples });
}

/** How well low values find the flipped labels. */
const flippedLabels =
  ({ problem }: ValuationResult): Figure =>
  (values) =>
    resampledArea(
      values.map((value) => -value),
      problem.flipped,
    );

/** How well values agree with the reference. */
const agreementWith =
  ({ reference }: ValuationResult, utility: number): Figure =>
  (values) =>
    resampledSpearman(values, reference[utility]);

/** Agreement of every method with the independent reference, and with exact retraining on the same permutations. */
export function agreementTable(results: readonly ValuationResult[]) {
  return results.flatMap((result) =>
    result.utilities.flatMap((utility, u) =>
      result.methods.map(({ method, seeds }) => {
        const n = result.problem.pool.size;
        const reference = result.reference[u];
        const rank = overPoints(result, method, u, undefined, agreementWith(result, u));
        const area = overPoints(result, method, u, undefined, flippedLabels(result));
        const exact = result.methods[0].seeds;
        const count = seeds[0].permutations.length;
        return {
          'data set': result.problem.title,
          utility: utility.name,
          method: method,
          'Spearman with reference': rank.value,
          low: rank.low,
          high: rank.high,
          'Pearson with reference': mean(seeds.map((own) => pearson(valuesOf(own, u, n, count), reference))),
          'Spearman with exact, same permutations': mean(
            seeds.map((own, s) => spearman(valuesOf(own, u, n, count), valuesOf(exact[s], u, n, count))),
          ),
          'Pearson with exact, same permutations': mean(
            seeds.map((own, s) => pearson(valuesOf(own, u, n, count), valuesOf(exact[s], u, n, count))),
          ),
          'flipped-label area': area.value,
          'area low': area.low,
          'area high': area.high,
        };
      }),
    ),
  );
}

/** Spearman correlation with the reference as permutations are added (utility −log-loss). */
export function convergenceRows(results: readonly ValuationResult[]) {
  return results.flatMap((result) => {
    const available = result.methods[0].seeds[0].permutations.length;
    const counts = [2, 5, 10, 20, 50, 100, 200, 500].filter((count) => count < available).concat(available);
    return result.methods.flatMap(({ method }) =>
      counts.map((permutations) => {
        const { value, low, high } = overPoints(result, method, 0, permutations, agreementWith(result, 0));
        return { dataset: result.problem.title, method, permutations, correlation: value, low, high };
      }),
    );
  });
}

/** Values of the first seed against the reference (utility −log-loss), flipped points marked. */
export function valueRows(results: readonly ValuationResult[], methods: readonly string[]) {
  return results.flatMap((result) =>
    result.methods
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, seeds }) => {
        const n = result.problem.pool.size;
        const values = valuesOf(seeds[0], 0, n, seeds[0].permutations.length);
        const correlation = spearman(values, result.reference[0]);
        return [...values].map((value, point) => ({
          dataset: result.problem.title,
          method,
          point,
          value,
          reference: result.reference[0][point],
          flipped: result.problem.flipped[point],
          correlation,
        }));
      }),
  );
}

/** Receiver operating characteristics of flipped-label detection by low values (−log-loss), first seed. */
export function detectionCurves(results: readonly ValuationResult[]) {
  return results.flatMap((result) =>
    result.methods.flatMap(({ method, seeds }) => {
      const n = result.problem.pool.size;
      const scores = valuesOf(seeds[0], 0, n, seeds[0].permutations.length).map((value) => -value);
      const area = areaUnderRoc(scores, result.problem.flipped);
      return rocCurve(scores, result.problem.flipped).map((point) => ({
        dataset: result.problem.title,
        method,
        ...point,
        area,
      }));
    }),
  );
}

/** Removal curves of all data sets. */
export function removalRows(results: readonly ValuationResult[]) {
  return results.flatMap(({ removal }) => removal);
}

/** Processor time per seed of every method, split by what it is spent on. */
export function valuationCosts(results: readonly ValuationResult[]) {
  return results.flatMap(({ problem, methods }) =>
    methods.map(({ method, seeds }) => ({
      dataset: problem.title,
      method,
      labels: mean(seeds.map(({ labelSeconds }) => labelSeconds)),
      training: mean(seeds.map(({ trainingSeconds }) => trainingSeconds)),
      prediction: mean(seeds.map(({ predictionSeconds }) => predictionSeconds)),
    })),
  );
}

/** Difference of a figure between two methods over the same resampled points, with its 95 % interval. */
function difference(result: ValuationResult, first: string, second: string, figure: Figure): Estimate {
  const n = result.problem.pool.size;
  const of = (method: string): ReturnType<Figure>[] =>
    (result.methods.find((candidate) => candidate.method === method) as MethodValues).seeds.map((own) =>
      figure(valuesOf(own, 0, n, own.permutations.length)),
    );
  const [a, b] = [of(first), of(second)];
  return bootstrap(n, (indices) => mean(a.map((own, s) => own(indices) - b[s](indices))), {
    seed: result.seed,
    resamples,
  });
}

/** Correlation with exact values from the same permutations (−log-loss), mean over seeds. */
function pearsonWithExact(result: ValuationResult, method: string): Estimate {
  const n = result.problem.pool.size;
  const of = (wanted: string): Float64Array[] =>
    (result.methods.find((candidate) => candidate.method === wanted) as MethodValues).seeds.map((own) =>
      valuesOf(own, 0, n, own.permutations.length),
    );
  const [values, exact] = [of(method), of(exactName)];
  const at = (own: Float64Array, indices: Int32Array): Float64Array => Float64Array.from(indices, (i) => own[i]);
  return bootstrap(n, (indices) => mean(values.map((own, s) => pearson(at(own, indices), at(exact[s], indices)))), {
    seed: result.seed,
    resamples,
  });
}

/** The statements that notebook 02 checks. */
export function dataValuationClaims(results: readonly ValuationResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const kind = '95 % bootstrap over pool points';
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: 'All models retrained for the reference and the exact values are optimal: residual at most 1e-8.',
    source: 'this project',
    measured: Math.max(...results.map(({ largestResidual }) => largestResidual)),
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: results.every(({ largestResidual }) => largestResidual <= 1e-8) ? 'holds' : 'does not hold',
    guarded: true,
  };
  const perDataset = results.flatMap((result): Claim[] => {
    const { title } = result.problem;
    const reference = result.reference[0];
    const utility = result.utilities[0];
    const gap = Math.abs(reference.reduce((sum, v) => sum + v, 0) - (result.wholePool[0] - utility.uninformed));
    const agreement = difference(result, improvedName, exactName, agreementWith(result, 0));
    const refined = difference(result, refinedName, exactName, agreementWith(result, 0));
    const newton = difference(result, improvedName, newtonName, agreementWith(result, 0));
    const area = overPoints(result, improvedName, 0, undefined, flippedLabels(result));
    const areaGap = difference(result, improvedName, exactName, flippedLabels(result));
    const shared = pearsonWithExact(result, improvedName);
    const atEqualTime = (
      [
        ['', improvedName, 'ModelPred'],
        ['-refined', refinedName, 'ModelPred with a Newton step'],
        ['-newton', newtonName, 'one Newton step from the whole pool’s model, which learns nothing,'],
      ] as const
    ).flatMap(([suffix, method, words]): Claim[] => {
      const lead = equalTimeAgreement(result, method, 0)?.lead;
      if (!lead) return [];
      return [
        {
          id: `equal-time${suffix}-${slug(title)}`,
          statement: `At equal total time, labels and training counted, values of ${title} by ${words} agree better with the reference than those of exact retraining.`,
          source: 'this project',
          measured: lead.value,
          interval: { low: lead.low, high: lead.high, kind },
          unit: 'difference of Spearman correlations at the time of exact retraining',
          verdict: lead.low > 0 ? 'holds' : 'does not hold',
          guarded: false,
          timing: true,
        },
      ];
    });
    const removed = (method: string) =>
      result.removal.find(
        (row) => row.method === method && row.order === 'lowest value first' && row.fraction === 0.2,
      ) as RemovalRow;
    const cleaned = removed(improvedName);
    const random = removed('random');
    const seconds = valuationCosts([result]);
    const total = (method: string): number => {
      const row = seconds.find((candidate) => candidate.method === method) as (typeof seconds)[number];
      return row.labels + row.training + row.prediction;
    };
    const online = (method: string): number =>
      (seconds.find((candidate) => candidate.method === method) as (typeof seconds)[number]).prediction;
    return [
      {
        id: `efficiency-${slug(title)}`,
        statement: `Reference values on ${title} add up to the utility of the whole pool minus that of no data.`,
        source: 'Shapley’s efficiency axiom',
        measured: gap,
        unit: 'absolute difference, nats',
        verdict: gap < 1e-9 ? 'holds' : 'does not hold',
        guarded: true,
      },
      {
        id: `detection-${slug(title)}`,
        statement: `Low values from ModelPred point out flipped labels on ${title} better than chance.`,
        source: 'paper, abstract: data valuation',
        measured: area.value,
        interval: { low: area.low, high: area.high, kind },
        unit: 'area under the receiver operating characteristic',
        verdict: area.low > 0.5 ? 'holds' : 'does not hold',
        guarded,
      },
      {
        id: `detection-as-exact-${slug(title)}`,
        statement: `On ${title}, ModelPred’s values detect flipped labels as well as exact retraining’s on the same permutations: area at most 0.02 lower.`,
        source: 'this project',
        measured: areaGap.value,
        interval: { low: areaGap.low, high: areaGap.high, kind },
        unit: 'difference of areas, ModelPred − exact',
        verdict: areaGap.low > -0.02 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `detection-within-${slug(title)}`,
        statement: `On ${title}, the areas of flipped-label detection by ModelPred’s and by exact values from the same permutations differ by at most 0.01, in the mean over seeds.`,
        source: 'this project',
        measured: areaGap.value,
        interval: { low: areaGap.low, high: areaGap.high, kind },
        unit: 'difference of areas, ModelPred − exact',
        verdict: Math.abs(areaGap.value) <= 0.01 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `pearson-with-exact-${slug(title)}`,
        statement: `On ${title}, ModelPred’s values have a Pearson correlation of at least 0.96 with those of exact retraining on the same permutations, in the mean over seeds.`,
        source: 'this project',
        measured: shared.value,
        interval: { low: shared.low, high: shared.high, kind },
        unit: 'Pearson correlation, same permutations',
        verdict: shared.value >= 0.96 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `agreement-${slug(title)}`,
        statement: `On ${title}, ModelPred’s values agree with an independent reference as well as exact retraining’s on the same permutations: correlation at most 0.02 lower.`,
        source: 'paper: values from predicted models stand in for retraining',
        measured: agreement.value,
        interval: { low: agreement.low, high: agreement.high, kind },
        unit: 'difference of Spearman correlations, ModelPred − exact',
        verdict: agreement.low > -0.02 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `refined-agreement-${slug(title)}`,
        statement: `On ${title}, values from ModelPred with a Newton step agree with the reference as well as exact retraining’s on the same permutations: correlation at most 0.02 lower.`,
        source: 'this project',
        measured: refined.value,
        interval: { low: refined.low, high: refined.high, kind },
        unit: 'difference of Spearman correlations, ModelPred + Newton step − exact',
        verdict: refined.low > -0.02 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `over-newton-${slug(title)}`,
        statement: `On ${title}, ModelPred’s values agree better with the reference than those of one Newton step from the whole pool’s model, which learns nothing.`,
        source: 'this project',
        measured: newton.value,
        interval: { low: newton.low, high: newton.high, kind },
        unit: 'difference of Spearman correlations, ModelPred − Newton step',
        verdict: newton.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `cleaning-${slug(title)}`,
        statement: `Dropping the fifth of ${title} that ModelPred values lowest and retraining gives a more accurate model than dropping a fifth at random.`,
        source: 'paper, abstract: data selection',
        measured: cleaned.accuracy - random.accuracy,
        interval: {
          low: (cleaned.low as number) - random.accuracy,
          high: (cleaned.high as number) - random.accuracy,
          kind: 'range over seeds',
        },
        unit: `gain in test accuracy over the mean of ${randomOrders} random orders`,
        verdict: (cleaned.low as number) > random.accuracy ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `online-speed-${slug(title)}`,
        statement: `Once trained, ModelPred values ${title} in less processor time than exact batched retraining.`,
        source: 'paper: prediction replaces retraining',
        measured: online(exactName) / online(improvedName),
        unit: 'exact seconds / ModelPred prediction seconds',
        verdict: online(improvedName) < online(exactName) ? 'holds' : 'does not hold',
        guarded: false,
        timing: true,
      },
      {
        id: `total-speed-${slug(title)}`,
        statement: `With labels and training counted, ModelPred still takes less processor time on ${title} at this number of permutations.`,
        source: 'this project',
        measured: total(exactName) / total(improvedName),
        unit: 'exact seconds / ModelPred total seconds',
        verdict: total(improvedName) < total(exactName) ? 'holds' : 'does not hold',
        guarded: false,
        timing: true,
      },
      ...atEqualTime,
    ];
  });
  return [optimal, ...perDataset];
}
