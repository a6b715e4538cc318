import { bootstrap } from '../statistics/bootstrap-interval.js';
import type { Claim } from '../evaluation/claim.js';
import { pearson } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import {
  bestName,
  correlationWith,
  estimatesOf,
  exactOf,
  exactWithin,
  flippedArea,
  overPoolPoints,
} from './memorization-tables.js';
import {
  memorizationValues,
  type MemorizationEstimates,
  type MemorizationRemovalRow,
  type MemorizationResult,
} from './memorization.js';
import { exactName, improvedName, influenceName, newtonName, refinedName } from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

const kind = '95 % bootstrap over pool points';

const totalSeconds = ({ labelSeconds, trainingSeconds, predictionSeconds }: MemorizationEstimates): number =>
  labelSeconds + trainingSeconds + predictionSeconds;

/** The statements that notebook 06 checks. */
export function memorizationClaims(results: readonly MemorizationResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const solved = results.flatMap(({ largestResidual, retrainedModels }) =>
    largestResidual === null ? [] : [{ largestResidual, retrainedModels }],
  );
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: `All ${solved.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0).toLocaleString('en')} retrained logistic regressions are optimal: residual at most 1e-8.`,
    source: 'this project',
    measured: Math.max(...solved.map(({ largestResidual }) => largestResidual)),
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: solved.every(({ largestResidual }) => largestResidual <= 1e-8) ? 'holds' : 'does not hold',
    guarded: true,
  };
  return [
    optimal,
    ...results.flatMap((result) => [
      ...accuracyClaims(result, guarded),
      ...perceptronClaims(result),
      ...flippedClaims(result, guarded),
      ...removalClaims(result),
      ...timeClaims(result),
    ]),
  ];
}

/** How predicted memorization correlates with that of the same subsets retrained. */
function accuracyClaims(result: MemorizationResult, guarded: boolean): Claim[] {
  const { title } = result.problem;
  const truth = memorizationValues(estimatesOf(result, exactName)[0]).correct;
  const unit = 'Pearson correlation over pool points, mean over seeds';
  const claimOf = (method: string, id: string, least: number, source: string, isGuarded: boolean): Claim[] => {
    const seeds = estimatesOf(result, method);
    if (seeds.length === 0) return [];
    const { value, low, high } = overPoolPoints(result, seeds, 'correct', correlationWith(truth));
    return [
      {
        id: `${id}-${slug(title)}`,
        statement: `Memorization on ${title} from models predicted by ${method} correlates with that of the same subsets retrained at ${least} or more.`,
        source,
        measured: value,
        interval: { low, high, kind },
        unit,
        verdict: value >= least ? 'holds' : 'does not hold',
        guarded: isGuarded,
      },
    ];
  };
  return [
    ...claimOf(improvedName, 'modelpred', 0.97, 'paper, abstract: memorization', false),
    ...claimOf(refinedName, 'refined', 0.999, 'this project', guarded),
    ...claimOf(newtonName, 'newton', 0.97, 'this project', guarded),
  ];
}

/** Where there is no optimum to step to: whether learning from retrained models beats a step of the influence function. */
function perceptronClaims(result: MemorizationResult): Claim[] {
  if (result.largestResidual !== null) return [];
  const { problem, seed } = result;
  const truth = memorizationValues(exactOf(result)).probability;
  const [network, influence] = [improvedName, influenceName].map((method) =>
    estimatesOf(result, method).map((own) => memorizationValues(own).probability),
  );
  const correlation = correlationWith(truth);
  const { value, low, high } = bootstrap(
    problem.pool.size,
    (indices) =>
      mean(network.map((own) => correlation(own, indices))) - mean(influence.map((own) => correlation(own, indices))),
    { seed, resamples: 500 },
  );
  return [
    {
      id: `against-influence-${slug(problem.title)}`,
      statement: `On ${problem.title}, memorization (probability of the label) from ModelPred’s models correlates better with retraining than from influence functions.`,
      source: 'this project',
      measured: value,
      interval: { low, high, kind },
      unit: 'difference of Pearson correlations over pool points',
      verdict: low > 0 ? 'holds' : 'does not hold',
      guarded: false,
    },
  ];
}

