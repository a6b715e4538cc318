import type { Claim } from '../../evaluation/claim.js';
import type { MethodId } from '../../evaluation/methods.js';
import { claimsAbout, optimalityClaim, type Check } from '../common/claims.js';
import { bootstrapMean, pairedDifference, type Estimate } from '../common/intervals.js';
import { entryOf } from '../common/methods.js';
import type { Profile } from '../common/profile.js';
import { gapToFeatures, orderCorrelation } from './embedding-tables.js';
import type { DatamodelsResult } from './protocol.js';
import { changeCorrelation, changeError, dropGap, tenth } from './removal-tables.js';
import { flipShare, medianShare } from './support-tables.js';
import { correlationsOf, largestRuns } from './tables.js';

/** The statements that notebook 04 checks. */
export function datamodelsClaims(results: readonly DatamodelsResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const about = (checks: (result: DatamodelsResult) => Check[]): Claim[] =>
    results.flatMap((result) =>
      checks(result).map(claimsAbout({ title: result.problem.title, kind: '95 % bootstrap over test points' })),
    );
  return [
    optimalityClaim(results, (count) => `All ${count} retrained models`),
    ...about((result) => marginChecks(result, guarded)),
    ...about((result) => removalChecks(result, guarded)),
    ...results.flatMap(supportClaims),
    ...about(embeddingChecks),
  ];
}

/** How well margins on held-out subsets are predicted. */
function marginChecks(result: DatamodelsResult, guarded: boolean): Check[] {
  const { seed, problem } = result;
  const { title } = problem;
  const runs = largestRuns(result);
  const score = (method: MethodId) => ({
    measured: bootstrapMean(correlationsOf(entryOf(runs, method)), { seed }),
    unit: 'mean Spearman correlation over test points',
  });
  const higher = (method: MethodId, k = 0) => {
    const [own, lasso] = ([method, 'lasso'] as const).map((wanted) => correlationsOf(entryOf(runs, wanted), k));
    return {
      measured: pairedDifference(own, lasso, { seed }),
      unit: 'difference of linear datamodelling scores, minus that of datamodels (LASSO)',
      holds: { above: 0 },
    };
  };
  return [
    {
      id: 'lasso',
      statement: `Datamodels predict how margins on ${title} depend on the training subset: a linear datamodelling score of at least 0.8 on held-out halves.`,
      source: 'Ilyas et al. 2022: linear datamodels predict outputs of retrained models',
      ...score('lasso'),
      holds: { atLeast: 0.8 },
      guarded,
    },
    {
      id: 'modelpred',
      statement: `On held-out halves of ${title}, margins of ModelPred’s models score higher than datamodels fitted to as many retrained subsets.`,
      source: 'paper: comparison with Datamodels',
      ...higher('improved'),
    },
    {
      id: 'refined',
      statement: `With one Newton step, margins of ModelPred’s models on held-out halves of ${title} score at least 0.99.`,
      ...score('refined'),
      holds: { atLeast: 0.99 },
      guarded,
    },
    {
      id: 'untrained',
      statement: `One Newton step from the optimum of the subset’s size, without any retrained subset, scores higher on ${title} than datamodels.`,
      ...higher('sizeAwareNewton'),
    },
    {
      id: 'other-size',
      statement: `On subsets of a quarter of ${title}, a size that datamodels were not fitted to, ModelPred scores higher than they do.`,
      source: 'paper: one model for subsets of all sizes',
      ...higher('improved', 1),
    },
  ];
}

/** What removing the points does that datamodels rank first. */
function removalChecks(result: DatamodelsResult, guarded: boolean): Check[] {
  const { title } = result.problem;
  const falls = (rival: MethodId) => ({
    measured: dropGap(result, 'lasso', rival),
    unit: 'mean difference of falls (nats)',
    holds: { above: 0 },
  });
  return [
    {
      id: 'counterfactual',
      statement: `Where the points that datamodels rank first for a test point of ${title} are removed, their coefficients tell how far its margin falls: a Spearman correlation of at least 0.9 with retrained margins.`,
      source: 'Ilyas et al. 2022, §4.1: datamodels predict counterfactuals',
      measured: changeCorrelation(result, 'lasso', 'lasso'),
      unit: 'Spearman correlation over test points and shares removed',
      holds: { atLeast: 0.9 },
    },
    {
      id: 'counterfactual-refined',
      statement: `On the same removals from ${title}, margins of ModelPred’s models with one Newton step are off by at most a twentieth of the change.`,
      measured: changeError(result, 'refined', 'lasso'),
      unit: 'mean absolute error / mean absolute change',
      holds: { atMost: 0.05 },
    },
    {
      id: 'removal-random',
      statement: `Removing the tenth of ${title} that datamodels rank first lowers the margin more than removing a random tenth.`,
      source: 'Ilyas et al. 2022, §4.1',
      ...falls('random'),
      guarded,
    },
    {
      id: 'removal-influence',
      statement: `Removing the tenth of ${title} that datamodels rank first lowers the margin more than removing the tenth that influence functions rank first.`,
      source: 'Ilyas et al. 2022, §4.1: comparison with influence estimates',
      ...falls('influence'),
    },
  ];
}

