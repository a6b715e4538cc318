import type { Bank } from '../retraining/bank.js';
import type { Predictor } from './predictor.js';

/** Predicts the mean of the bank's parameters whatever the subset: what knowing nothing about it costs. */
export function meanPredictor(bank: Bank): Predictor {
  const { parameters, subsets } = bank;
  const parameterCount = parameters.length / subsets.count;
  const mean = new Float64Array(parameterCount);
  for (let b = 0; b < subsets.count; b++)
    for (let j = 0; j < parameterCount; j++) mean[j] += parameters[b * parameterCount + j] / subsets.count;
  return {
    name: 'mean θ',
    predict: ({ count }) => repeatRow(mean, count),
  };
}

/** `B×p`: one row, B times. */
export function repeatRow(row: Float64Array, count: number): Float64Array {
  const rows = new Float64Array(count * row.length);
  for (let b = 0; b < count; b++) rows.set(row, b * row.length);
  return rows;
}
