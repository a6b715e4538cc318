import type { RunControl } from '../../control.js';
import { measureCpu } from '../../evaluation/cost.js';
import { relativeErrors } from '../../evaluation/parameter-error.js';
import { deriveSeed } from '../../numerics/random.js';
import {
  improvedSettings,
  modelPredSettings,
  trainModelPred,
  type ModelPredSettings,
} from '../../prediction/modelpred/index.js';
import type { Bank } from '../../retraining/bank.js';
import { takeBank } from '../../retraining/retrain-bank.js';
import type { RetrainingRecord } from '../common/claims.js';
import type { Seconds } from '../common/costs.js';
import { experiment, range } from '../common/experiment.js';
import { authorsTraining, baselines, improvedTraining, untaughtPreparations } from '../common/preparations.js';
import { exactRetraining, uniformSubsets } from '../common/retraining.js';
import { predictMeasured, prepareMeasured, type MeasuredBank, type Prepared } from '../common/runner.js';
import { loadProblem } from '../problems/problem.js';
import { efforts, type Effort, type Form } from './effort.js';

/** Training subsets on which the error of what was learned is measured, at most. */
const seenCount = 500;

/** What one seed came to. */
export interface ExpressivePowerTrial {
  /** `B` relative errors on the held-out subsets. */
  readonly errors: Float64Array;
  /** Relative errors on subsets it learned from; empty where it learned from none. */
  readonly seenErrors: Float64Array;
  /** Prediction is of all held-out subsets. */
  readonly seconds: Seconds;
}

/** A network of one width, or a baseline, after learning from one number of retrained subsets. */
export interface ExpressivePowerRun {
  readonly method: 'network' | 'ridge' | 'sizeAwareNewton';
  /** Units of the network's hidden layers; null of a baseline. */
  readonly width: number | null;
  /** Null for what learns from none. */
  readonly count: number | null;
  /** One for each seed. */
  readonly trials: readonly ExpressivePowerTrial[];
}

/** All measurements with one form of network on one data set. */
export interface ExpressivePowerResult extends RetrainingRecord {
  /** Data set and form. */
  readonly title: string;
  readonly widths: readonly number[];
  readonly counts: readonly number[];
  readonly runs: readonly ExpressivePowerRun[];
  readonly seed: number;
}

/** The form of network with hidden layers of one width; ρ of the improved one is twice as wide as φ, as in its own settings. */
function settingsOf(form: Form, width: number, steps: number): ModelPredSettings {
  const authors = form === 'authors’ network';
  const validateEvery = steps / 4;
  const settings = authors
    ? modelPredSettings('parameter MSE', { ...authorsTraining(steps), validateEvery })
    : improvedSettings(improvedTraining(steps, validateEvery));
  const layers = authors
    ? { pointLayers: [width, width, width], subsetLayers: [width, width, width] }
    : { pointLayers: [width, width], subsetLayers: [2 * width, 2 * width] };
  return { ...settings, architecture: { ...settings.architecture, ...layers } };
}

/** Collects trials under what they have in common. */
function collected() {
  const runs = new Map<string, ExpressivePowerRun>();
  return {
    add: (run: Omit<ExpressivePowerRun, 'trials'>, trial: ExpressivePowerTrial): void => {
      const key = JSON.stringify(run);
      runs.set(key, { ...run, trials: [...(runs.get(key)?.trials ?? []), trial] });
    },
    runs: () => [...runs.values()],
  };
}

/** Errors and costs of one predictor on the held-out subsets, and on some of those it learned from. */
async function trialOf(prepared: Prepared, heldOut: Bank, bank: Bank | null, control: RunControl) {
  const p = heldOut.parameters.length / heldOut.subsets.count;
  const { parameters, seconds } = await predictMeasured(prepared, heldOut.subsets, control);
  const seen = bank && takeBank(bank, range(Math.min(seenCount, bank.subsets.count)));
  return {
    errors: relativeErrors({ predicted: parameters, retrained: heldOut.parameters, parameterCount: p }),
    seenErrors: seen
      ? relativeErrors({
          predicted: await prepared.predictor.predict(seen.subsets, control),
          retrained: seen.parameters,
          parameterCount: p,
        })
      : new Float64Array(),
    seconds,
  };
}

/** The first subsets of a bank, at their share of its cost. */
function firstOf({ result, seconds }: MeasuredBank, count: number): MeasuredBank {
  return { result: takeBank(result, range(count)), seconds: (seconds * count) / result.subsets.count };
}

async function measureOn(effort: Effort, seed: number, control: RunControl): Promise<ExpressivePowerResult> {
  const { widths, counts, form, steps } = effort;
  const problem = await loadProblem(effort.problem);
  const { pool, minimumSize, title } = problem;
  const retraining = exactRetraining(problem, control);
  const retrain = (count: number, own: number, use: string) =>
    retraining.bank(
      uniformSubsets(pool, { count, minimumSize, seed: deriveSeed(own, title, 'expressive power', use) }),
    );
  const heldOut = await retrain(effort.heldOut, seed, 'held-out subsets');
  const { add, runs } = collected();

  const none = { ground: problem, bank: { result: heldOut, seconds: 0 }, seed, before: [] };
  const newton = await prepareMeasured(untaughtPreparations(problem)('sizeAwareNewton'), none);
  add({ method: 'sizeAwareNewton', width: null, count: null }, await trialOf(newton, heldOut, null, control));
  for (const own of range(effort.seeds, seed)) {
    const whole = await measureCpu(() => retrain(counts[counts.length - 1], own, 'bank'));
    for (const count of counts) {
      const bank = firstOf(whole, count);
      const ridge = await prepareMeasured(baselines.ridge, { ...none, bank, seed: own });
      add({ method: 'ridge', width: null, count }, await trialOf(ridge, heldOut, bank.result, control));
      for (const width of widths) {
        const prepareFromBank = (from: Bank) =>
          trainModelPred({ ...control, bank: from, settings: settingsOf(form, width, steps), seed: own });
        const network = await prepareMeasured({ method: 'improved', prepareFromBank }, { ...none, bank, seed: own });
        add({ method: 'network', width, count }, await trialOf(network, heldOut, bank.result, control));
      }
    }
  }
  return { title: `${title}, ${form}`, widths, counts, runs: runs(), ...retraining.record(), seed };
}

/**
 * How close networks of several widths come to the map from subsets to trained parameters, after learning from several numbers
 * of retrained subsets: on subsets they have seen, and on held-out ones. Larger sets of subsets hold the smaller ones.
 */
export const expressivePower = experiment(efforts, measureOn);
