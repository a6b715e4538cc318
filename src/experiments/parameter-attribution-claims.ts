import { bootstrapMean } from '../statistics/bootstrap-interval.js';
import type { Claim } from '../evaluation/claim.js';
import { spearman } from '../statistics/correlation.js';
import { attributionColumn } from './attribution-column.js';
import {
  againstReference,
  countsOf,
  leaveOneOutOf,
  liveFalls,
  perParameter,
  relativeError,
  runOf,
  sharedCount,
  totalSeconds,
} from './attribution-figures.js';
import { attributionStability } from './parameter-attribution-tables.js';
import type { AttributionResult } from './parameter-attribution.js';
import { exactName, improvedName, influenceName, refinedName, residualName } from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

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
    const [learned, residual, refined] = [improvedName, residualName, refinedName].map(agreementOf);
    const inTime = equalTime(result);
    const leftOut = leaveOneOutOf(result, exactName);
    const orderOf = (method: string) =>
      bootstrapMean(perParameter(result, leaveOneOutOf(result, method), leftOut, spearman), { seed });
    const [influence, predicted, corrected] = [influenceName, improvedName, residualName].map(orderOf);
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
        id: `residual-${slug(title)}`,
        statement: `In residual form, where the network corrects a chord step, they agree on ${title} as well: correlation at most 0.02 lower.`,
        source: 'this project',
        measured: residual.value,
        interval: { low: residual.low, high: residual.high, kind },
        unit: gainUnit,
        verdict: residual.low > -0.02 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `refined-${slug(title)}`,
        statement: `With one Newton step after the improved network, they agree on ${title} as well: correlation at most 0.02 lower.`,
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
        id: `residual-leave-one-out-${slug(title)}`,
        statement: `In residual form ModelPred ranks them on ${title} with a correlation of at least 0.95.`,
        source: 'this project',
        measured: corrected.value,
        interval: { low: corrected.low, high: corrected.high, kind },
        unit: 'mean Spearman correlation over parameters',
        verdict: corrected.low >= 0.95 ? 'holds' : 'does not hold',
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
