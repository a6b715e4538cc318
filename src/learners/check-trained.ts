import { InputError } from '../errors.js';
import { RetrainStatus, type Retrained } from './learner.js';

/**
 * Hands retrained models on if all of them are what was asked for: every caller that goes on with the parameters calls it.
 * Subsets that lack a class pass, as their parameters are NaN and cannot be taken for a model's.
 *
 * @throws InputError if a model was stopped before it converged.
 */
export function checkTrained(trained: Retrained): Retrained {
  const { count, residuals, status } = trained;
  const unfinished = Array.from(status.keys()).filter((b) => status[b] === RetrainStatus.notConverged);
  if (unfinished.length === 0) return trained;
  const worst = unfinished.reduce((max, b) => Math.max(max, residuals[b]), 0);
  throw new InputError(
    `${unfinished.length} of ${count} models did not converge (the first is row ${unfinished[0]}, the largest residual ` +
      `${worst.toExponential(1)}); scale the features, lower C, or raise the tolerance or the iteration limit.`,
  );
}
