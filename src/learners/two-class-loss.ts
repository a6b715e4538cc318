import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { LogitLoss } from './logit-loss.js';

/** The loss of a learner that knows two classes only; what it returns throws InputError for any other number. */
export function twoClassLoss(learner: string, loss: LogitLoss): (points: Dataset) => LogitLoss {
  return ({ name, classes }) => {
    if (classes.length !== 2) {
      throw new InputError(
        `"${name}" has ${classes.length} class(es); ${learner} takes two, so relabel the points as one class against the rest.`,
      );
    }
    return loss;
  };
}
