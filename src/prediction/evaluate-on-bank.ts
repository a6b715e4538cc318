import { InputError } from '../errors.js';
import { relativeErrors } from '../evaluation/parameter-error.js';
import { labelAgreement } from '../evaluation/utility.js';
import type { Dataset } from '../data/dataset.js';
import { checkBank, type Bank } from '../retraining/bank.js';
import { quantile } from '../statistics/quantile.js';
import { refuseUnknownOptions } from '../unknown-options.js';
import type { Predictor } from './predictor.js';

export interface EvaluateOnBankOptions {
  readonly bank: Bank;
  /** A predictor, or `B×p` parameters. */
  readonly predictions: Predictor | Float64Array;
  /** On which predicted classes are compared. Default: the pool. */
  readonly points?: Dataset;
}

/** How near predicted parameters come to those of a bank. */
export interface BankEvaluation {
  /** `B` relative parameter errors ‖θ̂ − θ‖ / ‖θ‖. */
  readonly errors: Float64Array;
  readonly median: number;
  readonly quartiles: readonly [number, number];
  readonly worst: number;
  /** Mean share of points to which predicted and retrained models give the same class. */
  readonly agreement: number;
}

/**
 * Scores a predictor, or parameters that were predicted elsewhere, against the retrained parameters of a bank, which may itself
 * come from elsewhere.
 *
 * @throws InputError if the bank is empty, or there is not one row of finite parameters per subset.
 */
export async function evaluateOnBank(options: EvaluateOnBankOptions): Promise<BankEvaluation> {
  refuseUnknownOptions(options, ['bank', 'predictions', 'points'], 'evaluateOnBank');
  const { bank, predictions, points = options.bank.pool } = options;
  checkBank(bank);
  const { learner, pool, subsets, parameters } = bank;
  const predicted = predictions instanceof Float64Array ? predictions : await predictions.predict(subsets);
  const errors = relativeErrors({
    predicted,
    retrained: parameters,
    parameterCount: learner.parameterCount(pool),
  });
  const lost = errors.findIndex((error) => !Number.isFinite(error));
  if (lost >= 0) throw new InputError(`The prediction of row ${lost} is not finite; leave this row out of the bank.`);
  const agreement = labelAgreement({ learner, points, first: predicted, second: parameters });
  return {
    errors,
    median: quantile(errors, 0.5),
    quartiles: [quantile(errors, 0.25), quantile(errors, 0.75)],
    worst: errors.reduce((max, error) => Math.max(max, error), 0),
    agreement: agreement.reduce((sum, share) => sum + share, 0) / errors.length,
  };
}
