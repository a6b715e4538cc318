import { bootstrapMean } from '../evaluation/bootstrap.js';
import type { Claim } from '../evaluation/claims.js';
import { mean, spearman } from '../evaluation/correlation.js';
import { attributionColumn } from './attribution-column.js';
import type { AttributionResult, AttributionRun } from './parameter-attribution.js';
import { exactName, improvedName, influenceName, refinedName } from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

/** Points whose attributions are largest in size, compared as sets. */
const topPoints = 10;

/** A figure of one parameter's attributions by a method (`N`) and by what they are compared with. */
type Figure = (found: Float64Array, expected: Float64Array) => number;

const relativeError: Figure = (found, expected) =>
  Math.sqrt(sumOfSquares(found.map((value, i) => value - expected[i])) / sumOfSquares(expected));

const topOverlap: Figure = (found, expected) => {
  const top = (values: Float64Array): number[] =>
    [...values.keys()].sort((a, b) => Math.abs(values[b]) - Math.abs(values[a])).slice(0, topPoints);
  const wanted = new Set(top(expected));
  return top(found).filter((i) => wanted.has(i)).length / topPoints;
};

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

/** Parameters that some point moves: those of features that are 0 everywhere stay 0. */
function liveParameters({ reference, full }: AttributionResult): number[] {
  const p = full.length;
  return [...full.keys()].filter((j) => attributionColumn(reference.values, p, j).some((value) => value !== 0));
}

/** A figure for every live parameter, means over seeds. */
function perParameter(
  result: AttributionResult,
  found: readonly Float64Array[],
  expected: readonly Float64Array[],
  figure: Figure,
): Float64Array {
  const p = result.full.length;
  return Float64Array.from(liveParameters(result), (j) =>
    mean(
      found.map((values, s) =>
        figure(attributionColumn(values, p, j), attributionColumn(expected[s % expected.length], p, j)),
      ),
    ),
  );
}

const againstReference = (result: AttributionResult, { values }: AttributionRun, figure: Figure): Float64Array =>
  perParameter(result, values, [result.reference.values], figure);

function runOf({ runs }: AttributionResult, method: string, permutations: number): AttributionRun {
  return runs.find((run) => run.method === method && run.permutations === permutations) as AttributionRun;
}

/** Numbers of permutations, ascending; every method has all but the last. */
function countsOf({ runs }: AttributionResult): number[] {
  return [...new Set(runs.map(({ permutations }) => permutations))].sort((a, b) => a - b);
}

/** The largest number of permutations that every method has. */
const sharedCount = (result: AttributionResult): number => countsOf(result).slice(-2)[0];

const totalSeconds = ({ labelSeconds, trainingSeconds, predictionSeconds }: AttributionRun): number =>
  labelSeconds + trainingSeconds + predictionSeconds;

/** One row per data set: what is attributed to how many points, and how far the reference has converged. */
export function attributionProblems(results: readonly AttributionResult[]) {
  return results.map(({ problem, reference, full }) => ({
    'data set': problem.title,
    pool: problem.pool.size,
    features: problem.pool.dimension,
    parameters: full.length,
    'attributed numbers': problem.pool.size * full.length,
    'reference permutations': 2 * reference.samples,
    'relative error of the reference': Math.sqrt(
      sumOfSquares(reference.standardErrors) / sumOfSquares(reference.values),
    ),
  }));
}

/** Agreement with the independent reference as permutations are added: mean over parameters, 95 % intervals over them. */
export function attributionAgreement(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    result.runs.map((run) => {
      const { value, low, high } = bootstrapMean(againstReference(result, run, spearman), { seed: result.seed });
      const { method, permutations } = run;
      return { dataset: result.problem.title, method, permutations, correlation: value, low, high };
    }),
  );
}

/** Error to the independent reference and processor time in all, for every method and number of permutations. */
export function attributionErrors(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    result.runs.map((run) => {
      const { value, low, high } = bootstrapMean(againstReference(result, run, relativeError), { seed: result.seed });
      const { method, permutations } = run;
      return {
        dataset: result.problem.title,
        method,
        permutations,
        seconds: totalSeconds(run),
        error: value,
        low,
        high,
      };
    }),
  );
}

/** Every method at the same permutations: against the independent reference, and against exact retraining on the same ones. */
export function attributionAccuracy(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const count = sharedCount(result);
    const exact = runOf(result, exactName, count);
    return result.runs
      .filter(({ permutations }) => permutations === count)
      .map((run) => {
        const { value, low, high } = bootstrapMean(againstReference(result, run, spearman), { seed: result.seed });
        return {
          'data set': result.problem.title,
          method: run.method,
          permutations: count,
          'Spearman with reference': value,
          low,
          high,
          'share of the top 10 found': mean(againstReference(result, run, topOverlap)),
          'Spearman with exact, same permutations': mean(perParameter(result, run.values, exact.values, spearman)),
          'relative error to exact, same permutations': mean(
            perParameter(result, run.values, exact.values, relativeError),
          ),
        };
      });
  });
}

