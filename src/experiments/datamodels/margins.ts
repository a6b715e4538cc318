import {
  differenceOfMeans,
  fitDatamodels,
  fitRidgeDatamodels,
  predictOutputs,
  type Datamodels,
} from '../../attribution/index.js';
import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { mean } from '../../statistics/mean.js';
import { measureCpu } from '../../evaluation/cost.js';
import { outputCorrelations } from '../../evaluation/linear-datamodelling-score.js';
import { correctClassMargins } from '../../evaluation/margins.js';
import type { MethodId } from '../../evaluation/methods.js';
import { deriveSeed } from '../../numerics/random.js';
import { influencePredictor } from '../../prediction/influence.js';
import { improvedSettings, trainModelPred } from '../../prediction/modelpred/index.js';
import { refinedByNewton } from '../../prediction/newton.js';
import type { Predictor } from '../../prediction/predictor.js';
import { sizeAwareNewtonPredictor } from '../../prediction/size-aware-newton.js';
import type { Bank } from '../../retraining/bank.js';
import { takeBank } from '../../retraining/retrain-bank.js';
import { fixedSizeSubsets, fullPool, type Subsets } from '../../subsets/index.js';
import type { Seconds } from '../common/costs.js';
import { range } from '../common/experiment.js';
import { improvedTraining } from '../common/preparations.js';
import { uniformSubsets, type exactRetraining } from '../common/retraining.js';
import type { MeasuredBank, Prepared } from '../common/runner.js';
import type { Problem } from '../problems/problem.js';
import type { Effort } from './effort.js';

/** Sizes of held-out subsets as shares of the pool; datamodels are fitted to subsets of the first. */
export const shares = [0.5, 0.25, 0.8] as const;

/** Margins of one method against retrained ones on held-out subsets, with what one seed learned. */
export interface MarginTrial {
  /** For each share, `T` Spearman correlations over subsets. */
  readonly correlations: readonly Float64Array[];
  /** For each share, `T` shares of variance explained, 1 − Σ(m̂ − m)²/Σ(m − m̄)²; negative where the mean would do better. */
  readonly explained: readonly Float64Array[];
  /** `B×T` margins on held-out halves. */
  readonly margins: Float64Array;
  /** Prediction is of all held-out subsets. */
  readonly seconds: Seconds;
}

/** One method with one number of retrained subsets to learn from; a single trial where nothing is learned. */
export interface MarginRun {
  readonly method: MethodId;
  readonly count: number;
  readonly trials: readonly MarginTrial[];
}

/** What the first seed learned with the most retrained subsets. */
export interface Learned {
  /** Retrained halves of the pool, to which datamodels are fitted. */
  readonly halves: MeasuredBank;
  readonly network: Prepared;
}

/** What all parts of the experiment share. */
export interface MarginGround {
  readonly problem: Problem;
  readonly effort: Effort;
  readonly seed: number;
  readonly control: RunControl;
  readonly retraining: ReturnType<typeof exactRetraining>;
  /** Retrained held-out subsets of each share. */
  readonly heldOut: readonly Bank[];
  readonly points: Dataset;
}

const shareOfPool = (pool: Dataset, share: number, count: number, seed: number): Subsets =>
  fixedSizeSubsets({ poolSize: pool.size, count, size: Math.floor(share * pool.size), seed });

export async function retrainHeldOut(
  { pool, title }: Problem,
  { heldOut }: Effort,
  seed: number,
  retraining: MarginGround['retraining'],
): Promise<Bank[]> {
  const banks: Bank[] = [];
  for (const share of shares) {
    const drawn = deriveSeed(seed, title, 'held-out subsets', share);
    banks.push(await retraining.bank(shareOfPool(pool, share, heldOut, drawn), { missingClass: 'drop' }));
  }
  return banks;
}

/** A way to predict margins of the test points, with what it took to prepare. */
interface MarginMethod extends Pick<Seconds, 'labels' | 'training'> {
  readonly method: MethodId;
  readonly marginsOf: (subsets: Subsets) => Float64Array | Promise<Float64Array>;
}

