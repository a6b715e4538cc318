import type { RunControl } from '../control.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { relativeErrors } from '../evaluation/parameter-error.js';
import { deriveSeed } from '../numerics/random.js';
import {
  improvedSettings,
  modelPredSettings,
  trainModelPred,
  type ModelPredSettings,
} from '../prediction/modelpred/index.js';
import type { Predictor } from '../prediction/predictor.js';
import { buildBank, takeBank } from '../retraining/retrain-bank.js';
import { uniformSizeSubsets } from '../subsets/index.js';
import { networkTraining } from './network-training.js';
import {
  baselinePreparations,
  prepareMeasured,
  ridgeName,
  sizeAwareNewtonName,
  type MeasuredBank,
} from './predictors.js';
import { loadProblem, type Problem, type ProblemName } from './problem.js';
import type { Profile } from './profile.js';

/** The two forms of ModelPred's network. */
type Form = 'authors’ network' | 'improved network';

interface Effort {
  readonly problem: ProblemName;
  readonly form: Form;
  /** Units of a hidden layer, ascending multiples of 8. */
  readonly widths: readonly number[];
  /** Retrained subsets learned from, ascending; each set holds the smaller ones. */
  readonly counts: readonly number[];
  readonly seeds: number;
  readonly steps: number;
  readonly heldOut: number;
}

const efforts: Readonly<Record<Profile, readonly Effort[]>> = {
  smoke: [
    {
      problem: 'iris 1/2',
      form: 'improved network',
      widths: [8, 16],
      counts: [60, 240],
      seeds: 2,
      steps: 40,
      heldOut: 40,
    },
  ],
  quick: [
    {
      problem: 'iris 1/2',
      form: 'authors’ network',
      widths: [8, 32, 128],
      counts: [125, 500, 2000],
      seeds: 2,
      steps: 400,
      heldOut: 300,
    },
    {
      problem: 'iris 1/2',
      form: 'improved network',
      widths: [8, 32, 128],
      counts: [125, 500, 2000],
      seeds: 2,
      steps: 300,
      heldOut: 300,
    },
    {
      problem: 'breast cancer',
      form: 'improved network',
      widths: [8, 32, 64],
      counts: [250, 1000, 4000],
      seeds: 2,
      steps: 300,
      heldOut: 300,
    },
  ],
  full: (['iris 1/2', 'breast cancer', 'spambase'] as const).flatMap((problem) =>
    (['authors’ network', 'improved network'] as const).map((form) => ({
      problem,
      form,
      widths: [8, 16, 32, 64, 128, 256],
      counts: [125, 500, 2000, 8000, 32000],
      seeds: 5,
      steps: 2000,
      heldOut: 500,
    })),
  ),
};

/** Training subsets on which the error of what was learned is measured, at most. */
const seenCount = 500;