/** How far exactly retrained attributions from independent permutations agree with each other. */
export function attributionStability(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    countsOf(result).map((count) => {
      const { values } = runOf(result, exactName, count);
      const [first, second] = [values.slice(0, -1), values.slice(1)];
      const agreement = bootstrapMean(perParameter(result, first, second, spearman), { seed: result.seed });
      return {
        'data set': result.problem.title,
        permutations: count,
        'Spearman between two sets of permutations': agreement.value,
        low: agreement.low,
        high: agreement.high,
        'share of the top 10 in common': mean(perParameter(result, first, second, topOverlap)),
      };
    }),
  );
}

/** Changes of the parameters when one point is left out, predicted against retrained. */
export function leaveOneOutAgreement(results: readonly AttributionResult[]) {
  return results.flatMap((result) => {
    const exact = leaveOneOutOf(result, exactName);
    return result.leaveOneOut
      .filter(({ method }) => method !== exactName)
      .map(({ method, values }) => {
        const { value, low, high } = bootstrapMean(perParameter(result, values, exact, spearman), {
          seed: result.seed,
        });
        return {
          'data set': result.problem.title,
          method,
          'Spearman with retrained': value,
          low,
          high,
          'share of the top 10 found': mean(perParameter(result, values, exact, topOverlap)),
          'relative error': mean(perParameter(result, values, exact, relativeError)),
        };
      });
  });
}

function leaveOneOutOf({ leaveOneOut }: AttributionResult, method: string): readonly Float64Array[] {
  return (leaveOneOut.find((run) => run.method === method) as (typeof leaveOneOut)[number]).values;
}

/** How far parameters fall when the tenth of the pool that raises them most is removed, by who names the points. */
export function removalEffects(results: readonly AttributionResult[]) {
  return results.flatMap((result) =>
    result.removal.map(({ method }) => {
      const { value, low, high } = bootstrapMean(liveFalls(result, method), { seed: result.seed });
      return {
        'data set': result.problem.title,
        'points named by': method,
        'mean fall, deviations of random removals': value,
        low,
        high,
      };
    }),
  );
}

function liveFalls(result: AttributionResult, method: string): Float64Array {
  const { falls } = result.removal.find((run) => run.method === method) as AttributionResult['removal'][number];
  return Float64Array.from(liveParameters(result), (j) => falls[j]);
}

/** Attributions by methods against the reference, of the parameter of the largest coefficient; at most T permutations. */
export function attributionPairs(results: readonly AttributionResult[], methods: readonly string[]) {
  return results.flatMap((result) => {
    const p = result.full.length;
    const j = largestCoefficient(result);
    const expected = attributionColumn(result.reference.values, p, j);
    return methods.flatMap((method) => {
      const found = attributionColumn(runOf(result, method, sharedCount(result)).values[0], p, j);
      const correlation = spearman(found, expected);
      return [...found].map((predicted, i) => ({
        dataset: result.problem.title,
        method,
        predicted,
        exact: expected[i],
        correlation,
      }));
    });
  });
}

/** The feature whose coefficient is largest in size. */
export function largestCoefficient({ full }: Pick<AttributionResult, 'full'>): number {
  return [...full.keys()].slice(0, -1).reduce((best, j) => (Math.abs(full[j]) > Math.abs(full[best]) ? j : best), 0);
}

