import {
  differenceOfMeans,
  fitDatamodels,
  fitRidgeDatamodels,
  predictOutputs,
  type Datamodels,
} from '../attribution/index.js';
import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { takeRows } from '../data/rows.js';
import { bootstrapMean } from '../statistics/bootstrap-interval.js';
import { quantile } from '../statistics/quantile.js';
import type { Claim } from '../evaluation/claim.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { outputCorrelations } from '../evaluation/linear-datamodelling-score.js';
import { correctClassMargins } from '../evaluation/margins.js';
import { deriveSeed, randomStream } from '../numerics/random.js';
import { influencePredictor } from '../prediction/influence.js';
import { improvedSettings, trainModelPred } from '../prediction/modelpred/index.js';
import { refinedByNewton } from '../prediction/newton.js';
import type { Predictor } from '../prediction/predictor.js';
import { sizeAwareNewtonPredictor } from '../prediction/size-aware-newton.js';
import type { Bank } from '../retraining/bank.js';
import { buildBank, takeBank } from '../retraining/retrain-bank.js';
import { fixedSizeSubsets, fullPool, uniformSizeSubsets, type Subsets } from '../subsets/index.js';
import { loadProblem, type Problem, type ProblemName } from './problem.js';
import {
  improvedName,
  refinedName,
  sizeAwareNewtonName,
  type MeasuredBank,
  type PreparedPredictor,
} from './predictors.js';
import type { Profile } from './profile.js';
import { slug } from './slug.js';

interface Effort {
  readonly problems: readonly ProblemName[];
  readonly seeds: number;
  /** Numbers of retrained subsets to learn from, ascending. */
  readonly counts: readonly number[];
  /** Held-out subsets of each size. */
  readonly heldOut: number;
  /** Test points whose margins are predicted. */
  readonly points: number;
  /** Test points that are followed as points are removed from the pool. */
  readonly targets: number;
  readonly steps: number;
}

const efforts: Readonly<Record<Profile, Effort>> = {
  smoke: { problems: ['breast cancer'], seeds: 2, counts: [60, 120], heldOut: 40, points: 4, targets: 6, steps: 20 },
  quick: {
    problems: ['breast cancer', 'spambase'],
    seeds: 2,
    counts: [300, 3000],
    heldOut: 200,
    points: 24,
    targets: 48,
    steps: 450,
  },
  full: {
    problems: ['iris 1/2', 'breast cancer', 'spambase'],
    seeds: 5,
    counts: [100, 300, 1000, 3000, 10000],
    heldOut: 500,
    points: 100,
    targets: 100,
    steps: 2000,
  },
};

/** Sizes of held-out subsets as shares of the pool; datamodels are fitted to subsets of the first. */
const shares = [0.5, 0.25, 0.8] as const;
export const lassoName = 'datamodels (LASSO)';

/** Margins of one method against retrained ones on held-out subsets of one size, means over seeds. */
interface Outcome {
  readonly share: number;
  /** `T` Spearman correlations over subsets. */
  readonly correlations: Float64Array;
  /** `T` shares of variance explained, 1 − Σ(m̂ − m)²/Σ(m − m̄)²; negative where the mean would do better. */
  readonly explained: Float64Array;
  /** `B×T` margins of the first seed. */
  readonly margins: Float64Array;
}

