import type { Estimate } from '../statistics/estimate.js';
import type { Claim } from '../evaluation/claim.js';
import { mean } from '../statistics/mean.js';
import { logLosses } from '../evaluation/log-loss.js';
import {
  exactMembersWithin,
  probabilityDifference,
  referenceCorrelation,
  spreadCorrelation,
} from './calibration-agreement.js';
import {
  deepName,
  ensemblesOf,
  laplaceName,
  overTestPoints,
  scoreDifference,
  singleName,
  take,
  temperedName,
} from './calibration-scores.js';
import { shortSteps, type CalibrationResult } from './calibration.js';
import { exactName, fineTuningName, improvedName, refinedName, ridgeName } from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

const kind = '95 % bootstrap over test points';

/** The statements that notebook 07 checks. */
export function calibrationClaims(results: readonly CalibrationResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const convex = results.filter(({ largestResidual }) => largestResidual !== null);
  const residual = Math.max(...convex.map(({ largestResidual }) => largestResidual ?? NaN));
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: `All ${convex.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0).toLocaleString('en')} retrained models of logistic regression are optimal: residual at most 1e-8.`,
    source: 'this project',
    measured: residual,
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: residual <= 1e-8 ? 'holds' : 'does not hold',
    guarded: true,
  };
  return [
    optimal,
    ...results.flatMap((result) => [
      ...agreementClaims(result, guarded),
      ...scoreClaims(result),
      ...deepEnsembleClaims(result),
      ...timeClaims(result),
    ]),
    ...learnerClaims(results),
  ];
}

/** How predicted bootstrap ensembles agree with the same samples retrained. */
function agreementClaims(result: CalibrationResult, guarded: boolean): Claim[] {
  const { title } = result.problem;
  const [{ prediction: truth }] = ensemblesOf(result, exactName);
  const found = (method: string) =>
    method === laplaceName ? [result.laplace] : ensemblesOf(result, method).map(({ prediction }) => prediction);
  const differenceClaim = (method: string, id: string, most: number, source: string, isGuarded: boolean): Claim => {
    const { value, low, high } = probabilityDifference(result, found(method), truth);
    return {
      id: `${id}-probability-${slug(title)}`,
      statement: `Mean probabilities of the bootstrap ensemble of ${method} on ${title} differ from the retrained ensemble’s by ${most} at most on average.`,
      source,
      measured: value,
      interval: { low, high, kind },
      unit: 'mean absolute difference of probabilities over test points, mean over seeds',
      verdict: value <= most ? 'holds' : 'does not hold',
      guarded: isGuarded,
    };
  };
  const spreadClaim = (method: string, id: string, least: number, source: string, isGuarded: boolean): Claim => {
    const { value, low, high } = spreadCorrelation(result, found(method), truth);
    return {
      id: `${id}-spread-${slug(title)}`,
      statement: `Standard deviations over the ${method === laplaceName ? method : `bootstrap ensemble of ${method}`} on ${title} correlate with the retrained ensemble’s at ${least} or more.`,
      source,
      measured: value,
      interval: { low, high, kind },
      unit: 'Pearson correlation over test points, mean over seeds',
      verdict: value >= least ? 'holds' : 'does not hold',
      guarded: isGuarded,
    };
  };
  const paper = 'paper, abstract: model calibration';
  return [
    differenceClaim(improvedName, 'modelpred', 0.013, paper, false),
    spreadClaim(improvedName, 'modelpred', 0.96, paper, false),
    ...(result.largestResidual === null
      ? [
          spreadClaim(fineTuningName(shortSteps), 'fine-tuned', 0.96, 'this project', false),
          spreadClaim(ridgeName, 'ridge', 0.96, 'this project', false),
        ]
      : [
          differenceClaim(refinedName, 'refined', 0.013, 'this project', guarded),
          spreadClaim(refinedName, 'refined', 0.99, 'this project', guarded),
        ]),
    spreadClaim(laplaceName, 'laplace', 0.96, 'this project: a baseline without any resampling', false),
  ];
}

/** What ensembles do for the scores. */
function scoreClaims(result: CalibrationResult): Claim[] {
  const { title } = result.problem;
  const claim = (
    id: string,
    statement: string,
    source: string,
    unit: string,
    estimate: Estimate,
    holds: boolean,
  ): Claim => ({
    id: `${id}-${slug(title)}`,
    statement,
    source,
    measured: estimate.value,
    interval: { low: estimate.low, high: estimate.high, kind },
    unit,
    verdict: holds ? 'holds' : 'does not hold',
    guarded: false,
  });
  const likelihood = (first: string, second: string) =>
    scoreDifference(result, 'negative log-likelihood (nats)', first, second);
  const against = (second: string) => `difference of negative log-likelihoods, nats, minus that of the ${second}`;
  const single = likelihood(improvedName, singleName);
  const tempered = likelihood(improvedName, temperedName);
  const laplace = likelihood(improvedName, laplaceName);
  const exact = scoreDifference(result, 'expected calibration error', improvedName, exactName);
  return [
    claim(
      'likelihood',
      `The predicted bootstrap ensemble gives test labels of ${title} a lower negative log-likelihood than the single model.`,
      'paper, abstract: model calibration',
      against(singleName),
      single,
      single.high < 0,
    ),
    claim(
      'against-temperature',
      `It does so on ${title} too against the single model at a temperature fitted on other labelled points.`,
      'this project',
      against(temperedName),
      tempered,
      tempered.high < 0,
    ),
    claim(
      'against-laplace',
      `It does so on ${title} too against the Laplace approximation, which needs neither retrained nor predicted models.`,
      'this project',
      against(laplaceName),
      laplace,
      laplace.high < 0,
    ),
    claim(
      'calibration-error',
      `On ${title}, the predicted bootstrap ensemble’s expected calibration error is within 0.02 of the retrained one’s.`,
      'this project',
      'difference of expected calibration errors, 15 bins of equal width',
      exact,
      exact.low >= -0.02 && exact.high <= 0.02,
    ),
  ];
}

