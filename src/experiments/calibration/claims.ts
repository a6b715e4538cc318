import type { Claim } from '../../evaluation/claim.js';
import { logLosses } from '../../evaluation/log-loss.js';
import { mean } from '../../statistics/mean.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { onlineLead } from '../common/budgets.js';
import { claimsAbout, optimalityClaim, type Check } from '../common/claims.js';
import { meanSeconds, totalSeconds } from '../common/costs.js';
import { leadOver, overUnits, take, type Statistic } from '../common/intervals.js';
import { entryOf, find } from '../common/methods.js';
import type { Profile } from '../common/profile.js';
import {
  growingEnsembles,
  probabilityDistances,
  retrainedOf,
  spreadCorrelation,
  spreadsOf,
  trialsOf,
} from './agreement.js';
import type { CalibrationResult } from './protocol.js';
import { scoreDifference, units } from './scores.js';

const kind = '95 % bootstrap over test points';

/** The statements that notebook 07 checks. */
export function calibrationClaims(results: readonly CalibrationResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  return [
    optimalityClaim(results, (count) => `All ${count} retrained models of logistic regression`),
    ...results.flatMap((result) =>
      [
        ...agreementChecks(result, guarded),
        ...scoreChecks(result),
        ...deepEnsembleChecks(result),
        ...timeChecks(result),
      ].map(claimsAbout({ title: result.problem.title, kind })),
    ),
    ...learnerClaims(results),
  ];
}

const paper = 'paper, abstract: model calibration';

/** How predicted bootstrap ensembles agree with the same samples retrained. */
function agreementChecks(result: CalibrationResult, guarded: boolean): Check[] {
  const { title } = result.problem;
  const truth = retrainedOf(result);
  const found = (method: MethodId) => entryOf(spreadsOf(result, 'bootstrap samples'), method).trials;
  const probability = (method: MethodId, name: string, most: number, more: Partial<Check> = {}): Check => ({
    id: `${name}-probability`,
    statement: `Mean probabilities of the bootstrap ensemble of ${labelOf(method)} on ${title} differ from the retrained ensemble’s by ${most} at most on average.`,
    measured: overUnits(units(result), probabilityDistances(result, found(method), truth)),
    unit: 'mean absolute difference of probabilities over test points, mean over seeds',
    holds: { atMost: most },
    ...more,
  });
  const spread = (method: MethodId, name: string, least: number, more: Partial<Check> = {}): Check => ({
    id: `${name}-spread`,
    statement: `Standard deviations over the ${method === 'laplace' ? labelOf(method) : `bootstrap ensemble of ${labelOf(method)}`} on ${title} correlate with the retrained ensemble’s at ${least} or more.`,
    measured: spreadCorrelation(result, found(method), truth),
    unit: 'Pearson correlation over test points, mean over seeds',
    holds: { atLeast: least },
    ...more,
  });
  return [
    probability('improved', 'modelpred', 0.013, { source: paper }),
    spread('improved', 'modelpred', 0.96, { source: paper }),
    ...(result.largestResidual === null
      ? [spread('fineTuning', 'fine-tuned', 0.96), spread('ridge', 'ridge', 0.96)]
      : [probability('refined', 'refined', 0.013, { guarded }), spread('refined', 'refined', 0.99, { guarded })]),
    spread('laplace', 'laplace', 0.96, { source: 'this project: a baseline without any resampling' }),
  ];
}

/** A lower negative log-likelihood of one method than of another. */
const moreLikely = (result: CalibrationResult, own: MethodId, rival: MethodId) => ({
  measured: scoreDifference(result, 'negative log-likelihood (nats)', own, rival),
  unit: `difference of negative log-likelihoods, nats, minus that of the ${labelOf(rival)}`,
  holds: { below: 0 },
});

