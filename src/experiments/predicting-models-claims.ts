import { bootstrapMean, bootstrapRatio } from '../statistics/bootstrap-interval.js';
import type { Claim } from '../evaluation/claim.js';
import type { MethodRun, ProblemResult } from './predicting-models.js';
import {
  improvedName,
  influenceName,
  meanName,
  modelPredName,
  newtonName,
  refinedName,
  ridgeName,
  sizeAwareNewtonName,
} from './predictors.js';
import type { ProblemName } from './problem.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

/** The statements that notebook 01 checks. */
export function predictingModelsClaims(results: readonly ProblemResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const kind = '95 % bootstrap over held-out subsets';
  const runOf = ({ runs }: ProblemResult, method: string): MethodRun | undefined =>
    runs.find((run) => run.method === method);
  const plain = modelPredName('parameter MSE');

  const exact: Claim = {
    id: 'exact-retraining',
    statement: `All ${results.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0).toLocaleString('en')} retrained models are optimal: residual at most 1e-8.`,
    source: 'this project',
    measured: Math.max(...results.map(({ largestResidual }) => largestResidual)),
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: results.every(({ largestResidual }) => largestResidual <= 1e-8) ? 'holds' : 'does not hold',
    guarded: true,
  };

  const targets: Partial<Record<ProblemName, number>> = { 'iris 0/1': 0.06, 'breast cancer': 0.27 };
  const reached = results.flatMap((result): Claim[] => {
    const run = runOf(result, plain);
    const target = targets[result.problem.title as ProblemName];
    if (run === undefined || target === undefined) return [];
    const { value, low, high } = bootstrapMean(run.errors, { seed: result.seed });
    return [
      {
        id: `parameter-error-${slug(result.problem.title)}`,
        statement: `${plain} predicts the parameters on ${result.problem.title} with a mean relative error of at most ${target}.`,
        source: 'this project, from a prototype in another framework',
        measured: value,
        interval: { low, high, kind },
        unit: `mean relative parameter error, ${run.seedErrors.length} seeds`,
        verdict: value <= target ? 'holds' : 'does not hold',
        guarded,
      },
    ];
  });

  const comparisons = [
    {
      method: plain,
      rival: meanName,
      source: 'paper, abstract: the network learns how models depend on data',
      isGuarded: guarded,
    },
    { method: plain, rival: influenceName, source: 'paper: more accurate than influence functions', isGuarded: false },
    { method: plain, rival: newtonName, source: 'this project: the baseline to beat', isGuarded: false },
    { method: improvedName, rival: plain, source: 'this project', isGuarded: guarded },
    {
      method: improvedName,
      rival: influenceName,
      source: 'paper: more accurate than influence functions',
      isGuarded: false,
    },
    { method: improvedName, rival: ridgeName, source: 'this project: learns from the same bank', isGuarded: false },
    { method: improvedName, rival: sizeAwareNewtonName, source: 'this project: learns from no bank', isGuarded: false },
    { method: refinedName, rival: sizeAwareNewtonName, source: 'this project: a step each', isGuarded: false },
  ].flatMap(({ method, rival, source, isGuarded }) =>
    results.flatMap((result): Claim[] => {
      const [first, second] = [runOf(result, method), runOf(result, rival)];
      if (first === undefined || second === undefined) return [];
      const { value, low, high } = bootstrapRatio(first.errors, second.errors, { seed: result.seed });
      return [
        {
          id: slug(`${method} against ${rival} ${result.problem.title}`.replace('θ', 'theta')),
          statement: `${method} is closer to the retrained parameters than ${rival} on ${result.problem.title}.`,
          source,
          measured: value,
          interval: { low, high, kind },
          unit: 'ratio of mean relative errors; below 1 supports it',
          verdict: high < 1 ? 'holds' : 'does not hold',
          guarded: isGuarded,
        },
      ];
    }),
  );

  const regularisers = results.flatMap((result): Claim[] => {
    const [full, none] = [runOf(result, modelPredName('full')), runOf(result, plain)];
    if (full === undefined || none === undefined) return [];
    const { value, low, high } = bootstrapRatio(full.errors, none.errors, { seed: result.seed });
    return [
      {
        id: `regularisers-${slug(result.problem.title)}`,
        statement: `The paper's penalties, weighted as in the authors' code, make predicted parameters more accurate on ${result.problem.title}.`,
        source: 'paper, abstract: global and local regularisation prevents overfitting',
        measured: value,
        interval: { low, high, kind },
        unit: 'ratio of mean relative errors, all penalties over none; below 1 supports it',
        verdict: high < 1 ? 'holds' : 'does not hold',
        guarded: false,
      },
    ];
  });
  const preparing = results.map(({ runs, exactSeconds }) => {
    const { labelSeconds, trainingSeconds } = runs.find(({ method }) => method === improvedName) as MethodRun;
    return (labelSeconds + trainingSeconds) / exactSeconds;
  });
  const cost: Claim = {
    id: 'cost-of-preparation',
    statement: `For ${results[0].sizes.length} models of one pool, ${improvedName} costs less in all than retraining them exactly.`,
    source: 'this project',
    measured: Math.min(...preparing),
    unit: 'labels and training over exact retraining, processor time, least of the data sets; below 1 is needed for it',
    verdict: preparing.every((ratio) => ratio < 1) ? 'holds' : 'does not hold',
    guarded: false,
    timing: true,
  };
  return [exact, ...reached, ...comparisons, ...regularisers, cost];
}
