import { multiplyTransposed } from '../numerics/dense.js';
import { productNanoseconds } from '../learners/linear/solver-choice.js';
import { checkBank, type Bank } from '../retraining/bank.js';
import { checkSubsets } from '../subsets/subsets.js';
import type { Predictor } from './predictor.js';

/**
 * The parameters of the bank's nearest subset: the one that differs in the fewest points (Hamming distance; for multisets the
 * squared Euclidean distance of their weights, which is the same for sets). The first of several nearest ones is taken.
 *
 * Cost per subset: N multiplications for every row of the bank.
 *
 * @throws InputError if the bank is empty or has rows without parameters, from `predict` if the subsets are of another pool.
 */
export function nearestPredictor(bank: Bank): Predictor {
  checkBank(bank);
  const { pool, subsets: known, parameters } = bank;
  const p = parameters.length / known.count;
  const rows = new Float64Array(known.weights);
  const lengths = squaredLengths(rows, pool.size);
  return {
    name: 'nearest subset',
    estimatedNanoseconds: () => productNanoseconds(known.count * pool.size),
    predict: (subsets) => {
      checkSubsets(subsets, pool);
      const products = new Float64Array(subsets.count * known.count);
      multiplyTransposed(new Float64Array(subsets.weights), rows, subsets.count, known.count, pool.size, products);
      const predicted = new Float64Array(subsets.count * p);
      for (let b = 0; b < subsets.count; b++) {
        let nearest = 0;
        let least = Infinity;
        for (let k = 0; k < known.count; k++) {
          // ‖w − v‖² without ‖w‖², which is the same for all rows of the bank.
          const distance = lengths[k] - 2 * products[b * known.count + k];
          if (distance < least) [nearest, least] = [k, distance];
        }
        predicted.set(parameters.subarray(nearest * p, (nearest + 1) * p), b * p);
      }
      return predicted;
    },
  };
}

function squaredLengths(rows: Float64Array, width: number): Float64Array {
  const lengths = new Float64Array(rows.length / width);
  for (let at = 0; at < rows.length; at++) lengths[Math.floor(at / width)] += rows[at] ** 2;
  return lengths;
}