/** Every method's margins with every number of retrained subsets. */
export async function compareMargins(ground: MarginGround) {
  const { problem, effort, seed, control, heldOut, points } = ground;
  const { pool, learner } = problem;
  const actual = heldOut.map(({ parameters }) => correctClassMargins({ learner, points, parameters }));
  const runs = new Map<string, { method: MethodId; count: number; trials: MarginTrial[] }>();
  const measure = async (own: MarginMethod, counts: readonly number[]): Promise<void> => {
    const trial = await marginTrial(own, heldOut, actual, points.size);
    for (const count of counts) {
      const key = JSON.stringify([own.method, count]);
      const run = runs.get(key) ?? { method: own.method, count, trials: [] };
      runs.set(key, { ...run, trials: [...run.trials, trial] });
    }
  };
  const marginsBy =
    (predictor: Predictor): MarginMethod['marginsOf'] =>
    async (subsets) =>
      correctClassMargins({ learner, points, parameters: await predictor.predict(subsets, control) });

  const { parameters: full } = await learner.retrain(pool, fullPool(pool.size));
  const nothing = { labels: 0, training: 0 };
  const untaught = [
    { method: 'influence', predictor: influencePredictor({ pool, learner, full }) },
    { method: 'sizeAwareNewton', predictor: sizeAwareNewtonPredictor({ pool, learner, steps: 1 }) },
  ] as const;
  for (const { method, predictor } of untaught)
    await measure({ method, ...nothing, marginsOf: marginsBy(predictor) }, effort.counts);

  let learned: Learned | undefined;
  for (const own of range(effort.seeds, seed)) {
    const banks = await banksOf(ground, own);
    for (const count of effort.counts) {
      for (const fit of await fitAll(banks.halves, count, ground)) await measure(fit, [count]);
      const network = await trainNetwork(banks.allSizes, count, ground, own);
      if (own === seed) learned = { halves: banks.halves, network };
      await measure({ ...network, marginsOf: marginsBy(network.predictor) }, [count]);
      const refined = refinedByNewton({ predictor: network.predictor, pool, learner });
      await measure({ ...network, method: 'refined', marginsOf: marginsBy(refined) }, [count]);
    }
  }
  return { runs: [...runs.values()], actual, learned: learned as Learned };
}

async function marginTrial(
  { labels, training, marginsOf }: MarginMethod,
  heldOut: readonly Bank[],
  actual: readonly Float64Array[],
  points: number,
): Promise<MarginTrial> {
  const { result: margins, seconds: prediction } = await measureCpu(async () => {
    const found: Float64Array[] = [];
    for (const { subsets } of heldOut) found.push(await marginsOf(subsets));
    return found;
  });
  return {
    correlations: margins.map((own, k) => outputCorrelations({ predicted: own, actual: actual[k], points })),
    explained: margins.map((own, k) => explainedVariance(own, actual[k], points)),
    margins: margins[0],
    seconds: { labels, training, prediction },
  };
}

/** One seed's retrained halves of the pool, and as many subsets of all sizes. */
async function banksOf({ problem, effort, retraining }: MarginGround, seed: number) {
  const { pool, title, minimumSize } = problem;
  const count = effort.counts[effort.counts.length - 1];
  const halves = shareOfPool(pool, shares[0], count, deriveSeed(seed, title, 'datamodel bank'));
  const allSizes = uniformSubsets(pool, { count, minimumSize, seed: deriveSeed(seed, title, 'ModelPred bank') });
  return {
    halves: await measureCpu(() => retraining.bank(halves, { missingClass: 'drop' })),
    allSizes: await measureCpu(() => retraining.bank(allSizes)),
  };
}

/** Datamodels fitted to the first retrained halves, at their share of the cost. */
async function fitAll({ result, seconds }: MeasuredBank, count: number, ground: MarginGround): Promise<MarginMethod[]> {
  const { problem, effort, points, control } = ground;
  const bank = takeBank(result, range(Math.min(count, result.subsets.count)));
  const outputs = correctClassMargins({ learner: problem.learner, points, parameters: bank.parameters });
  const labels = (seconds * count) / effort.counts[effort.counts.length - 1];
  const fits: readonly (readonly [MethodId, () => Datamodels | Promise<Datamodels>])[] = [
    ['differenceOfMeans', () => differenceOfMeans(bank.subsets, outputs)],
    ['ridgeDatamodels', () => fitRidgeDatamodels({ subsets: bank.subsets, outputs, ...control })],
    ['lasso', () => fitDatamodels({ subsets: bank.subsets, outputs, ...control })],
  ];
  const methods: MarginMethod[] = [];
  for (const [method, fit] of fits) {
    const { result: fitted, seconds: training } = await measureCpu(fit);
    methods.push({ method, labels, training, marginsOf: (subsets) => predictOutputs(fitted, subsets) });
  }
  return methods;
}

/** ModelPred on the first retrained subsets of all sizes, at their share of the cost. */
async function trainNetwork(
  { result, seconds }: MeasuredBank,
  count: number,
  { effort, control }: MarginGround,
  seed: number,
): Promise<Prepared> {
  const { counts, steps } = effort;
  const settings = improvedSettings(improvedTraining(steps, Math.ceil(steps / 4)));
  const bank = takeBank(result, range(count));
  const trained = await measureCpu(() => trainModelPred({ ...control, bank, settings, seed }));
  return {
    method: 'improved',
    predictor: trained.result,
    labels: (seconds * count) / counts[counts.length - 1],
    training: trained.seconds,
  };
}

function explainedVariance(predicted: Float64Array, actual: Float64Array, points: number): Float64Array {
  return Float64Array.from({ length: points }, (_, t) => {
    const rows = range(actual.length / points).map((b) => b * points + t);
    const centre = mean(rows.map((at) => actual[at]));
    const left = mean(rows.map((at) => (predicted[at] - actual[at]) ** 2));
    return 1 - left / mean(rows.map((at) => (actual[at] - centre) ** 2));
  });
}