/** Whether flipped points are memorized. */
function flippedClaims(result: MemorizationResult, guarded: boolean): Claim[] {
  const { title, flipped } = result.problem;
  if (!flipped.some(Boolean)) return [];
  const methods = [exactName, improvedName].map((method) => {
    const seeds = estimatesOf(result, method);
    return { method, seeds, area: overPoolPoints(result, seeds, 'correct', flippedArea(result)) };
  });
  const gap = methods[1].area.value - methods[0].area.value;
  return [
    ...methods.map(({ method, area: { value, low, high } }, k): Claim => ({
      id: `flipped-${k === 0 ? 'exact' : 'modelpred'}-${slug(title)}`,
      statement: `Points with flipped labels are memorized on ${title}: memorization by ${method} tells them from the others better than chance.`,
      source: k === 0 ? 'Feldman & Zhang 2020: mislabelled points are memorized' : 'paper, abstract: memorization',
      measured: value,
      interval: { low, high, kind },
      unit: 'area under the receiver operating characteristic',
      verdict: low > 0.5 ? 'holds' : 'does not hold',
      guarded,
    })),
    {
      id: `flipped-as-exact-${slug(title)}`,
      statement: `ModelPred’s memorization tells flipped points of ${title} as well as that of retrained models: area at most 0.01 lower.`,
      source: 'this project',
      measured: gap,
      unit: 'difference of areas, ModelPred − exact',
      verdict: gap >= -0.01 ? 'holds' : 'does not hold',
      guarded: false,
    },
  ];
}

/** What memorized points are worth to test accuracy, beside as many random ones. */
function removalClaims({ problem: { title, flipped }, removal, memorizedShare }: MemorizationResult): Claim[] {
  const rowOf = (method: string) =>
    removal.find((row) => row.method === method && row.fraction === memorizedShare) as MemorizationRemovalRow;
  const random = rowOf('random');
  const { accuracy } = rowOf(exactName);
  const noisy = flipped.some(Boolean);
  const percent = (100 * memorizedShare).toFixed(1);
  return [
    {
      id: `removal-${slug(title)}`,
      statement: noisy
        ? `Without its points memorized above 0.25 (${percent} %), many of them mislabelled, the model of ${title} is more accurate than without as many random ones.`
        : `Without its points memorized above 0.25 (${percent} %), the model of ${title} is less accurate than without as many random ones.`,
      source: noisy ? 'this project' : 'Feldman & Zhang 2020, §3.2: memorized points matter for accuracy',
      measured: accuracy - random.accuracy,
      interval: {
        low: accuracy - (random.high as number),
        high: accuracy - (random.low as number),
        kind: 'against the range of random orders',
      },
      unit: 'difference of test accuracies after retraining, minus the mean of random orders',
      verdict: (noisy ? accuracy > (random.high as number) : accuracy < (random.low as number))
        ? 'holds'
        : 'does not hold',
      guarded: false,
    },
  ];
}

/** Predicted against exact estimates in the same time, both judged by the independent reference, and the times of both. */
function timeClaims(result: MemorizationResult): Claim[] {
  const { title } = result.problem;
  const network = estimatesOf(result, improvedName);
  const best = bestName(result);
  const agreement = mean(network.map((own) => pearson(own.memorization.correct.values, result.reference.correct)));
  const within = exactWithin(result, mean(network.map(({ predictionSeconds }) => predictionSeconds)));
  // Too few subsets for an estimate agree with nothing.
  const gap = agreement - (Number.isNaN(within.correlation) ? 0 : within.correlation);
  const speed = exactOf(result).predictionSeconds / mean(estimatesOf(result, best).map(totalSeconds));
  return [
    {
      id: `equal-online-${slug(title)}`,
      statement: `Memorization on ${title} from ModelPred’s models agrees better with an independent reference than exact retraining of as many subsets as fit into the time that predicting takes.`,
      source: 'paper: prediction replaces retraining',
      measured: gap,
      unit: 'difference of Pearson correlations with the reference',
      verdict: gap > 0 ? 'holds' : 'does not hold',
      guarded: false,
      timing: true,
    },
    {
      id: `total-speed-${slug(title)}`,
      statement: `With labels and training counted, ${best} takes less processor time on ${title} than exact retraining of the same subsets.`,
      source: 'this project',
      measured: speed,
      unit: 'exact seconds / seconds in all',
      verdict: speed > 1 ? 'holds' : 'does not hold',
      guarded: false,
      timing: true,
    },
  ];
}
