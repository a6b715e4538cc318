import { checkBank, type Bank } from '../retraining/bank.js';
import { checkSubsets } from '../subsets/subsets.js';
import type { Predictor } from './predictor.js';

/**
 * Predicts the mean of the bank's parameters whatever the subset: what knowing nothing about it costs.
 *
 * @throws InputError if the bank is empty or has rows without parameters, from `predict` if the subsets are of another pool.
 */
export function meanPredictor(bank: Bank): Predictor {
  checkBank(bank);
  const { pool, parameters, subsets } = bank;
  const parameterCount = parameters.length / subsets.count;
  const mean = new Float64Array(parameterCount);
  for (let b = 0; b < subsets.count; b++)
    for (let j = 0; j < parameterCount; j++) mean[j] += parameters[b * parameterCount + j] / subsets.count;
  return {
    name: 'mean θ',
    predict: (batch) => {
      checkSubsets(batch, pool);
      return repeatRow(mean, batch.count);
    },
  };
}

/** `B×p`: one row, B times. */
export function repeatRow(row: Float64Array, count: number): Float64Array {
  const rows = new Float64Array(count * row.length);
  for (let b = 0; b < count; b++) rows.set(row, b * row.length);
  return rows;
}