/** What ensembles do for the scores. */
function scoreChecks(result: CalibrationResult): Check[] {
  const { title } = result.problem;
  return [
    {
      id: 'likelihood',
      statement: `The predicted bootstrap ensemble gives test labels of ${title} a lower negative log-likelihood than the single model.`,
      source: paper,
      ...moreLikely(result, 'improved', 'single'),
    },
    {
      id: 'against-temperature',
      statement: `It does so on ${title} too against the single model at a temperature fitted on other labelled points.`,
      ...moreLikely(result, 'improved', 'tempered'),
    },
    {
      id: 'against-laplace',
      statement: `It does so on ${title} too against the Laplace approximation, which needs neither retrained nor predicted models.`,
      ...moreLikely(result, 'improved', 'laplace'),
    },
    {
      id: 'calibration-error',
      statement: `On ${title}, the predicted bootstrap ensemble’s expected calibration error is within 0.02 of the retrained one’s.`,
      measured: scoreDifference(result, 'expected calibration error', 'improved', 'exact'),
      unit: 'difference of expected calibration errors, 15 bins of equal width',
      holds: { atLeast: -0.02, atMost: 0.02 },
    },
  ];
}

/** Resampling the data against starting from other weights. */
function deepEnsembleChecks(result: CalibrationResult): Check[] {
  if (!find(result.alternatives, 'deepEnsemble')) return [];
  const check = (word: string, method: MethodId, source?: string): Check => ({
    id: `${word}-against-deep-ensemble`,
    statement: `The ${word} bootstrap ensemble gives test labels of ${result.problem.title} a lower negative log-likelihood than as many models that differ in their initial weights.`,
    source,
    ...moreLikely(result, method, 'deepEnsemble'),
  });
  return [
    check('retrained', 'exact', 'Breiman 1996 against Lakshminarayanan et al. 2017'),
    check('predicted', 'improved'),
  ];
}

/** Log-loss of the retrained bootstrap ensemble on some of the test points. */
function retrainedLoss(result: CalibrationResult): Statistic {
  const losses = logLosses({
    probabilities: retrainedOf(result).probabilities,
    labels: result.test.labels,
    classCount: result.problem.pool.classes.length,
  });
  return (indices) => mean(take(losses, indices));
}

/** The same data and test points under both learners. */
function learnerClaims(results: readonly CalibrationResult[]): Claim[] {
  const sameData = (a: CalibrationResult, b: CalibrationResult): boolean =>
    a.problem.pool.name === b.problem.pool.name && String(a.problem.flipped) === String(b.problem.flipped);
  return results
    .filter(({ alternatives }) => find(alternatives, 'deepEnsemble'))
    .flatMap((perceptron) => {
      const logistic = results.find((other) => other !== perceptron && sameData(other, perceptron));
      if (!logistic) return [];
      const { title } = logistic.problem;
      return claimsAbout({ title, kind })({
        id: 'perceptron-against-logistic',
        statement: `Retrained bootstrap ensembles of perceptrons give test labels of ${title} a lower negative log-likelihood than those of logistic regression.`,
        measured: leadOver(units(perceptron), [retrainedLoss(perceptron)], [retrainedLoss(logistic)]),
        unit: 'difference of negative log-likelihoods, nats, perceptron − logistic regression',
        holds: { below: 0 },
      });
    });
}

/** Predicted against retrained ensembles in the same time, judged by a larger retrained ensemble, and the times of both. */
function timeChecks(result: CalibrationResult): Check[] {
  const { title } = result.problem;
  const network = trialsOf(result, 'improved');
  const [exact, own] = [trialsOf(result, 'exact'), network].map(meanSeconds);
  return [
    {
      id: 'equal-online',
      statement: `Standard deviations over ModelPred’s bootstrap ensemble on ${title} agree better with a larger retrained ensemble than those over as many retrained models as fit into the time that predicting takes.`,
      source: 'paper: prediction replaces retraining',
      measured: onlineLead(growingEnsembles(result), network),
      unit: 'difference of Pearson correlations over test points',
      holds: { above: 0 },
      timing: true,
    },
    {
      id: 'total-speed',
      statement: `With labels and training counted, ModelPred’s ensemble of ${result.counts[result.counts.length - 1]} takes less processor time on ${title} than retraining it.`,
      measured: exact.prediction / totalSeconds(own),
      unit: 'exact seconds / seconds in all',
      holds: { above: 1 },
      timing: true,
    },
  ];
}
