import type { Claim } from '../../evaluation/claim.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { claimsAbout, optimalityClaim, slug, type Check } from '../common/claims.js';
import { meanSeconds, preparationSeconds } from '../common/costs.js';
import { bootstrapRatio } from '../common/intervals.js';
import { entryOf, find } from '../common/methods.js';
import type { Profile } from '../common/profile.js';
import type { ProblemName } from '../problems/problem.js';
import type { PredictingModelsResult } from './protocol.js';
import { errorsOf, meanError } from './tables.js';

const kind = '95 % bootstrap over held-out subsets';

/** The statements that notebook 01 checks. */
export function predictingModelsClaims(results: readonly PredictingModelsResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  return [
    optimalityClaim(results, (count) => `All ${count} retrained models`),
    ...results.flatMap((result) => errorClaims(result, guarded)),
    ...comparisons.flatMap((comparison) => results.flatMap((result) => comparisonClaims(result, comparison, guarded))),
    ...results.flatMap(regulariserClaims),
    costClaim(results),
  ];
}

const targets: Partial<Record<ProblemName, number>> = { 'iris 0/1': 0.06, 'breast cancer': 0.27 };

/** That the plain network comes as close as a prototype of it did. */
function errorClaims(result: PredictingModelsResult, guarded: boolean): Claim[] {
  const own = find(result.methods, 'plain');
  const { title } = result.problem;
  const target = targets[title as ProblemName];
  if (own === undefined || target === undefined) return [];
  return [
    claimsAbout({ title, kind })({
      id: 'parameter-error',
      statement: `${labelOf('plain')} predicts the parameters on ${title} with a mean relative error of at most ${target}.`,
      source: 'this project, from a prototype in another framework',
      measured: meanError(result, own),
      unit: `mean relative parameter error, ${own.trials.length} seeds`,
      holds: { atMost: target },
      guarded,
    }),
  ];
}

/** Errors of one method over those of another on the same subsets. */
function errorRatio(
  { methods, seed }: PredictingModelsResult,
  method: MethodId,
  rival: MethodId,
): Pick<Check, 'measured' | 'holds'> | undefined {
  const [own, other] = [find(methods, method), find(methods, rival)];
  return (
    own &&
    other && {
      measured: bootstrapRatio({ numerators: errorsOf(own), denominators: errorsOf(other), seed }),
      holds: { below: 1 },
    }
  );
}

interface Rivalry {
  readonly method: MethodId;
  readonly rival: MethodId;
  readonly source?: string;
  readonly guarded?: boolean;
}

const comparisons: readonly Rivalry[] = [
  {
    method: 'plain',
    rival: 'mean',
    source: 'paper, abstract: the network learns how models depend on data',
    guarded: true,
  },
  { method: 'plain', rival: 'influence', source: 'paper: more accurate than influence functions' },
  { method: 'plain', rival: 'newton', source: 'this project: the baseline to beat' },
  { method: 'improved', rival: 'plain', guarded: true },
  { method: 'improved', rival: 'influence', source: 'paper: more accurate than influence functions' },
  { method: 'improved', rival: 'ridge', source: 'this project: learns from the same bank' },
  { method: 'improved', rival: 'sizeAwareNewton', source: 'this project: learns from no bank' },
  { method: 'refined', rival: 'sizeAwareNewton', source: 'this project: a step each' },
];

function comparisonClaims(result: PredictingModelsResult, rivalry: Rivalry, guarded: boolean): Claim[] {
  const { method, rival, source } = rivalry;
  const { title } = result.problem;
  const found = errorRatio(result, method, rival);
  if (!found) return [];
  const [own, other] = [labelOf(method), labelOf(rival)];
  return [
    claimsAbout({ kind })({
      id: slug(`${own} against ${other} ${title}`.replace('θ', 'theta')),
      statement: `${own} is closer to the retrained parameters than ${other} on ${title}.`,
      source,
      ...found,
      unit: 'ratio of mean relative errors; below 1 supports it',
      guarded: guarded && rivalry.guarded === true,
    }),
  ];
}

function regulariserClaims(result: PredictingModelsResult): Claim[] {
  const { title } = result.problem;
  const found = errorRatio(result, 'penalised', 'plain');
  if (!found) return [];
  return [
    claimsAbout({ title, kind })({
      id: 'regularisers',
      statement: `The paper's penalties, weighted as in the authors' code, make predicted parameters more accurate on ${title}.`,
      source: 'paper, abstract: global and local regularisation prevents overfitting',
      ...found,
      unit: 'ratio of mean relative errors, all penalties over none; below 1 supports it',
    }),
  ];
}

function costClaim(results: readonly PredictingModelsResult[]): Claim {
  const ratios = results.map(
    ({ methods, exactSeconds }) => preparationSeconds(meanSeconds(entryOf(methods, 'improved').trials)) / exactSeconds,
  );
  return claimsAbout({ kind: 'range over data sets' })({
    id: 'cost-of-preparation',
    statement: `For ${results[0].sizes.length} models of one pool, ${labelOf('improved')} costs less in all than retraining them exactly.`,
    measured: { value: Math.min(...ratios), low: Math.min(...ratios), high: Math.max(...ratios) },
    unit: 'labels and training over exact retraining, processor time, least of the data sets; below 1 is needed for it',
    holds: { below: 1 },
    timing: true,
  });
}
