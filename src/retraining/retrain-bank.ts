import { InputError } from '../errors.js';
import { checkTrained } from '../learners/check-trained.js';
import { RetrainStatus } from '../learners/learner.js';
import { takeSubsets } from '../subsets/subsets.js';
import type { Bank } from './bank.js';
import { retrainInBlocks, type RetrainInBlocksOptions } from './retrain-in-blocks.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface BuildBankOptions extends RetrainInBlocksOptions {
  /** Subsets that lack a class have no trained parameters: refuse them (default), or leave them out of the bank. */
  readonly missingClass?: 'refuse' | 'drop';
}

/**
 * Retrains on every subset: exactly, or to the end of the learner's schedule where it has one. Rows keep their order.
 *
 * @throws InputError if subsets lack a class (unless they are to be dropped), a model does not converge, or the
 * store is damaged or of another bank.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function buildBank(options: BuildBankOptions): Promise<Bank> {
  refuseUnknownOptions(
    options,
    [
      'missingClass',
      'pool',
      'learner',
      'subsets',
      'tolerance',
      'workers',
      'blockSubsets',
      'store',
      'arithmetic',
      'sampler',
      'onProgress',
      'signal',
    ],
    'buildBank',
  );
  const { missingClass = 'refuse', ...retraining } = options;
  const { pool, learner, subsets } = retraining;
  const retrained = await retrainInBlocks(retraining);
  const { parameters, residuals, status } = retrained;
  const rowsWith = (...wanted: readonly number[]) =>
    Array.from(status.keys()).filter((b) => wanted.includes(status[b]));

  const lacking = rowsWith(RetrainStatus.missingClass);
  if (lacking.length > 0 && missingClass === 'refuse') {
    throw new InputError(
      `${lacking.length} of ${subsets.count} subsets lack a class (the first is row ${lacking[0]}) and have no trained ` +
        `parameters; draw subsets that hold every class or set missingClass: 'drop'.`,
    );
  }
  checkTrained(retrained);
  const bank: Bank = { pool, learner, subsets, parameters, residuals };
  return lacking.length === 0 ? bank : takeBank(bank, rowsWith(RetrainStatus.converged, RetrainStatus.scheduleEnded));
}

/**
 * The bank's given rows, in their order.
 *
 * @throws InputError if a row is not one of 0 … B−1.
 */
export function takeBank(bank: Bank, rows: ArrayLike<number>): Bank {
  const subsets = takeSubsets(bank.subsets, rows);
  const p = bank.subsets.count === 0 ? 0 : bank.parameters.length / bank.subsets.count;
  const parameters = new Float64Array(rows.length * p);
  for (let k = 0; k < rows.length; k++) parameters.set(bank.parameters.subarray(rows[k] * p, (rows[k] + 1) * p), k * p);
  return { ...bank, subsets, parameters, residuals: Float64Array.from(rows, (row) => bank.residuals[row]) };
}