/** One method with one number of retrained subsets to learn from. */
interface MethodRun {
  readonly method: string;
  readonly count: number;
  readonly outcomes: readonly Outcome[];
  /** Processor seconds, means over seeds: labels, fitting, prediction of all held-out subsets. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly predictionSeconds: number;
}

/** What the first seed learned with the most retrained subsets. */
interface Learned {
  /** Retrained halves of the pool, to which datamodels are fitted. */
  readonly halves: MeasuredBank;
  readonly network: PreparedPredictor;
  /** Retrained held-out halves. */
  readonly held: Bank;
}

/** All measurements on one data set. */
export interface DatamodelsResult {
  readonly problem: Problem;
  readonly points: number;
  /** `B×T` margins of the retrained models for each share. */
  readonly actual: readonly Float64Array[];
  readonly largestResidual: number;
  readonly retrainedModels: number;
  readonly runs: readonly MethodRun[];
  /** Test points to follow as points are removed from the pool. */
  readonly targets: Dataset;
  readonly learned: Learned;
  readonly seed: number;
}

/** Margins of the test points that a method predicts for subsets. */
type MarginsOf = (subsets: Subsets) => Float64Array | Promise<Float64Array>;

interface Prepared {
  readonly method: string;
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly marginsOf: MarginsOf;
}

async function compareOn(
  name: ProblemName,
  { seeds: seedCount, counts, heldOut, points: pointCount, targets, steps }: Effort,
  seed: number,
  control: RunControl,
): Promise<DatamodelsResult> {
  const problem = await loadProblem(name);
  const { pool, test, learner, minimumSize } = problem;
  const order = randomStream(deriveSeed(seed, name, 'margins')).permutation(test.size);
  const points = takeRows(test, order.subarray(0, pointCount));
  const drawShare = (share: number, count: number, from: number) =>
    fixedSizeSubsets({ poolSize: pool.size, count, size: Math.floor(share * pool.size), seed: from });
  const held: Bank[] = [];
  for (const share of shares) {
    const subsets = drawShare(share, heldOut, deriveSeed(seed, name, 'held-out subsets', share));
    held.push(await buildBank({ ...control, pool, learner, subsets, missingClass: 'drop' }));
  }
  const actual = held.map(({ parameters }) => correctClassMargins(learner, points, parameters));
  const { parameters: full } = await learner.retrain(pool, fullPool(pool.size));
  const ofPredictor =
    (predictor: Predictor): MarginsOf =>
    async (subsets) =>
      correctClassMargins(learner, points, await predictor.predict(subsets, control));
  const residuals = held.map((bank) => bank.residuals);

  const trials = new Map<string, (Prepared & { count: number; seconds: number; margins: Float64Array[] })[]>();
  const measure = async (prepared: Prepared, ofCounts: readonly number[]): Promise<void> => {
    const { result: margins, seconds } = await measureCpu(async () => {
      const found: Float64Array[] = [];
      for (const { subsets } of held) found.push(await prepared.marginsOf(subsets));
      return found;
    });
    for (const count of ofCounts) {
      const key = JSON.stringify([prepared.method, count]);
      trials.set(key, [...(trials.get(key) ?? []), { ...prepared, count, seconds, margins }]);
    }
  };

  for (const predictor of [influencePredictor(pool, learner, full), sizeAwareNewtonPredictor(pool, learner, 1)]) {
    const prepared = { method: predictor.name, labelSeconds: 0, trainingSeconds: 0, marginsOf: ofPredictor(predictor) };
    await measure(prepared, counts);
  }
  const most = counts[counts.length - 1];
  let learned: Learned | undefined;
  for (let s = seed; s < seed + seedCount; s++) {
    const halves = await measureCpu(() =>
      buildBank({
        ...control,
        pool,
        learner,
        subsets: drawShare(shares[0], most, deriveSeed(s, name, 'datamodel bank')),
        missingClass: 'drop',
      }),
    );
    const allSizes = await measureCpu(() =>
      buildBank({
        ...control,
        pool,
        learner,
        subsets: uniformSizeSubsets({
          poolSize: pool.size,
          count: most,
          minimumSize,
          labels: pool.labels,
          seed: deriveSeed(s, name, 'ModelPred bank'),
        }),
      }),
    );
    residuals.push(halves.result.residuals, allSizes.result.residuals);
    for (const count of counts) {
      const rows = Array.from({ length: count }, (_, b) => b);
      const bank = takeBank(halves.result, rows.slice(0, halves.result.subsets.count));
      const outputs = correctClassMargins(learner, points, bank.parameters);
      const fits: (() => Datamodels | Promise<Datamodels>)[] = [
        () => differenceOfMeans(bank.subsets, outputs),
        () => fitRidgeDatamodels(bank.subsets, outputs, control),
        () => fitDatamodels(bank.subsets, outputs, control),
      ];
      for (const fit of fits) {
        const { result, seconds } = await measureCpu(async () => await fit());
        const labelSeconds = (halves.seconds * count) / most;
        const marginsOf = (subsets: Subsets) => predictOutputs(result, subsets);
        await measure({ method: result.name, labelSeconds, trainingSeconds: seconds, marginsOf }, [count]);
      }
      const settings = improvedSettings({
        batchSize: 128,
        learningRate: 5e-3,
        steps,
        validateEvery: Math.ceil(steps / 4),
      });
      const { result: network, seconds: trainingSeconds } = await measureCpu(() =>
        trainModelPred({ ...control, bank: takeBank(allSizes.result, rows), settings, seed: s }),
      );
      const labelSeconds = (allSizes.seconds * count) / most;
      if (s === seed && count === most) {
        const prepared = { method: network.name, predictor: network, labelSeconds, trainingSeconds };
        learned = { halves, network: prepared, held: held[0] };
      }
      for (const predictor of [network, refinedByNewton(network, pool, learner)]) {
        const marginsOf = ofPredictor(predictor);
        await measure({ method: predictor.name, labelSeconds, trainingSeconds, marginsOf }, [count]);
      }
    }
  }

  const runs = [...trials.values()].map((own): MethodRun => ({
    method: own[0].method,
    count: own[0].count,
    outcomes: shares.map((share, k) => {
      const each = own.map(({ margins }) => margins[k]);
      return {
        share,
        correlations: meanOf(each.map((margins) => outputCorrelations(margins, actual[k], pointCount))),
        explained: meanOf(each.map((margins) => explainedVariance(margins, actual[k], pointCount))),
        margins: each[0],
      };
    }),
    labelSeconds: mean(own.map((trial) => trial.labelSeconds)),
    trainingSeconds: mean(own.map((trial) => trial.trainingSeconds)),
    predictionSeconds: mean(own.map((trial) => trial.seconds)),
  }));
  return {
    problem,
    points: pointCount,
    actual,
    largestResidual: residuals.reduce((largest, part) => part.reduce((max, r) => Math.max(max, r), largest), 0),
    retrainedModels: residuals.reduce((sum, part) => sum + part.length, 0),
    runs,
    targets: takeRows(test, firstOfEveryClass(order, test.labels, targets)),
    learned: learned as Learned,
    seed,
  };
}

/** The first points of an order, at least two of every class among them, so that each has another of its class. */
function firstOfEveryClass(order: Int32Array, labels: Uint8Array, count: number): Int32Array {
  const needed = [...new Set(labels)].flatMap((label) => [...order.filter((i) => labels[i] === label).subarray(0, 2)]);
  const chosen = new Set([...new Set([...needed, ...order])].slice(0, count));
  return order.filter((i) => chosen.has(i));
}

/** Entry by entry. */
function meanOf(lists: readonly Float64Array[]): Float64Array {
  return lists[0].map((_, t) => mean(lists.map((list) => list[t])));
}

function explainedVariance(predicted: Float64Array, actual: Float64Array, points: number): Float64Array {
  return Float64Array.from({ length: points }, (_, t) => {
    const rows = Array.from({ length: actual.length / points }, (_, b) => b * points + t);
    const centre = mean(rows.map((at) => actual[at]));
    const left = mean(rows.map((at) => (predicted[at] - actual[at]) ** 2));
    return 1 - left / mean(rows.map((at) => (actual[at] - centre) ** 2));
  });
}

export interface DatamodelsOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own banks and network. Test points and held-out subsets are shared. */
  readonly seed: number;
}

