import type { Dataset } from '../../../data/dataset.js';
import { InputError } from '../../../errors.js';
import type { Learner } from '../../../learners/learner.js';
import type { TensorFlow } from '../../../numerics/backend.js';
import { logisticRegressionPenalties } from './logistic-regression-penalties.js';
import { logisticRegressionTensors } from './logistic-regression-tensors.js';
import type { PenaltyObjective } from './penalty-objective.js';
import type { TensorObjective } from './tensor-objective.js';

/** A learner's objective with the derivatives that training a network against it takes. */
export interface TrainingObjective {
  /** With the derivatives written out. */
  penalties(pool: Dataset): PenaltyObjective;
  /** The same in tensor operations. */
  tensors(tf: TensorFlow, pool: Dataset): TensorObjective;
}

/** The learners, by name, that a ModelPred can be trained against; another one is one line here. */
const objectives: Readonly<Record<string, (learner: Learner) => TrainingObjective>> = {
  'logistic regression': ({ hyperparameters }) => {
    const C = Number(hyperparameters.C);
    return {
      penalties: (pool) => logisticRegressionPenalties(pool, C),
      tensors: (tf, pool) => logisticRegressionTensors(tf, pool, C),
    };
  },
};

/**
 * The objective of a learner for losses that train against it.
 *
 * @param what needs it, e.g. `The stationarity penalty`
 * @throws InputError if the learner's derivatives are not written out for that.
 */
export function trainingObjective(learner: Learner, what: string): TrainingObjective {
  if (Object.hasOwn(objectives, learner.name)) return objectives[learner.name](learner);
  throw new InputError(
    `${what} needs derivatives of the objective of "${learner.name}", which are written out for ` +
      `${Object.keys(objectives).join(', ')}; give it weight 0.`,
  );
}