/** Resampling the data against starting from other weights. */
function deepEnsembleClaims(result: CalibrationResult): Claim[] {
  if (!result.deepEnsemble) return [];
  const { title } = result.problem;
  return (
    [
      [exactName, 'retrained', 'Breiman 1996 against Lakshminarayanan et al. 2017'],
      [improvedName, 'predicted', 'this project'],
    ] as const
  ).map(([method, word, source]): Claim => {
    const lead = scoreDifference(result, 'negative log-likelihood (nats)', method, deepName);
    return {
      id: `${word}-against-deep-ensemble-${slug(title)}`,
      statement: `The ${word} bootstrap ensemble gives test labels of ${title} a lower negative log-likelihood than as many models that differ in their initial weights.`,
      source,
      measured: lead.value,
      interval: { low: lead.low, high: lead.high, kind },
      unit: `difference of negative log-likelihoods, nats, minus that of the ${deepName}`,
      verdict: lead.high < 0 ? 'holds' : 'does not hold',
      guarded: false,
    };
  });
}

/** The same data and test points under both learners. */
function learnerClaims(results: readonly CalibrationResult[]): Claim[] {
  return results
    .filter(({ deepEnsemble }) => deepEnsemble !== null)
    .flatMap((perceptron) => {
      const { pool, flipped } = perceptron.problem;
      const logistic = results.find(
        (other) =>
          other !== perceptron && other.problem.pool.name === pool.name && sameFlags(other.problem.flipped, flipped),
      );
      if (!logistic) return [];
      const losses = (of: CalibrationResult) => {
        const [{ prediction }] = ensemblesOf(of, exactName);
        return logLosses({
          probabilities: prediction.probabilities,
          labels: of.test.labels,
          classCount: pool.classes.length,
        });
      };
      const [a, b] = [losses(perceptron), losses(logistic)];
      const { value, low, high } = overTestPoints(
        perceptron,
        (indices) => mean(take(a, indices)) - mean(take(b, indices)),
      );
      return [
        {
          id: `perceptron-against-logistic-${slug(logistic.problem.title)}`,
          statement: `Retrained bootstrap ensembles of perceptrons give test labels of ${logistic.problem.title} a lower negative log-likelihood than those of logistic regression.`,
          source: 'this project',
          measured: value,
          interval: { low, high, kind },
          unit: 'difference of negative log-likelihoods, nats, perceptron − logistic regression',
          verdict: high < 0 ? ('holds' as const) : ('does not hold' as const),
          guarded: false,
        },
      ];
    });
}

const sameFlags = (a: readonly boolean[], b: readonly boolean[]): boolean =>
  a.length === b.length && a.every((flag, i) => flag === b[i]);

/** Predicted against retrained ensembles in the same time, judged by a larger retrained ensemble, and the times of both. */
function timeClaims(result: CalibrationResult): Claim[] {
  const { title } = result.problem;
  const network = ensemblesOf(result, improvedName);
  const online = mean(network.map(({ predictionSeconds }) => predictionSeconds));
  const total = online + mean(network.map((own) => own.labelSeconds + own.trainingSeconds));
  const within = exactMembersWithin(result, online);
  // Too few members have no standard deviation to agree with.
  const gap = referenceCorrelation(result, network) - (Number.isNaN(within.correlation) ? 0 : within.correlation);
  const speed = ensemblesOf(result, exactName)[0].predictionSeconds / total;
  return [
    {
      id: `equal-online-${slug(title)}`,
      statement: `Standard deviations over ModelPred’s bootstrap ensemble on ${title} agree better with a larger retrained ensemble than those over as many retrained models as fit into the time that predicting takes.`,
      source: 'paper: prediction replaces retraining',
      measured: gap,
      unit: 'difference of Pearson correlations over test points',
      verdict: gap > 0 ? 'holds' : 'does not hold',
      guarded: false,
      timing: true,
    },
    {
      id: `total-speed-${slug(title)}`,
      statement: `With labels and training counted, ModelPred’s ensemble of ${result.counts[result.counts.length - 1]} takes less processor time on ${title} than retraining it.`,
      source: 'this project',
      measured: speed,
      unit: 'exact seconds / seconds in all',
      verdict: speed > 1 ? 'holds' : 'does not hold',
      guarded: false,
      timing: true,
    },
  ];
}