/** A network of one width, or a baseline (width null), after one number of retrained subsets. */
export interface ExpressivePowerRun {
  readonly method: string;
  readonly width: number | null;
  /** Null for what learns from none. */
  readonly count: number | null;
  /** `B` relative errors on the held-out subsets, means over seeds. */
  readonly errors: Float64Array;
  /** Mean relative error on the held-out subsets, for every seed. */
  readonly seedErrors: readonly number[];
  /** Relative errors on subsets it learned from, means over seeds; empty where it learned from none. */
  readonly seenErrors: Float64Array;
  /** Processor seconds, means over seeds; prediction is of all held-out subsets. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
  readonly predictionSeconds: number;
}

/** All measurements with one form of network on one data set. */
export interface ExpressivePowerResult {
  readonly problem: Problem;
  /** Data set and form. */
  readonly title: string;
  readonly widths: readonly number[];
  readonly counts: readonly number[];
  readonly runs: readonly ExpressivePowerRun[];
  readonly largestResidual: number;
  readonly retrainedModels: number;
  readonly seed: number;
}

/** As shown in tables and figures. */
export const widthName = (width: number): string => `width ${width}`;

/** The form of network with hidden layers of one width; ρ of the improved one is twice as wide as φ, as in its own settings. */
function settingsOf(form: Form, width: number, steps: number): ModelPredSettings {
  if (form === 'authors’ network') {
    const settings = modelPredSettings('parameter MSE', { ...networkTraining(steps), validateEvery: steps / 4 });
    const layers = [width, width, width];
    return { ...settings, architecture: { ...settings.architecture, pointLayers: layers, subsetLayers: layers } };
  }
  const settings = improvedSettings({ steps, batchSize: 128, learningRate: 5e-3, validateEvery: steps / 4 });
  return {
    ...settings,
    architecture: {
      ...settings.architecture,
      pointLayers: [width, width],
      subsetLayers: [2 * width, 2 * width],
    },
  };
}

async function measureOn(effort: Effort, seed: number, control: RunControl): Promise<ExpressivePowerResult> {
  const { widths, counts, form, steps } = effort;
  const problem = await loadProblem(effort.problem);
  const { pool, learner, minimumSize } = problem;
  const p = learner.parameterCount(pool);
  const retrain = (count: number, from: number) =>
    buildBank({
      ...control,
      pool,
      learner,
      subsets: uniformSizeSubsets({ poolSize: pool.size, count, minimumSize, labels: pool.labels, seed: from }),
    });
  const heldOut = await retrain(
    effort.heldOut,
    deriveSeed(seed, problem.title, 'expressive power', 'held-out subsets'),
  );
  const residuals = [heldOut.residuals];

  type Trial = Omit<ExpressivePowerRun, 'seedErrors'>;
  const trials = new Map<string, Trial[]>();
  const record = async (
    run: Pick<ExpressivePowerRun, 'method' | 'width' | 'count'>,
    { predictor, ...seconds }: { predictor: Predictor; labelSeconds: number; trainingSeconds: number },
    bank: MeasuredBank | null,
  ): Promise<void> => {
    const predicted = await measureCpu(() => predictor.predict(heldOut.subsets, control));
    const seen = bank && takeBank(bank.result, range(Math.min(seenCount, bank.result.subsets.count)));
    const trial: Trial = {
      ...run,
      ...seconds,
      errors: relativeErrors(predicted.result, heldOut.parameters, p),
      seenErrors: seen
        ? relativeErrors(await predictor.predict(seen.subsets, control), seen.parameters, p)
        : new Float64Array(),
      predictionSeconds: predicted.seconds,
    };
    const key = JSON.stringify([run.method, run.count]);
    trials.set(key, [...(trials.get(key) ?? []), trial]);
  };

  const baselines = baselinePreparations(problem);
  const none: MeasuredBank = { result: heldOut, seconds: 0 };
  await record(
    { method: sizeAwareNewtonName, width: null, count: null },
    await prepareMeasured(baselines.sizeAwareNewton, none, seed),
    null,
  );
  const most = counts[counts.length - 1];
  for (let own = seed; own < seed + effort.seeds; own++) {
    const whole = await measureCpu(() => retrain(most, deriveSeed(own, problem.title, 'expressive power', 'bank')));
    residuals.push(whole.result.residuals);
    for (const count of counts) {
      const bank = { result: takeBank(whole.result, range(count)), seconds: (whole.seconds * count) / most };
      await record({ method: ridgeName, width: null, count }, await prepareMeasured(baselines.ridge, bank, own), bank);
      for (const width of widths) {
        const { result: predictor, seconds: trainingSeconds } = await measureCpu(() =>
          trainModelPred({ ...control, bank: bank.result, settings: settingsOf(form, width, steps), seed: own }),
        );
        const costs = { labelSeconds: bank.seconds, trainingSeconds };
        await record({ method: widthName(width), width, count }, { predictor, ...costs }, bank);
      }
    }
  }

  return {
    problem,
    title: `${problem.title}, ${form}`,
    widths,
    counts,
    runs: [...trials.values()].map((own) => ({
      ...own[0],
      errors: meanOf(own.map(({ errors }) => errors)),
      seedErrors: own.map(({ errors }) => mean(errors)),
      seenErrors: meanOf(own.map(({ seenErrors }) => seenErrors)),
      labelSeconds: mean(own.map(({ labelSeconds }) => labelSeconds)),
      trainingSeconds: mean(own.map(({ trainingSeconds }) => trainingSeconds)),
      predictionSeconds: mean(own.map(({ predictionSeconds }) => predictionSeconds)),
    })),
    largestResidual: residuals.reduce((largest, part) => part.reduce((max, r) => Math.max(max, r), largest), 0),
    retrainedModels: residuals.reduce((sum, part) => sum + part.length, 0),
    seed,
  };
}

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Entry by entry. */
function meanOf(lists: readonly Float64Array[]): Float64Array {
  return lists[0].map((_, i) => mean(lists.map((list) => list[i])));
}

export interface ExpressivePowerOptions extends RunControl {
  readonly profile: Profile;
  /** First of the seeds; every seed has its own bank and network. Held-out subsets are shared. */
  readonly seed: number;
}

/**
 * How close networks of several widths come to the map from subsets to trained parameters, after learning from several numbers
 * of retrained subsets: on subsets they have seen, and on held-out ones. Larger sets of subsets hold the smaller ones.
 */
export async function expressivePower(options: ExpressivePowerOptions): Promise<ExpressivePowerResult[]> {
  const { profile, seed, ...control } = options;
  const results: ExpressivePowerResult[] = [];
  for (const effort of efforts[profile]) results.push(await measureOn(effort, seed, control));
  return results;
}

/** The largest number of retrained subsets learned from. */
export const mostSubsets = ({ counts }: ExpressivePowerResult): number => counts[counts.length - 1];

/** The run of the network of one width. */
export function networkRun(result: ExpressivePowerResult, width: number, count: number): ExpressivePowerRun {
  return runOf(result, widthName(width), count);
}

/** The run of one method after learning from a number of retrained subsets. */
export function runOf({ runs }: ExpressivePowerResult, method: string, count: number): ExpressivePowerRun {
  return runs.find((run) => run.method === method && run.count === count) as ExpressivePowerRun;
}