const supportSource = 'Ilyas et al. 2022, §4.1.2';

/** How many points have to go until predictions flip, and how well that is estimated. */
function supportClaims(result: DatamodelsResult): Claim[] {
  const { title, pool } = result.problem;
  const { runs } = result.supports;
  const lasso = entryOf(runs, 'lasso');
  const [byLasso, byInfluence] = [lasso, entryOf(runs, 'influence')].map(({ sizes }) =>
    sizes.map((size) => Number(size <= tenth * pool.size)),
  );
  const claim = claimsAbout({ title, kind: '95 % bootstrap over test points' });
  return [
    claim({
      id: 'support-brittle',
      statement: `Half of the test points of ${title} that are classified correctly flip when at most a twentieth of the pool is removed.`,
      source: `${supportSource}: predictions rest on few training points`,
      measured: medianShare(result, lasso),
      unit: 'median share of the pool removed in the order of datamodels',
      holds: { atMost: 0.05 },
    }),
    claim({
      id: 'support-influence',
      statement: `Removing at most a tenth of ${title} flips more test points in the order of datamodels than in that of influence functions.`,
      source: `${supportSource}: comparison with influence estimates`,
      measured: pairedDifference(byLasso, byInfluence, { seed: result.seed }),
      unit: 'difference of shares of test points that flip',
      holds: { above: 0 },
    }),
    expectationClaim(title, flipShare(entryOf(lasso.estimates, 'lasso'), 'flips'), {
      id: 'support-estimate',
      statement: `Most test points of ${title} that datamodels expect to flip do without as many points as they estimate.`,
      source: supportSource,
    }),
    expectationClaim(title, flipShare(entryOf(lasso.estimates, 'refined'), 'flipsInflated'), {
      id: 'support-refined',
      statement: `In the same order, most that ModelPred with one Newton step expects to flip on ${title} do without a fifth more points than it estimates.`,
      source: `${supportSource}, estimated with predicted models`,
    }),
  ];
}

/** That most targets expected to flip do; not testable where none is. */
function expectationClaim(
  title: string,
  measured: Estimate,
  words: Pick<Check, 'id' | 'statement'> & { readonly source: string },
): Claim {
  const unit = 'share of the targets expected to flip that do when retrained';
  const found = claimsAbout({ title, kind: '95 % score interval' })({
    ...words,
    measured,
    unit,
    holds: { above: 0.5 },
  });
  if (!Number.isNaN(measured.value)) return found;
  return { ...words, id: found.id, measured: null, unit, verdict: 'not testable here', guarded: false };
}

/** Whether coefficients of datamodels place targets where they belong. */
function embeddingChecks(result: DatamodelsResult): Check[] {
  const { title } = result.problem;
  return [
    {
      id: 'embedding-neighbours',
      statement: `Test points of ${title} that are neighbours by their datamodels respond more alike to retraining than neighbours of the same class by the angle of their features.`,
      source: 'Ilyas et al. 2022, §4.3: datamodels as embeddings',
      measured: gapToFeatures(result, 'lasso'),
      unit: 'difference of mean Spearman correlations between margins of the two on held-out halves',
      holds: { above: 0 },
    },
    {
      id: 'embedding-component',
      statement: `Without the tenth of ${title} that the first component weighs most, margins of test points fall in the order of their scores: a Spearman correlation of at least 0.9.`,
      source: 'Ilyas et al. 2022, §4.3: components are groups of training points with an effect',
      measured: orderCorrelation(result.embedding.ends[0], result.seed),
      unit: 'Spearman correlation over test points',
      holds: { atLeast: 0.9 },
    },
  ];
}
