import type { RunControl } from '../control.js';
import { measureCpu } from '../evaluation/cost.js';
import { createLearner } from '../learners/registry.js';
import { influencePredictor } from '../prediction/influence.js';
import { lbfgsPredictor } from '../prediction/lbfgs.js';
import { meanPredictor } from '../prediction/mean.js';
import {
  improvedSettings,
  modelPredSettings,
  residualSettings,
  trainModelPred,
  type ModelPredLossName,
} from '../prediction/modelpred/index.js';
import { nearestPredictor } from '../prediction/nearest.js';
import { newtonPredictor, refinedByNewton } from '../prediction/newton.js';
import type { Predictor } from '../prediction/predictor.js';
import { ridgePredictor } from '../prediction/ridge.js';
import { shortTrainingPredictor } from '../prediction/short-training.js';
import { sizeAwareChordPredictor } from '../prediction/size-aware-chord.js';
import { sizeAwareNewtonPredictor } from '../prediction/size-aware-newton.js';
import type { Bank } from '../retraining/bank.js';
import { fullPool } from '../subsets/index.js';
import { networkTraining } from './network-training.js';
import type { Problem } from './problem.js';

/** A method as the comparisons see it: how to prepare a predictor, from a bank and a seed where it needs them. */
export type Preparation =
  | { readonly method: string; readonly prepare: () => Predictor | Promise<Predictor> }
  | { readonly method: string; readonly prepareFromBank: (bank: Bank, seed: number) => Predictor | Promise<Predictor> };

type Ground = Pick<Problem, 'pool' | 'learner'>;

export const modelPredName = (loss: ModelPredLossName): string => `ModelPred (${loss})`;
export const improvedName = 'ModelPred (improved)';
export const residualName = 'ModelPred (residual of chord 1)';
export const refinedName = `${improvedName} + one Newton step`;
export const meanName = 'mean θ';
export const nearestName = 'nearest subset';
export const ridgeOnMaskName = 'ridge on the mask';
export const influenceName = 'influence function';
export const authorsInfluenceName = "influence function (as in the paper's code)";
export const newtonName = 'one Newton step';
export const ridgeName = 'ridge on mask and size';
export const sizeAwareChordName = 'size-aware chord, one step';
export const sizeAwareNewtonName = 'size-aware Newton, one step';
export const lbfgsName = 'L-BFGS, 4 iterations';
export const exactName = 'exact retraining';

/** What needs no bank, and simple regressions on one. */
export function baselinePreparations({ pool, learner }: Ground) {
  const full = async (): Promise<Float64Array> => (await learner.retrain(pool, fullPool(pool.size))).parameters;
  // A copy of its own for every method, since a learner keeps its work on a pool: each pays for its whole size path.
  const poolWithSizePath = async () => {
    const own = { ...pool };
    if (learner.kind === 'convex')
      await learner.sizePath(own).prepare(Array.from({ length: pool.size }, (_, i) => i + 1));
    return own;
  };
  return {
    mean: { method: meanName, prepareFromBank: (bank: Bank) => meanPredictor(bank) },
    nearest: { method: nearestName, prepareFromBank: (bank: Bank) => nearestPredictor(bank) },
    ridgeOnMask: {
      method: ridgeOnMaskName,
      prepareFromBank: (bank: Bank) => ridgePredictor(bank, { features: 'mask' }),
    },
    ridge: { method: ridgeName, prepareFromBank: (bank: Bank) => ridgePredictor(bank) },
    influence: { method: influenceName, prepare: async () => influencePredictor(pool, learner, await full()) },
    authorsInfluence: {
      method: authorsInfluenceName,
      prepare: async () => influencePredictor(pool, learner, await full(), { formula: 'authors' }),
    },
    newton: { method: newtonName, prepare: async () => newtonPredictor(pool, learner, await full()) },
    sizeAwareChord: {
      method: sizeAwareChordName,
      prepare: async () => sizeAwareChordPredictor(await poolWithSizePath(), learner),
    },
    sizeAwareNewton: {
      method: sizeAwareNewtonName,
      prepare: async () => sizeAwareNewtonPredictor(await poolWithSizePath(), learner),
    },
    lbfgs: { method: lbfgsName, prepare: async () => lbfgsPredictor(await poolWithSizePath(), learner) },
  } satisfies Readonly<Record<string, Preparation>>;
}