/**
 * Predicts the correct-class margins of test points under models retrained on held-out subsets: by datamodels, fitted to
 * retrained subsets of half the pool, and from predicted parameters. ModelPred learns from as many subsets of all sizes.
 */
export async function datamodelsComparison(options: DatamodelsOptions): Promise<DatamodelsResult[]> {
  const { profile, seed, ...control } = options;
  const results: DatamodelsResult[] = [];
  for (const name of efforts[profile].problems) results.push(await compareOn(name, efforts[profile], seed, control));
  return results;
}

/** The runs with the most retrained subsets. */
function largestRuns({ runs }: DatamodelsResult): MethodRun[] {
  const most = Math.max(...runs.map(({ count }) => count));
  return runs.filter(({ count }) => count === most);
}

/** Every method with the most retrained subsets, by size of the held-out subsets; 95 % intervals over test points. */
export function marginScores(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) =>
    shares.flatMap((share, k) =>
      largestRuns(result).map(({ method, outcomes }) => {
        const { value, low, high } = bootstrapMean(outcomes[k].correlations, { seed: result.seed });
        return {
          'data set': result.problem.title,
          'share of the pool': share,
          method,
          'linear datamodelling score': value,
          low,
          high,
          'median R²': quantile(outcomes[k].explained, 0.5),
        };
      }),
    ),
  );
}

/** Scores on held-out halves as retrained subsets are added. */
export function scoreRows(results: readonly DatamodelsResult[]) {
  return results.flatMap(({ problem, runs, seed }) =>
    runs.map(({ method, count, outcomes: [{ correlations }] }) => {
      const { value, low, high } = bootstrapMean(correlations, { seed });
      return { dataset: problem.title, method, subsets: count, score: value, low, high };
    }),
  );
}

/** Margins of one test point, the one that datamodels predict with median correlation, on at most 150 held-out halves. */
export function marginPairs(results: readonly DatamodelsResult[], methods: readonly string[]) {
  return results.flatMap((result) => {
    const runs = largestRuns(result);
    const { correlations } = (runs.find(({ method }) => method === lassoName) as MethodRun).outcomes[0];
    const middle = [...correlations.keys()].sort((a, b) => correlations[a] - correlations[b])[
      Math.floor(correlations.length / 2)
    ];
    return runs
      .filter(({ method }) => methods.includes(method))
      .flatMap(({ method, outcomes: [outcome] }) =>
        Array.from({ length: Math.min(150, outcome.margins.length / result.points) }, (_, b) => ({
          dataset: result.problem.title,
          method,
          predicted: outcome.margins[b * result.points + middle],
          exact: result.actual[0][b * result.points + middle],
          correlation: outcome.correlations[middle],
        })),
      );
  });
}

