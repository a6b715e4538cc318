import type { RunControl } from '../../control.js';
import { type MethodId, shortSteps } from '../../evaluation/methods.js';
import { createLearner } from '../../learners/registry.js';
import { influencePredictor } from '../../prediction/influence.js';
import { lbfgsPredictor } from '../../prediction/lbfgs.js';
import { meanPredictor } from '../../prediction/mean.js';
import {
  improvedSettings,
  modelPredSettings,
  residualSettings,
  trainModelPred,
  type ModelPredLossName,
  type ModelPredSettings,
} from '../../prediction/modelpred/index.js';
import { nearestPredictor } from '../../prediction/nearest.js';
import { newtonPredictor } from '../../prediction/newton.js';
import type { Predictor } from '../../prediction/predictor.js';
import { ridgePredictor } from '../../prediction/ridge.js';
import { shortTrainingPredictor } from '../../prediction/short-training.js';
import { sizeAwareChordPredictor } from '../../prediction/size-aware-chord.js';
import { sizeAwareNewtonPredictor } from '../../prediction/size-aware-newton.js';
import type { Bank } from '../../retraining/bank.js';
import { fullPool } from '../../subsets/index.js';
import { range } from './experiment.js';
import type { Ground } from './retraining.js';

/** A method as comparisons see it: how to prepare a predictor, from a bank and a seed where it needs them. */
export type Preparation = { readonly method: MethodId } & (
  | { readonly prepare: () => Predictor | Promise<Predictor> }
  | { readonly prepareFromBank: (bank: Bank, seed: number) => Predictor | Promise<Predictor> }
  /** A Newton step after another method that was prepared before it. */
  | { readonly refine: MethodId }
);

/** Whether a method learns from a bank, itself or through the one it refines. */
export const learns = (preparation: Preparation): boolean => !('prepare' in preparation);

/** The authors' losses and the methods that train with them, from none of their penalties to all. */
export const lossMethods = {
  'parameter MSE': 'plain',
  stationarity: 'stationarity',
  utility: 'utility',
  'stationarity + utility': 'stationarityAndUtility',
  'weight penalties': 'weightPenalties',
  full: 'penalised',
} as const satisfies Partial<Record<ModelPredLossName, MethodId>>;
export type ComparedLoss = keyof typeof lossMethods;

/** Half the default batch and twice its learning rate reach the same error in half the time (chosen on other subsets). */
export const authorsTraining = (steps: number) => ({ steps, batchSize: 64, learningRate: 1e-3 });

/** How the improved network is trained; chosen on subsets that are not reported on. */
export const improvedTraining = (steps: number, validateEvery = 500) => ({
  steps,
  batchSize: 128,
  learningRate: 5e-3,
  validateEvery,
});

const fromBank = <P extends Predictor>(
  method: MethodId,
  prepareFromBank: (bank: Bank, seed: number) => P | Promise<P>,
) => ({ method, prepareFromBank });

/** What needs no bank. */
export function untaughtPreparations({ pool, learner }: Ground) {
  const full = async (): Promise<Float64Array> => (await learner.retrain(pool, fullPool(pool.size))).parameters;
  // A copy of its own for every method, since a learner keeps its work on a pool: each pays for its whole size path.
  const poolWithSizePath = async () => {
    const own = { ...pool };
    if (learner.kind === 'convex') await learner.sizePath(own).prepare(range(pool.size, 1));
    return own;
  };
  const prepare = {
    influence: async () => influencePredictor({ pool, learner, full: await full() }),
    authorsInfluence: async () => influencePredictor({ pool, learner, full: await full(), formula: 'authors' }),
    newton: async () => newtonPredictor({ pool, learner, full: await full() }),
    sizeAwareChord: async () => sizeAwareChordPredictor({ pool: await poolWithSizePath(), learner }),
    sizeAwareNewton: async () => sizeAwareNewtonPredictor({ pool: await poolWithSizePath(), learner }),
    lbfgs: async () => lbfgsPredictor({ pool: await poolWithSizePath(), learner }),
    // Of learners without an optimum: stopped after a few steps, fine-tuned from the whole pool, or begun elsewhere.
    shortTraining: () => shortTrainingPredictor({ pool, learner, steps: shortSteps }),
    fineTuning: async () => shortTrainingPredictor({ pool, learner, steps: shortSteps, from: await full() }),
    otherSeed: () => fromAnotherSeed({ pool, learner }),
  } satisfies Partial<Record<MethodId, () => Predictor | Promise<Predictor>>>;
  return (method: keyof typeof prepare) => ({ method, prepare: prepare[method] }) satisfies Preparation;
}

/** The same learner with its next seed: what does not depend on where training begins, it predicts too. */
function fromAnotherSeed({ pool, learner: { name, hyperparameters } }: Ground): Predictor {
  const seed = Number(hyperparameters.seed) + 1;
  const other = createLearner({ name, hyperparameters: { ...hyperparameters, seed } });
  return {
    name: 'retraining from another initial seed',
    predict: async (subsets, control) => (await other.retrain(pool, subsets, control)).parameters,
    predictDataset: async (points, subsets = fullPool(points.size)) =>
      (await other.retrain(points, subsets)).parameters,
  };
}

/** Simple predictors on a bank. */
export const baselines = {
  mean: fromBank('mean', (bank) => meanPredictor(bank)),
  nearest: fromBank('nearest', (bank) => nearestPredictor(bank)),
  ridgeOnMask: fromBank('ridgeOnMask', (bank) => ridgePredictor(bank, { features: 'mask' })),
  ridge: fromBank('ridge', (bank) => ridgePredictor(bank)),
};

/** The forms of ModelPred, trained for some steps. */
export function modelPredPreparations(control: RunControl) {
  const train = (settings: ModelPredSettings) => (bank: Bank, seed: number) =>
    trainModelPred({ ...control, bank, settings, seed });
  return {
    /** The authors' network with one of the losses. */
    authors: (loss: ComparedLoss, steps: number) =>
      fromBank(lossMethods[loss], train(modelPredSettings(loss, authorsTraining(steps)))),
    improved: (steps: number) => fromBank('improved', train(improvedSettings(improvedTraining(steps)))),
    /** The improved network corrects one chord step from the optimum of the subset's size. */
    residual: (steps: number) =>
      fromBank('residual', train(residualSettings({ method: 'chord', steps: 1 }, improvedTraining(steps)))),
  };
}

/** The improved network with a Newton step after it. */
export const refinedPreparation: Preparation = { method: 'refined', refine: 'improved' };
