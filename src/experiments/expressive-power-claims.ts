import { bootstrapMean, bootstrapRatio } from '../statistics/bootstrap-interval.js';
import type { Claim } from '../evaluation/claim.js';
import { mean } from '../statistics/mean.js';
import {
  mostSubsets,
  networkRun,
  runOf,
  type ExpressivePowerResult,
  type ExpressivePowerRun,
} from './expressive-power.js';
import { ridgeName } from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

/** The statements that notebook 09 checks. */
export function expressivePowerClaims(results: readonly ExpressivePowerResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const kind = '95 % bootstrap over held-out subsets';
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: `All ${results.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0).toLocaleString('en')} retrained models are optimal: residual at most 1e-8.`,
    source: 'this project',
    measured: Math.max(...results.map(({ largestResidual }) => largestResidual)),
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: results.every(({ largestResidual }) => largestResidual <= 1e-8) ? 'holds' : 'does not hold',
    guarded: true,
  };
  const theorem: Claim = {
    id: 'any-accuracy',
    statement: 'A wide enough network exists that predicts the trained parameters to any accuracy.',
    source: 'paper, abstract: expressive power of networks that approximate training, rigorously characterised',
    measured: null,
    unit: 'existence; what training finds is measured below',
    verdict: 'not testable here',
    guarded: false,
  };
  const perGround = results.flatMap((result): Claim[] => {
    const { title, widths, counts, seed } = result;
    const [fewest, most] = [counts[0], mostSubsets(result)];
    const [narrowest, widest] = [widths[0], widths[widths.length - 1]];
    const best = networkRun(result, widest, most);
    const below = (
      id: string,
      statement: string,
      source: string,
      first: ExpressivePowerRun,
      second: ExpressivePowerRun,
      isGuarded: boolean,
    ): Claim => {
      const { value, low, high } = bootstrapRatio(first.errors, second.errors, { seed });
      return {
        id: `${id}-${slug(title)}`,
        statement,
        source,
        measured: value,
        interval: { low, high, kind },
        unit: 'ratio of mean relative errors; below 1 supports it',
        verdict: high < 1 ? 'holds' : 'does not hold',
        guarded: isGuarded,
      };
    };
    const seen = mean(best.seenErrors);
    const gap = bootstrapMean(
      best.errors.map((error) => error / seen),
      { seed },
    );
    return [
      below(
        'width',
        `${title}: after ${most.toLocaleString('en')} retrained subsets, width ${widest} comes closer on held-out subsets than width ${narrowest}.`,
        'paper, abstract: expressive power',
        best,
        networkRun(result, narrowest, most),
        false,
      ),
      below(
        'subsets',
        `${title}: width ${widest} comes closer after ${most.toLocaleString('en')} retrained subsets than after ${fewest}.`,
        'paper, abstract: training is learned from examples of it',
        best,
        networkRun(result, widest, fewest),
        guarded,
      ),
      below(
        'ridge-fewest',
        `${title}: width ${widest} comes closer than ridge regression on mask and size after ${fewest} retrained subsets.`,
        'this project: the baseline on the same subsets',
        networkRun(result, widest, fewest),
        runOf(result, ridgeName, fewest),
        false,
      ),
      below(
        'ridge-most',
        `${title}: width ${widest} comes closer than ridge regression on mask and size after ${most.toLocaleString('en')} retrained subsets.`,
        'this project: the baseline on the same subsets',
        best,
        runOf(result, ridgeName, most),
        false,
      ),
      {
        id: `generalisation-${slug(title)}`,
        statement: `${title}: after ${most.toLocaleString('en')} retrained subsets, width ${widest} is on held-out subsets at most a fifth further off than on those it learned from.`,
        source: 'this project: what is left is not overfitting',
        measured: gap.value,
        interval: { low: gap.low, high: gap.high, kind },
        unit: 'mean relative error on held-out subsets over that on subsets learned from',
        verdict: gap.high <= 1.2 ? 'holds' : 'does not hold',
        guarded: false,
      },
    ];
  });
  return [optimal, theorem, ...perGround];
}
