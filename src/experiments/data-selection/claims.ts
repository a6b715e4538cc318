import type { Claim } from '../../evaluation/claim.js';
import { claimsAbout, optimalityClaim, type Check } from '../common/claims.js';
import { meanSeconds, totalSeconds } from '../common/costs.js';
import type { Estimate } from '../common/intervals.js';
import type { MethodId } from '../../evaluation/methods.js';
import type { Profile } from '../common/profile.js';
import type { PointScores } from './point-scores.js';
import { budgetShares, type DataSelectionResult } from './protocol.js';
import { choicesOf, cleaningGain, difference, pointScores, wholePoolScores } from './tables.js';

/** Differences of accuracies below this are none. */
export const rounding = 1e-12;

/** The statements about choosing that notebook 05 checks. */
export function dataSelectionClaims(results: readonly DataSelectionResult[], profile: Profile): Claim[] {
  const trials = results.flatMap((result) => result.trials);
  return [
    optimalityClaim(trials, () => 'All models that were retrained to learn from or to choose with'),
    ...results.flatMap((result) =>
      [
        ...leadChecks(result, profile !== 'smoke'),
        wholePoolCheck(result),
        speedCheck(result),
        cleaningCheck(result),
      ].map(claimsAbout({ title: result.title, kind: '95 % bootstrap over test points' })),
    ),
  ];
}

/** The budget at which the lead of one method over another is least certain. */
function leastLead(result: DataSelectionResult, first: MethodId, second: MethodId, score: keyof PointScores) {
  const leads = budgetShares.map((share, budget) => {
    const [own, other] = [first, second].map((method) => pointScores(result, method, budget, score));
    const lead: Estimate = score === 'correct' ? difference(result, own, other) : difference(result, other, own);
    return { share, lead };
  });
  return leads.reduce((least, next) => (next.lead.low < least.lead.low ? next : least));
}

/** What gradients through ModelPred choose, beside other choices. */
function leadChecks(result: DataSelectionResult, guarded: boolean): Check[] {
  const { title } = result;
  const ahead = (
    id: string,
    [method, rival, score = 'correct']: readonly [MethodId, MethodId, (keyof PointScores)?],
    words: Pick<Check, 'statement' | 'source' | 'guarded'>,
  ): Check => {
    const { share, lead } = leastLead(result, method, rival, score);
    const unit = score === 'correct' ? 'difference of test accuracies' : 'log-loss of random − gradient, nats,';
    return {
      id,
      ...words,
      measured: lead,
      unit: `${unit} at ${100 * share} %, the least certain budget`,
      holds: { above: rounding },
    };
  };
  const paper = 'paper, abstract: data selection';
  return [
    ahead('gradient-over-random', ['gradient', 'random'], {
      statement: `At each of 5, 10 and 20 % of ${title}, points chosen by gradients through ModelPred train a more accurate model than random ones.`,
      source: paper,
      guarded,
    }),
    ahead('gradient-over-leave-one-out', ['gradient', 'leaveOneOut'], {
      statement: `At each budget on ${title}, gradients through ModelPred choose better than leave-one-out values.`,
      source: paper,
    }),
    ahead('gradient-log-loss', ['gradient', 'random', 'logLoss'], {
      statement: `At each budget on ${title}, models of points chosen by gradients have a lower log-loss than those of random ones.`,
      source: paper,
    }),
    ahead('gradient-over-shapley', ['gradient', 'shapley'], {
      statement: `At each budget on ${title}, gradients choose better than the highest Shapley values by the same ModelPred.`,
    }),
    ahead('gradient-over-facility-location', ['gradient', 'facilityLocation'], {
      statement: `At each budget on ${title}, gradients choose better than facility location, which looks at no model.`,
    }),
    ahead('gradient-over-greedy', ['gradient', 'greedy'], {
      statement: `At each budget on ${title}, gradients choose better than greedy selection by the same ModelPred.`,
    }),
    ahead('gradient-over-retraining', ['gradient', 'greedyExact'], {
      statement: `At each budget on ${title}, gradients through ModelPred choose better than greedy selection with exact retraining.`,
    }),
    ahead('judge', ['judged', 'gradient'], {
      statement: `At each budget on ${title}, a Newton step in judging swaps improves what gradients choose.`,
    }),
  ];
}

function wholePoolCheck(result: DataSelectionResult): Check {
  const chosen = pointScores(result, 'gradient', budgetShares.length - 1);
  return {
    id: 'fifth-over-whole',
    statement: `A fifth of ${result.title} chosen by gradients trains a more accurate model than the whole noisy pool.`,
    measured: difference(result, chosen, wholePoolScores(result)),
    unit: 'difference of test accuracies',
    holds: { above: rounding },
  };
}

function speedCheck(result: DataSelectionResult): Check {
  const [greedy, gradient] = (['greedyExact', 'gradient'] as const).map((method) =>
    totalSeconds(meanSeconds(choicesOf(result, method))),
  );
  return {
    id: 'total-speed',
    statement: `With labels and training counted, choosing from ${result.title} by gradients takes less processor time than greedy selection with exact retraining.`,
    measured: greedy / gradient,
    unit: 'seconds of greedy by retraining / gradient, all budgets',
    holds: { above: 1 },
    timing: true,
  };
}

function cleaningCheck(result: DataSelectionResult): Check {
  return {
    id: 'cleaning',
    statement: `Dropping the lower cluster of Shapley values by ModelPred from ${result.title} improves the retrained model.`,
    source: 'paper, abstract: data valuation',
    measured: cleaningGain(result, 'shapley'),
    unit: 'gain in test accuracy over the whole pool',
    holds: { above: rounding },
  };
}
