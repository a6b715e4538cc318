import type { Claim } from '../../evaluation/claim.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { onlineLead } from '../common/budgets.js';
import { claimsAbout, optimalityClaim, type Check } from '../common/claims.js';
import { meanSeconds, totalSeconds } from '../common/costs.js';
import { leadOver, overUnits } from '../common/intervals.js';
import type { Profile } from '../common/profile.js';
import {
  bestOf,
  correlationsWith,
  exactOf,
  flippedArea,
  growingEstimates,
  trialsOf,
  units,
  valuesOf,
} from './figures.js';
import type { MemorizationRemoval, MemorizationResult } from './protocol.js';

/** The statements that notebook 06 checks. */
export function memorizationClaims(results: readonly MemorizationResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  return [
    optimalityClaim(results, (count) => `All ${count} retrained logistic regressions`),
    ...results.flatMap((result) => {
      const claim = claimsAbout({ title: result.problem.title, kind: '95 % bootstrap over pool points' });
      return [
        ...[...accuracyChecks(result, guarded), ...perceptronChecks(result), ...flippedChecks(result, guarded)].map(
          claim,
        ),
        removalClaim(result),
        ...timeChecks(result).map(claim),
      ];
    }),
  ];
}

/** How predicted memorization correlates with that of the same subsets retrained. */
function accuracyChecks(result: MemorizationResult, guarded: boolean): Check[] {
  const truth = valuesOf(exactOf(result), 'correct');
  const check = (method: MethodId, id: string, least: number, more: Partial<Check>): Check[] => {
    const trials = trialsOf(result, method);
    if (trials.length === 0) return [];
    return [
      {
        id,
        statement: `Memorization on ${result.problem.title} from models predicted by ${labelOf(method)} correlates with that of the same subsets retrained at ${least} or more.`,
        measured: overUnits(units(result), correlationsWith(truth, trials, 'correct')),
        unit: 'Pearson correlation over pool points, mean over seeds',
        holds: { atLeast: least },
        ...more,
      },
    ];
  };
  return [
    ...check('improved', 'modelpred', 0.97, { source: 'paper, abstract: memorization' }),
    ...check('refined', 'refined', 0.999, { guarded }),
    ...check('newton', 'newton', 0.97, { guarded }),
  ];
}

/** Where there is no optimum to step to: whether learning from retrained models beats a step of the influence function. */
function perceptronChecks(result: MemorizationResult): Check[] {
  if (result.largestResidual !== null) return [];
  const truth = valuesOf(exactOf(result), 'probability');
  const [network, influence] = (['improved', 'influence'] as const).map((method) =>
    correlationsWith(truth, trialsOf(result, method), 'probability'),
  );
  return [
    {
      id: 'against-influence',
      statement: `On ${result.problem.title}, memorization (probability of the label) from ModelPred’s models correlates better with retraining than from influence functions.`,
      measured: leadOver(units(result), network, influence),
      unit: 'difference of Pearson correlations over pool points',
      holds: { above: 0 },
    },
  ];
}

/** Whether flipped points are memorized. */
function flippedChecks(result: MemorizationResult, guarded: boolean): Check[] {
  const { title, flipped } = result.problem;
  if (!flipped.some(Boolean)) return [];
  const area = (method: MethodId) => flippedArea(result, trialsOf(result, method));
  const check = (id: string, method: MethodId, source: string): Check => ({
    id,
    statement: `Points with flipped labels are memorized on ${title}: memorization by ${labelOf(method)} tells them from the others better than chance.`,
    source,
    measured: area(method),
    unit: 'area under the receiver operating characteristic',
    holds: { above: 0.5 },
    guarded,
  });
  return [
    check('flipped-exact', 'exact', 'Feldman & Zhang 2020: mislabelled points are memorized'),
    check('flipped-modelpred', 'improved', 'paper, abstract: memorization'),
    {
      id: 'flipped-as-exact',
      statement: `ModelPred’s memorization tells flipped points of ${title} as well as that of retrained models: area at most 0.01 lower.`,
      measured: area('improved').value - area('exact').value,
      unit: 'difference of areas, ModelPred − exact',
      holds: { atLeast: -0.01 },
    },
  ];
}

/** What memorized points are worth to test accuracy, beside as many random ones. */
function removalClaim({ problem: { title, flipped }, removal, memorizedShare }: MemorizationResult): Claim {
  const [own, random] = (['exact', 'random'] as const).map(
    (method) => removal.find((row) => row.method === method && row.fraction === memorizedShare) as MemorizationRemoval,
  );
  const noisy = flipped.some(Boolean);
  const without = `Without its points memorized above 0.25 (${(100 * memorizedShare).toFixed(1)} %),`;
  return claimsAbout({ title, kind: 'against the range of random orders' })({
    id: 'removal',
    statement: noisy
      ? `${without} many of them mislabelled, the model of ${title} is more accurate than without as many random ones.`
      : `${without} the model of ${title} is less accurate than without as many random ones.`,
    source: noisy ? 'this project' : 'Feldman & Zhang 2020, §3.2: memorized points matter for accuracy',
    measured: {
      value: own.accuracy - random.accuracy,
      low: own.accuracy - random.high,
      high: own.accuracy - random.low,
    },
    unit: 'difference of test accuracies after retraining, minus the mean of random orders',
    holds: noisy ? { above: 0 } : { below: 0 },
  });
}

/** Predicted against exact estimates in the same time, both judged by the independent reference, and the times of both. */
function timeChecks(result: MemorizationResult): Check[] {
  const { title } = result.problem;
  const best = bestOf(result);
  const [exact, own] = (['exact', best] as const).map((method) => meanSeconds(trialsOf(result, method)));
  return [
    {
      id: 'equal-online',
      statement: `Memorization on ${title} from ModelPred’s models agrees better with an independent reference than exact retraining of as many subsets as fit into the time that predicting takes.`,
      source: 'paper: prediction replaces retraining',
      measured: onlineLead(growingEstimates(result), trialsOf(result, 'improved')),
      unit: 'difference of Pearson correlations with the reference',
      holds: { above: 0 },
      timing: true,
    },
    {
      id: 'total-speed',
      statement: `With labels and training counted, ${labelOf(best)} takes less processor time on ${title} than exact retraining of the same subsets.`,
      measured: exact.prediction / totalSeconds(own),
      unit: 'exact seconds / seconds in all',
      holds: { above: 1 },
      timing: true,
    },
  ];
}
