import { binaryCrossEntropy } from './binary-cross-entropy.js';
import type { LogitLoss } from './logit-loss.js';

/**
 * max(0, 1 − y·z)² with y = −1 for class 0 and 1 for class 1. Its curvature jumps where y·z = 1; there, as beyond, it is taken to
 * be 0, one element of the generalised Hessian (Keerthi & DeCoste 2005, JMLR 6, §2).
 */
export const squaredHinge: LogitLoss = squaredShortfall('squaredHinge', 0, true);

/** (y − z)² with y = −1 for class 0 and 1 for class 1, which is (1 − y·z)². */
export const squaredError: LogitLoss = squaredShortfall('squaredError', -Infinity, false);

/**
 * max(1 − y·z, least)². The logistic function of z serves as the probability of class 1: it orders points as z does and is ½ on
 * the decision boundary, but nothing makes it calibrated.
 */
function squaredShortfall(kernel: LogitLoss['kernel'], least: number, biasSumPenalised: boolean): LogitLoss {
  return {
    logitsPerPoint: 1,
    kernel,
    biasSumPenalised,
    quadratic: least === -Infinity ? 'everywhere' : 'pieces',

    differentiate(logits, offset, labels, costs, costOffset) {
      let total = 0;
      for (let i = 0; i < labels.length; i++) {
        const cost = costs[costOffset + i];
        const sign = labels[i] === 1 ? 1 : -1;
        const shortfall = cost === 0 ? 0 : Math.max(1 - sign * logits[offset + i], least);
        total += cost * shortfall * shortfall;
        logits[offset + i] = -2 * sign * cost * shortfall;
      }
      return total;
    },

    curvatures(logits, offset, labels, costs, costOffset, out, outOffset) {
      for (let i = 0; i < labels.length; i++) {
        const sign = labels[i] === 1 ? 1 : -1;
        out[outOffset + i] = 1 - sign * logits[offset + i] > least ? 2 * costs[costOffset + i] : 0;
      }
    },

    probabilities(...block) {
      binaryCrossEntropy.probabilities(...block);
    },
  };
}