/** The statements that notebook 08 checks. */
export function parameterAttributionClaims(results: readonly AttributionResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const kind = '95 % bootstrap over parameters';
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: 'All models retrained for exact attributions and the reference are optimal: residual at most 1e-8.',
    source: 'this project',
    measured: Math.max(...results.map(({ largestResidual }) => largestResidual)),
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: results.every(({ largestResidual }) => largestResidual <= 1e-8) ? 'holds' : 'does not hold',
    guarded: true,
  };
  const perDataset = results.flatMap((result): Claim[] => {
    const { title } = result.problem;
    const p = result.full.length;
    const count = sharedCount(result);
    const most = countsOf(result).slice(-1)[0];
    const seed = result.seed;
    const exact = runOf(result, exactName, count);
    const gap = Math.max(
      ...result.full.map((value, j) =>
        Math.abs(attributionColumn(result.reference.values, p, j).reduce((a, b) => a + b, 0) - value),
      ),
    );
    const difference = (a: Float64Array, b: Float64Array) =>
      bootstrapMean(
        a.map((value, k) => value - b[k]),
        { seed },
      );
    const stable = attributionStability([result]).slice(-1)[0];
    const ofExact = againstReference(result, exact, spearman);
    const agreementOf = (method: string) =>
      difference(againstReference(result, runOf(result, method, count), spearman), ofExact);
    const [learned, refined] = [agreementOf(improvedName), agreementOf(refinedName)];
    const inTime = equalTime(result);
    const leftOut = leaveOneOutOf(result, exactName);
    const orderOf = (method: string) =>
      bootstrapMean(perParameter(result, leaveOneOutOf(result, method), leftOut, spearman), { seed });
    const [influence, predicted] = [orderOf(influenceName), orderOf(improvedName)];
    const shapleyFalls = liveFalls(result, 'Shapley, exact retraining');
    const fall = bootstrapMean(shapleyFalls, { seed });
    const further = difference(shapleyFalls, liveFalls(result, 'leave-one-out, exact retraining'));
    const gainUnit = 'difference of mean Spearman correlations with the reference, minus exact retraining’s';
    return [
      {
        id: `efficiency-${slug(title)}`,
        statement: `Reference attributions on ${title} add up to every trained parameter of the whole pool.`,
        source: 'Shapley’s efficiency axiom',
        measured: gap,
        unit: 'largest absolute difference over parameters',
        verdict: gap < 1e-9 ? 'holds' : 'does not hold',
        guarded: true,
      },
      {
        id: `stability-${slug(title)}`,
        statement: `${most} permutations settle which points of ${title} raise and lower a parameter: attributions from two sets of them correlate at 0.9 or more.`,
        source: 'this project',
        measured: stable['Spearman between two sets of permutations'],
        interval: { low: stable.low, high: stable.high, kind },
        unit: 'mean Spearman correlation over parameters',
        verdict: stable.low >= 0.9 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `modelpred-${slug(title)}`,
        statement: `On ${title}, attributions from ModelPred’s models agree with an independent reference as well as exact retraining’s on the same ${count} permutations: correlation at most 0.02 lower.`,
        source: 'paper, abstract: which points are responsible for a parameter',
        measured: learned.value,
        interval: { low: learned.low, high: learned.high, kind },
        unit: gainUnit,
        verdict: learned.low > -0.02 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `refined-${slug(title)}`,
        statement: `With one Newton step, they agree on ${title} as well as exact retraining’s: correlation at most 0.02 lower.`,
        source: 'this project',
        measured: refined.value,
        interval: { low: refined.low, high: refined.high, kind },
        unit: gainUnit,
        verdict: refined.low > -0.02 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `equal-time-${slug(title)}`,
        statement: `In the processor time that ModelPred needs in all (labels, training and prediction) on ${title}, exact batched retraining gets no closer to the reference.`,
        source: 'paper: prediction replaces retraining',
        measured: inTime.value,
        interval: { low: inTime.low, high: inTime.high, kind },
        unit: 'difference of mean relative errors, ModelPred − exact retraining',
        verdict: inTime.high <= 0 ? 'holds' : 'does not hold',
        guarded: false,
        timing: true,
      },
      {
        id: `influence-${slug(title)}`,
        statement: `Influence functions rank what leaving single points of ${title} out does to a parameter: correlation of at least 0.95 with retraining.`,
        source: 'Koh & Liang 2017',
        measured: influence.value,
        interval: { low: influence.low, high: influence.high, kind },
        unit: 'mean Spearman correlation over parameters',
        verdict: influence.low >= 0.95 ? 'holds' : 'does not hold',
        guarded,
      },
      {
        id: `leave-one-out-${slug(title)}`,
        statement: `ModelPred ranks them as well on ${title}: correlation of at least 0.95.`,
        source: 'paper, abstract: which points are responsible for a parameter',
        measured: predicted.value,
        interval: { low: predicted.low, high: predicted.high, kind },
        unit: 'mean Spearman correlation over parameters',
        verdict: predicted.low >= 0.95 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `removal-${slug(title)}`,
        statement: `Removing the tenth of ${title} to which a parameter’s value is attributed most, and retraining, lowers it by more than three standard deviations of removing a tenth at random.`,
        source: 'this project',
        measured: fall.value,
        interval: { low: fall.low, high: fall.high, kind },
        unit: 'mean fall in standard deviations of random removals',
        verdict: fall.low > 3 ? 'holds' : 'does not hold',
        guarded,
      },
      {
        id: `removal-leave-one-out-${slug(title)}`,
        statement: `It lowers parameters of ${title} further than removing the tenth that leave-one-out names.`,
        source: 'this project',
        measured: further.value,
        interval: { low: further.low, high: further.high, kind },
        unit: 'difference of mean falls in standard deviations of random removals',
        verdict: further.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
    ];
  });
  return [optimal, ...perDataset];
}

/**
 * Relative error of ModelPred's attributions minus that of exact retraining in the same time: interpolated for every parameter
 * between the numbers of permutations measured, as a power of the time; with more time than measured, the most permutations.
 */
function equalTime(result: AttributionResult) {
  const learned = runOf(result, improvedName, countsOf(result).slice(-1)[0]);
  const exactly = result.runs.filter(({ method }) => method === exactName);
  const later = exactly.findIndex((run) => totalSeconds(run) > totalSeconds(learned));
  const after = later < 0 ? exactly.length - 1 : later;
  const before = later < 0 ? after : Math.max(0, after - 1);
  const [start, end, own] = [exactly[before], exactly[after], learned].map((run) => Math.log(totalSeconds(run)));
  const share = before === after ? 0 : Math.max(0, (own - start) / (end - start));
  const errors = [learned, exactly[before], exactly[after]].map((run) => againstReference(result, run, relativeError));
  return bootstrapMean(
    errors[0].map((error, k) => error - errors[1][k] ** (1 - share) * errors[2][k] ** share),
    { seed: result.seed },
  );
}
