import type { Claim } from '../../evaluation/claim.js';
import { pearson } from '../../statistics/correlation.js';
import type { MethodId } from '../../evaluation/methods.js';
import { claimsAbout, optimalityClaim, type Check } from '../common/claims.js';
import { meanSeconds, totalSeconds } from '../common/costs.js';
import { leadOver, overUnits, take, type Estimate } from '../common/intervals.js';
import { entryOf, find } from '../common/methods.js';
import type { Profile } from '../common/profile.js';
import { shapleyFrom } from './prefix-values.js';
import { randomOrders, type DataValuationResult } from './protocol.js';
import { agreementWith, equalTimeAgreement, figures, flippedLabels, units, type Figure } from './tables.js';

/** The statements that notebook 02 checks. */
export function dataValuationClaims(results: readonly DataValuationResult[], profile: Profile): Claim[] {
  return [
    optimalityClaim(results, () => 'All models retrained for the reference and the exact values'),
    ...results.flatMap((result) => {
      const claim = claimsAbout({ title: result.problem.title, kind: '95 % bootstrap over pool points' });
      return [
        claim(efficiency(result)),
        ...[...detectionChecks(result, profile !== 'smoke'), ...agreementChecks(result)].map(claim),
        cleaningClaim(result),
        ...[...speedChecks(result), ...equalTimeChecks(result)].map(claim),
      ];
    }),
  ];
}

const trialsOf = ({ methods }: DataValuationResult, method: MethodId) => entryOf(methods, method).trials;

/** Difference of a figure between two methods over the same resampled points. */
function lead(result: DataValuationResult, first: MethodId, second: MethodId, figure: Figure): Estimate {
  const [own, other] = [first, second].map((method) => figures(trialsOf(result, method), figure));
  return leadOver(units(result), own, other);
}

function efficiency({ problem, reference, wholePool, utilities }: DataValuationResult): Check {
  const sum = reference[0].reduce((total, value) => total + value, 0);
  return {
    id: 'efficiency',
    statement: `Reference values on ${problem.title} add up to the utility of the whole pool minus that of no data.`,
    source: 'Shapley’s efficiency axiom',
    measured: Math.abs(sum - (wholePool[0] - utilities[0].uninformed)),
    unit: 'absolute difference, nats',
    holds: { below: 1e-9 },
    guarded: true,
  };
}

/** How well predicted values find flipped labels, alone and beside those of exact retraining. */
function detectionChecks(result: DataValuationResult, guarded: boolean): Check[] {
  const { title } = result.problem;
  const gap = {
    measured: lead(result, 'improved', 'exact', flippedLabels(result)),
    unit: 'difference of areas, ModelPred − exact',
  };
  return [
    {
      id: 'detection',
      statement: `Low values from ModelPred point out flipped labels on ${title} better than chance.`,
      source: 'paper, abstract: data valuation',
      measured: overUnits(units(result), figures(trialsOf(result, 'improved'), flippedLabels(result))),
      unit: 'area under the receiver operating characteristic',
      holds: { above: 0.5 },
      guarded,
    },
    {
      id: 'detection-as-exact',
      statement: `On ${title}, ModelPred’s values detect flipped labels as well as exact retraining’s on the same permutations: area at most 0.02 lower.`,
      ...gap,
      holds: { above: -0.02 },
    },
    {
      id: 'detection-within',
      statement: `On ${title}, the areas of flipped-label detection by ModelPred’s and by exact values from the same permutations differ by at most 0.01, in the mean over seeds.`,
      ...gap,
      holds: { atLeast: -0.01, atMost: 0.01 },
    },
  ];
}

/** Correlation with exact values from the same permutations, mean over seeds. */
function pearsonWithExact(result: DataValuationResult, method: MethodId): Estimate {
  const [values, exact] = [method, 'exact' as const].map((wanted) =>
    trialsOf(result, wanted).map((own) => shapleyFrom(own, 0)),
  );
  return overUnits(
    units(result),
    values.map((own, s) => (indices) => pearson(take(own, indices), take(exact[s], indices))),
  );
}