/** Processor seconds of every method with the most retrained subsets, by what they are spent on. */
export function datamodelCosts(results: readonly DatamodelsResult[]) {
  return results.flatMap((result) =>
    largestRuns(result).flatMap(({ method, labelSeconds, trainingSeconds, predictionSeconds }) =>
      (
        [
          ['labels', labelSeconds],
          ['training', trainingSeconds],
          ['prediction', predictionSeconds],
        ] as const
      ).map(([stage, seconds]) => ({ dataset: result.problem.title, method, stage, seconds })),
    ),
  );
}

/** The statements that notebook 04 checks. */
export function datamodelsClaims(results: readonly DatamodelsResult[], profile: Profile): Claim[] {
  const guarded = profile !== 'smoke';
  const kind = '95 % bootstrap over test points';
  const optimal: Claim = {
    id: 'exact-retraining',
    statement: `All ${results.reduce((sum, { retrainedModels }) => sum + retrainedModels, 0).toLocaleString('en')} retrained models are optimal: residual at most 1e-8.`,
    source: 'this project',
    measured: Math.max(...results.map(({ largestResidual }) => largestResidual)),
    unit: 'largest max|∇F|/(C·n), float64',
    verdict: results.every(({ largestResidual }) => largestResidual <= 1e-8) ? 'holds' : 'does not hold',
    guarded: true,
  };
  const perDataset = results.flatMap((result): Claim[] => {
    const { title } = result.problem;
    const runs = largestRuns(result);
    const correlationsOf = (method: string, k = 0): Float64Array =>
      (runs.find((run) => run.method === method) as MethodRun).outcomes[k].correlations;
    const scoreOf = (method: string) => bootstrapMean(correlationsOf(method), { seed: result.seed });
    const gapOf = (method: string, k = 0) => {
      const lasso = correlationsOf(lassoName, k);
      return bootstrapMean(
        correlationsOf(method, k).map((value, t) => value - lasso[t]),
        { seed: result.seed },
      );
    };
    const [lasso, refined] = [scoreOf(lassoName), scoreOf(refinedName)];
    const [learned, untrained, transferred] = [gapOf(improvedName), gapOf(sizeAwareNewtonName), gapOf(improvedName, 1)];
    const unit = 'mean Spearman correlation over test points';
    const difference = `difference of linear datamodelling scores, minus that of ${lassoName}`;
    return [
      {
        id: `lasso-${slug(title)}`,
        statement: `Datamodels predict how margins on ${title} depend on the training subset: a linear datamodelling score of at least 0.8 on held-out halves.`,
        source: 'Ilyas et al. 2022: linear datamodels predict outputs of retrained models',
        measured: lasso.value,
        interval: { low: lasso.low, high: lasso.high, kind },
        unit,
        verdict: lasso.low >= 0.8 ? 'holds' : 'does not hold',
        guarded,
      },
      {
        id: `modelpred-${slug(title)}`,
        statement: `On held-out halves of ${title}, margins of ModelPred’s models score higher than datamodels fitted to as many retrained subsets.`,
        source: 'paper: comparison with Datamodels',
        measured: learned.value,
        interval: { low: learned.low, high: learned.high, kind },
        unit: difference,
        verdict: learned.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `refined-${slug(title)}`,
        statement: `With one Newton step, margins of ModelPred’s models on held-out halves of ${title} score at least 0.99.`,
        source: 'this project',
        measured: refined.value,
        interval: { low: refined.low, high: refined.high, kind },
        unit,
        verdict: refined.low >= 0.99 ? 'holds' : 'does not hold',
        guarded,
      },
      {
        id: `untrained-${slug(title)}`,
        statement: `One Newton step from the optimum of the subset’s size, without any retrained subset, scores higher on ${title} than datamodels.`,
        source: 'this project',
        measured: untrained.value,
        interval: { low: untrained.low, high: untrained.high, kind },
        unit: difference,
        verdict: untrained.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
      {
        id: `other-size-${slug(title)}`,
        statement: `On subsets of a quarter of ${title}, a size that datamodels were not fitted to, ModelPred scores higher than they do.`,
        source: 'paper: one model for subsets of all sizes',
        measured: transferred.value,
        interval: { low: transferred.low, high: transferred.high, kind },
        unit: difference,
        verdict: transferred.low > 0 ? 'holds' : 'does not hold',
        guarded: false,
      },
    ];
  });
  return [optimal, ...perDataset];
}
