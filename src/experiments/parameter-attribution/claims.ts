import type { Claim } from '../../evaluation/claim.js';
import { spearman } from '../../statistics/correlation.js';
import type { MethodId } from '../../evaluation/methods.js';
import { claimsAbout, optimalityClaim, type Check } from '../common/claims.js';
import { pairedDifference, type Estimate } from '../common/intervals.js';
import type { Profile } from '../common/profile.js';
import {
  againstReference,
  leaveOneOutOf,
  liveFalls,
  overParameters,
  perParameter,
  relativeError,
  runOf,
  runsOf,
  sharedCount,
} from './figures.js';
import type { AttributionResult } from './protocol.js';
import { attributionColumn, type RemovalRun } from './removals.js';
import { stabilityOf } from './tables.js';

/** The statements that notebook 08 checks. */
export function parameterAttributionClaims(results: readonly AttributionResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  return [
    optimalityClaim(results, () => 'All models retrained for exact attributions and the reference'),
    ...results.flatMap((result) =>
      [
        efficiency(result),
        stability(result),
        ...agreementChecks(result),
        timeCheck(result),
        ...leaveOneOutChecks(result, guarded),
        ...removalChecks(result, guarded),
      ].map(claimsAbout({ title: result.problem.title, kind: '95 % bootstrap over parameters' })),
    ),
  ];
}

function efficiency({ problem, full, reference }: AttributionResult): Check {
  const gaps = full.map((value, j) => {
    const column = attributionColumn(reference.values, full.length, j);
    return Math.abs(column.reduce((a, b) => a + b, 0) - value);
  });
  return {
    id: 'efficiency',
    statement: `Reference attributions on ${problem.title} add up to every trained parameter of the whole pool.`,
    source: 'Shapley’s efficiency axiom',
    measured: Math.max(...gaps),
    unit: 'largest absolute difference over parameters',
    holds: { below: 1e-9 },
    guarded: true,
  };
}

function stability(result: AttributionResult): Check {
  const most = result.counts[result.counts.length - 1];
  return {
    id: 'stability',
    statement: `${most} permutations settle which points of ${result.problem.title} raise and lower a parameter: attributions from two sets of them correlate at 0.9 or more.`,
    measured: stabilityOf(result, most).agreement,
    unit: 'mean Spearman correlation over parameters',
    holds: { atLeast: 0.9 },
  };
}

/** Attributions of predicted models against the reference, beside those of exact retraining on the same permutations. */
function agreementChecks(result: AttributionResult): Check[] {
  const { title } = result.problem;
  const count = sharedCount(result);
  const agreement = (method: MethodId) => againstReference(result, runOf(result, method, count), spearman);
  const asWell = (method: MethodId) => ({
    measured: pairedDifference(agreement(method), agreement('exact'), { seed: result.seed }),
    unit: 'difference of mean Spearman correlations with the reference, minus exact retraining’s',
    holds: { above: -0.02 },
  });
  return [
    {
      id: 'modelpred',
      statement: `On ${title}, attributions from ModelPred’s models agree with an independent reference as well as exact retraining’s on the same ${count} permutations: correlation at most 0.02 lower.`,
      source: 'paper, abstract: which points are responsible for a parameter',
      ...asWell('improved'),
    },
    {
      id: 'residual',
      statement: `In residual form, where the network corrects a chord step, they agree on ${title} as well: correlation at most 0.02 lower.`,
      ...asWell('residual'),
    },
    {
      id: 'refined',
      statement: `With one Newton step after the improved network, they agree on ${title} as well: correlation at most 0.02 lower.`,
      ...asWell('refined'),
    },
  ];
}

function timeCheck(result: AttributionResult): Check {
  return {
    id: 'equal-time',
    statement: `In the processor time that ModelPred needs in all (labels, training and prediction) on ${result.problem.title}, exact batched retraining gets no closer to the reference.`,
    source: 'paper: prediction replaces retraining',
    measured: equalTime(result),
    unit: 'difference of mean relative errors, ModelPred − exact retraining',
    holds: { atMost: 0 },
    timing: true,
  };
}

/** How methods rank what leaving single points out does. */
function leaveOneOutChecks(result: AttributionResult, guarded: boolean): Check[] {
  const { title } = result.problem;
  const exact = leaveOneOutOf(result, 'exact');
  const ranks = (method: MethodId) => ({
    measured: overParameters(result, perParameter(result, leaveOneOutOf(result, method), exact, spearman)),
    unit: 'mean Spearman correlation over parameters',
    holds: { atLeast: 0.95 },
  });
  return [
    {
      id: 'influence',
      statement: `Influence functions rank what leaving single points of ${title} out does to a parameter: correlation of at least 0.95 with retraining.`,
      source: 'Koh & Liang 2017',
      ...ranks('influence'),
      guarded,
    },
    {
      id: 'leave-one-out',
      statement: `ModelPred ranks them as well on ${title}: correlation of at least 0.95.`,
      source: 'paper, abstract: which points are responsible for a parameter',
      ...ranks('improved'),
    },
    {
      id: 'residual-leave-one-out',
      statement: `In residual form ModelPred ranks them on ${title} with a correlation of at least 0.95.`,
      ...ranks('residual'),
    },
  ];
}

/** What removing the points that are named does. */
function removalChecks(result: AttributionResult, guarded: boolean): Check[] {
  const { title } = result.problem;
  const { seed } = result;
  const [shapley, leftOut] = (['Shapley', 'leave-one-out'] as const).map((kind) =>
    liveFalls(result, result.removal.find((run) => run.kind === kind && run.method === 'exact') as RemovalRun),
  );
  return [
    {
      id: 'removal',
      statement: `Removing the tenth of ${title} to which a parameter’s value is attributed most, and retraining, lowers it by more than three standard deviations of removing a tenth at random.`,
      measured: overParameters(result, shapley),
      unit: 'mean fall in standard deviations of random removals',
      holds: { above: 3 },
      guarded,
    },
    {
      id: 'removal-leave-one-out',
      statement: `It lowers parameters of ${title} further than removing the tenth that leave-one-out names.`,
      measured: pairedDifference(shapley, leftOut, { seed }),
      unit: 'difference of mean falls in standard deviations of random removals',
      holds: { above: 0 },
    },
  ];
}

/**
 * Relative error of ModelPred's attributions minus that of exact retraining in the same time: interpolated for every parameter
 * between the numbers of permutations measured, as a power of the time; with more time than measured, the most permutations.
 */
function equalTime(result: AttributionResult): Estimate {
  const learned = runOf(result, 'improved', result.counts[result.counts.length - 1]);
  const exactly = runsOf(result).filter(({ method }) => method === 'exact');
  const later = exactly.findIndex(({ seconds }) => seconds > learned.seconds);
  const after = later < 0 ? exactly.length - 1 : later;
  const before = later < 0 ? after : Math.max(0, after - 1);
  const [start, end, own] = [exactly[before], exactly[after], learned].map(({ seconds }) => Math.log(seconds));
  const share = before === after ? 0 : Math.max(0, (own - start) / (end - start));
  const errors = [learned, exactly[before], exactly[after]].map((run) => againstReference(result, run, relativeError));
  const exact = errors[1].map((error, k) => error ** (1 - share) * errors[2][k] ** share);
  return pairedDifference(errors[0], exact, { seed: result.seed });
}