/** How predicted values agree with the reference, beside other values from the same permutations. */
function agreementChecks(result: DataValuationResult): Check[] {
  const { title } = result.problem;
  const agreement = agreementWith(result);
  const unit = (difference: string): string => `difference of Spearman correlations, ${difference}`;
  return [
    {
      id: 'pearson-with-exact',
      statement: `On ${title}, ModelPred’s values have a Pearson correlation of at least 0.96 with those of exact retraining on the same permutations, in the mean over seeds.`,
      measured: pearsonWithExact(result, 'improved'),
      unit: 'Pearson correlation, same permutations',
      holds: { atLeast: 0.96 },
    },
    {
      id: 'agreement',
      statement: `On ${title}, ModelPred’s values agree with an independent reference as well as exact retraining’s on the same permutations: correlation at most 0.02 lower.`,
      source: 'paper: values from predicted models stand in for retraining',
      measured: lead(result, 'improved', 'exact', agreement),
      unit: unit('ModelPred − exact'),
      holds: { above: -0.02 },
    },
    {
      id: 'refined-agreement',
      statement: `On ${title}, values from ModelPred with a Newton step agree with the reference as well as exact retraining’s on the same permutations: correlation at most 0.02 lower.`,
      measured: lead(result, 'refined', 'exact', agreement),
      unit: unit('ModelPred + Newton step − exact'),
      holds: { above: -0.02 },
    },
    {
      id: 'over-newton',
      statement: `On ${title}, ModelPred’s values agree better with the reference than those of one Newton step from the whole pool’s model, which learns nothing.`,
      measured: lead(result, 'improved', 'newton', agreement),
      unit: unit('ModelPred − Newton step'),
      holds: { above: 0 },
    },
  ];
}

/** What dropping the points of lowest value is worth, beside dropping random ones. */
function cleaningClaim({ problem: { title }, removal }: DataValuationResult): Claim {
  const [cleaned, random] = (['improved', 'random'] as const).map((method) => {
    const rows = removal.filter((row) => row.method === method && row.order === 'lowest value first');
    return rows.filter(({ fraction }) => fraction === 0.2)[0];
  });
  const gain = (accuracy: number): number => accuracy - random.accuracy;
  return claimsAbout({ title, kind: 'range over seeds' })({
    id: 'cleaning',
    statement: `Dropping the fifth of ${title} that ModelPred values lowest and retraining gives a more accurate model than dropping a fifth at random.`,
    source: 'paper, abstract: data selection',
    measured: { value: gain(cleaned.accuracy), low: gain(cleaned.low), high: gain(cleaned.high) },
    unit: `gain in test accuracy over the mean of ${randomOrders} random orders`,
    holds: { above: 0 },
  });
}

/** Processor time beside exact retraining, online and in all. */
function speedChecks(result: DataValuationResult): Check[] {
  const { title } = result.problem;
  const [exact, own] = (['exact', 'improved'] as const).map((method) => meanSeconds(trialsOf(result, method)));
  const judged = { holds: { above: 1 }, timing: true } as const;
  return [
    {
      id: 'online-speed',
      statement: `Once trained, ModelPred values ${title} in less processor time than exact batched retraining.`,
      source: 'paper: prediction replaces retraining',
      measured: exact.prediction / own.prediction,
      unit: 'exact seconds / ModelPred prediction seconds',
      ...judged,
    },
    {
      id: 'total-speed',
      statement: `With labels and training counted, ModelPred still takes less processor time on ${title} at this number of permutations.`,
      measured: totalSeconds(exact) / totalSeconds(own),
      unit: 'exact seconds / ModelPred total seconds',
      ...judged,
    },
  ];
}

const atEqualTime = [
  { id: 'equal-time', method: 'improved', words: 'ModelPred' },
  { id: 'equal-time-refined', method: 'refined', words: 'ModelPred with a Newton step' },
  {
    id: 'equal-time-newton',
    method: 'newton',
    words: 'one Newton step from the whole pool’s model, which learns nothing,',
  },
] as const;

function equalTimeChecks(result: DataValuationResult): Check[] {
  return atEqualTime.flatMap(({ id, method, words }): Check[] => {
    const found = find(result.equalTime, method);
    if (!found) return [];
    return [
      {
        id,
        statement: `At equal total time, labels and training counted, values of ${result.problem.title} by ${words} agree better with the reference than those of exact retraining.`,
        measured: equalTimeAgreement(result, found, 0).lead,
        unit: 'difference of Spearman correlations at the time of exact retraining',
        holds: { above: 0 },
        timing: true,
      },
    ];
  });
}
