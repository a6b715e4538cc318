import type { Claim } from '../../evaluation/claim.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { claimsAbout, optimalityClaim, slug, type Check } from '../common/claims.js';
import { bootstrapRatio } from '../common/intervals.js';
import type { Profile } from '../common/profile.js';
import type { ChangeResult } from './protocol.js';
import {
  half,
  nearestShare,
  outcomeOf,
  relativeError,
  relativeMarginError,
  resultsOf,
  type Change,
  type ChangeRow,
} from './tables.js';

/** The statements that notebook 03 checks. */
export function deletionAndAdditionClaims(results: readonly ChangeResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  return [
    optimalityClaim(resultsOf(results, 'linear models'), (count) => `All ${count} retrained linear models`),
    ...results.flatMap((result) =>
      [
        ...largeRemovalChecks(result, guarded),
        ...otherSeedChecks(result, guarded),
        ...refinedChecks(result, guarded),
        ...noChangeChecks(
          result,
          'one-point',
          { direction: 'removed', kind: 'at random', share: 0 },
          {
            statement: `${improved} predicts the removal of a single point of ${result.title} better than predicting no change does.`,
            source: 'this project: the smallest deletion',
          },
        ),
        ...targetedChecks(result),
        ...additionChecks(result),
      ].map(claimsAbout({ title: result.title, kind: '95 % bootstrap over training sets' })),
    ),
  ];
}

const improved = labelOf('improved');
const halfRemoved: Change = { direction: 'removed', kind: 'at random', share: half };
const halfAdded: Change = { direction: 'added', kind: 'at random', share: half };

type Words = Pick<Check, 'statement' | 'source' | 'guarded'>;

/** Errors of one method over those of another on the same training sets; none where one of them is not compared. */
function rivalChecks(
  result: ChangeResult,
  id: string,
  [first, second, change]: readonly [MethodId, MethodId, Change],
  words: Words,
): Check[] {
  const [own, other] = [first, second].map((method) => outcomeOf(result, method, change));
  if (own === undefined || other === undefined) return [];
  return [
    {
      id,
      ...words,
      measured: bootstrapRatio({
        numerators: own.outcome.errors,
        denominators: other.outcome.errors,
        seed: result.seed,
      }),
      unit: 'ratio of mean parameter errors; below 1 supports it',
      holds: { below: 1 },
    },
  ];
}

/** Error of the improved network relative to the change. */
function noChangeChecks(result: ChangeResult, id: string, change: Change, words: Words): Check[] {
  const found = outcomeOf(result, 'improved', change);
  if (found === undefined) return [];
  return [
    {
      id,
      ...words,
      measured: relativeError(found, result.seed),
      unit: 'parameter error relative to the change; below 1 supports it',
      holds: { below: 1 },
    },
  ];
}

function largeRemovalChecks(result: ChangeResult, guarded: boolean): Check[] {
  const { title } = result;
  const ofSchedules = result.largestResidual === null ? (['fineTuning', 'ridge'] as const) : [];
  return [
    ...rivalChecks(result, 'authors-formula', ['influence', 'authorsInfluence', { ...halfRemoved, share: 0.1 }], {
      statement: `On ${title}, influence functions are closer without the regulariser's share per point that the paper's code adds: a tenth of the pool removed at random.`,
      source: 'this project: the objective is a sum, whose regulariser does not change with the data',
      guarded,
    }),
    ...rivalChecks(result, 'large-removals', ['improved', 'influence', halfRemoved], {
      statement: `${improved} is closer than influence functions where half of ${title} is removed at random.`,
      source: 'paper: more accurate than influence functions for large changes',
    }),
    ...rivalChecks(result, 'newton', ['improved', 'newton', halfRemoved], {
      statement: `${improved} is closer than one Newton step from the whole pool's parameters where half of ${title} is removed at random.`,
      source: 'this project: the baseline to beat',
    }),
    ...ofSchedules.flatMap((rival) =>
      rivalChecks(result, `against-${slug(labelOf(rival))}`, ['improved', rival, halfRemoved], {
        statement: `${improved} is closer than ${labelOf(rival)} where half of ${title} is removed at random.`,
      }),
    ),
  ];
}

function refinedChecks(result: ChangeResult, guarded: boolean): Check[] {
  return rivalChecks(result, 'refined', ['refined', 'newton', halfRemoved], {
    statement: `A Newton step from ModelPred's parameters is closer than one from the whole pool's where half of ${result.title} is removed at random.`,
    guarded,
  });
}

/** Targeted removals beside random ones, which ModelPred learns from. */
function targetedChecks(result: ChangeResult): Check[] {
  const [helpful, atRandom] = (['most helpful first', 'at random'] as const).map((kind) =>
    outcomeOf(result, 'improved', { ...halfRemoved, kind }),
  );
  if (!helpful || !atRandom) return [];
  const relative = ({ outcome, set }: ChangeRow) => outcome.errors.map((error, b) => error / set.changes[b]);
  return [
    {
      id: 'targeted',
      statement: `On ${result.title}, ${improved} predicts the removal of the most helpful half of the pool as well as that of a random half: error at most 1.2 times.`,
      source: 'this project: ModelPred learns from random subsets',
      measured: bootstrapRatio({ numerators: relative(helpful), denominators: relative(atRandom), seed: result.seed }),
      unit: 'ratio of mean errors relative to the change',
      holds: { atMost: 1.2 },
    },
  ];
}

function additionChecks(result: ChangeResult): Check[] {
  const { title, problem } = result;
  const added = Math.round(nearestShare(result, 'added', half) * problem.pool.size);
  return [
    ...noChangeChecks(result, 'additions', halfAdded, {
      statement: `${improved} predicts models of ${title} with ${added} new points added, none of them in its pool, better than predicting no change does.`,
      source: 'paper: points outside the pool can be added',
    }),
    ...rivalChecks(result, 'refined-additions', ['refined', 'newton', halfAdded], {
      statement: `A Newton step from ModelPred's parameters is closer than one from the pool's where ${added} new points are added to ${title}.`,
    }),
  ];
}

/** What another initial seed of the same learner does to parameters and to predictions, where there is one. */
function otherSeedChecks(result: ChangeResult, guarded: boolean): Check[] {
  const found = outcomeOf(result, 'otherSeed', halfRemoved);
  const learned = outcomeOf(result, 'improved', halfRemoved);
  if (!found || !learned) return [];
  const { title, seed } = result;
  return [
    {
      id: 'other-seed-parameters',
      statement: `Another initial seed moves the parameters of ${title} further than removing half of the pool does.`,
      measured: relativeError(found, seed),
      unit: 'distance between seeds over the change; above 1 supports it',
      holds: { above: 1 },
      guarded,
    },
    {
      id: 'other-seed-margins',
      statement: `Another initial seed moves the margins of ${title} less than removing half of the pool does.`,
      measured: relativeMarginError(found, seed),
      unit: 'difference of margins between seeds over the change; below 1 supports it',
      holds: { below: 1 },
    },
    {
      id: 'margins',
      statement: `${improved} predicts margins of ${title} better than predicting no change does, half of the pool removed at random.`,
      measured: relativeMarginError(learned, seed),
      unit: 'margin error relative to the change; below 1 supports it',
      holds: { below: 1 },
    },
  ];
}
