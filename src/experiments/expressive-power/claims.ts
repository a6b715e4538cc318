import type { Claim } from '../../evaluation/claim.js';
import { mean } from '../../statistics/mean.js';
import { claimsAbout, optimalityClaim } from '../common/claims.js';
import { bootstrapMean, bootstrapRatio } from '../common/intervals.js';
import type { Profile } from '../common/profile.js';
import type { ExpressivePowerResult, ExpressivePowerRun } from './protocol.js';
import { errorsOf, mostSubsets, runOf, seenErrorsOf } from './tables.js';

/** The statements that notebook 09 checks. */
export function expressivePowerClaims(results: readonly ExpressivePowerResult[], profile: Profile): Claim[] {
  const theorem: Claim = {
    id: 'any-accuracy',
    statement: 'A wide enough network exists that predicts the trained parameters to any accuracy.',
    source: 'paper, abstract: expressive power of networks that approximate training, rigorously characterised',
    measured: null,
    unit: 'existence; what training finds is measured below',
    verdict: 'not testable here',
    guarded: false,
  };
  return [
    optimalityClaim(results, (count) => `All ${count} retrained models`),
    theorem,
    ...results.flatMap((result) => claimsOn(result, profile !== 'smoke')),
  ];
}

function claimsOn(result: ExpressivePowerResult, guarded: boolean): Claim[] {
  const { title, widths, counts, seed } = result;
  const [fewest, most] = [counts[0], mostSubsets(result)];
  const [narrowest, widest] = [widths[0], widths[widths.length - 1]];
  const manySubsets = `${most.toLocaleString('en')} retrained subsets`;
  const [best, early] = [runOf(result, widest, most), runOf(result, widest, fewest)];
  const claim = claimsAbout({ title, kind: '95 % bootstrap over held-out subsets' });
  const closer = (first: ExpressivePowerRun, second: ExpressivePowerRun) => ({
    measured: bootstrapRatio({ numerators: errorsOf(first), denominators: errorsOf(second), seed }),
    unit: 'ratio of mean relative errors; below 1 supports it',
    holds: { below: 1 },
  });
  const sameSubsets = 'this project: the baseline on the same subsets';
  const seen = mean(seenErrorsOf(best));
  return [
    claim({
      id: 'width',
      statement: `${title}: after ${manySubsets}, width ${widest} comes closer on held-out subsets than width ${narrowest}.`,
      source: 'paper, abstract: expressive power',
      ...closer(best, runOf(result, narrowest, most)),
    }),
    claim({
      id: 'subsets',
      statement: `${title}: width ${widest} comes closer after ${manySubsets} than after ${fewest}.`,
      source: 'paper, abstract: training is learned from examples of it',
      ...closer(best, early),
      guarded,
    }),
    claim({
      id: 'ridge-fewest',
      statement: `${title}: width ${widest} comes closer than ridge regression on mask and size after ${fewest} retrained subsets.`,
      source: sameSubsets,
      ...closer(early, runOf(result, null, fewest)),
    }),
    claim({
      id: 'ridge-most',
      statement: `${title}: width ${widest} comes closer than ridge regression on mask and size after ${manySubsets}.`,
      source: sameSubsets,
      ...closer(best, runOf(result, null, most)),
    }),
    claim({
      id: 'generalisation',
      statement: `${title}: after ${manySubsets}, width ${widest} is on held-out subsets at most a fifth further off than on those it learned from.`,
      source: 'this project: what is left is not overfitting',
      measured: bootstrapMean(
        errorsOf(best).map((error) => error / seen),
        { seed },
      ),
      unit: 'mean relative error on held-out subsets over that on subsets learned from',
      holds: { atMost: 1.2 },
    }),
  ];
}