export const fineTuningName = (steps: number): string => `fine-tuning for ${steps} steps`;
export const otherSeedName = 'retraining from another initial seed';

/** For learners without an optimum: stopped after a few steps, fine-tuned from the whole pool, or begun elsewhere. */
export function shortTrainingPreparations({ pool, learner }: Ground, steps: number) {
  const full = async (): Promise<Float64Array> => (await learner.retrain(pool, fullPool(pool.size))).parameters;
  return {
    fromStart: { method: `training for ${steps} steps`, prepare: () => shortTrainingPredictor(pool, learner, steps) },
    fineTuned: {
      method: fineTuningName(steps),
      prepare: async () => shortTrainingPredictor(pool, learner, steps, await full()),
    },
    otherSeed: { method: otherSeedName, prepare: () => fromAnotherSeed(pool, learner) },
  } satisfies Readonly<Record<string, Preparation>>;
}

/** The same learner with its next seed: what does not depend on where training begins, it predicts too. */
function fromAnotherSeed(pool: Problem['pool'], { name, hyperparameters }: Problem['learner']): Predictor {
  const other = createLearner({
    name,
    hyperparameters: { ...hyperparameters, seed: Number(hyperparameters.seed) + 1 },
  });
  return {
    name: otherSeedName,
    predict: async (subsets, control) => (await other.retrain(pool, subsets, control)).parameters,
    predictDataset: async (points, subsets = fullPool(points.size)) =>
      (await other.retrain(points, subsets)).parameters,
  };
}

/** The authors' network with one of the losses. */
export function modelPredPreparation(loss: ModelPredLossName, steps: number, control: RunControl) {
  return {
    method: modelPredName(loss),
    prepareFromBank: (bank: Bank, seed: number) =>
      trainModelPred({ ...control, bank, settings: modelPredSettings(loss, networkTraining(steps)), seed }),
  } satisfies Preparation;
}

/** The improved network; its settings were chosen on subsets that are not reported on. */
export function improvedPreparation(steps: number, control: RunControl) {
  return {
    method: improvedName,
    prepareFromBank: (bank: Bank, seed: number) =>
      trainModelPred({
        ...control,
        bank,
        settings: improvedSettings({ steps, batchSize: 128, learningRate: 5e-3, validateEvery: 500 }),
        seed,
      }),
  } satisfies Preparation;
}

/** The residual form: the improved network corrects one chord step from the optimum of the subset's size. */
export function residualPreparation(steps: number, control: RunControl) {
  return {
    method: residualName,
    prepareFromBank: (bank: Bank, seed: number) =>
      trainModelPred({
        ...control,
        bank,
        settings: residualSettings(
          { method: 'chord', steps: 1 },
          { steps, batchSize: 128, learningRate: 5e-3, validateEvery: 500 },
        ),
        seed,
      }),
  } satisfies Preparation;
}

/** A predictor with what preparing it cost, in processor seconds. */
export interface PreparedPredictor<P extends Predictor = Predictor> {
  readonly method: string;
  readonly predictor: P;
  /** Retraining the bank; 0 where none is needed. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
}

/** A bank with what retraining it cost. */
export interface MeasuredBank {
  readonly result: Bank;
  readonly seconds: number;
}

export async function prepareMeasured(
  preparation: Preparation,
  bank: MeasuredBank,
  seed: number,
): Promise<PreparedPredictor> {
  const learns = 'prepareFromBank' in preparation;
  const { result, seconds } = await measureCpu(() =>
    learns ? preparation.prepareFromBank(bank.result, seed) : preparation.prepare(),
  );
  return {
    method: preparation.method,
    predictor: result,
    labelSeconds: learns ? bank.seconds : 0,
    trainingSeconds: seconds,
  };
}

/** The same predictor with a Newton step after it, at the same preparation cost. */
export function withNewtonStep(prepared: PreparedPredictor, { pool, learner }: Ground): PreparedPredictor {
  const predictor = refinedByNewton(prepared.predictor, pool, learner);
  return { ...prepared, method: predictor.name, predictor };
}
