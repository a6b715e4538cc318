import type { LogitLoss } from './logit-loss.js';

/**
 * −log P(y) for two classes with P(class 1) = 1/(1+e^(−z)). Everything is computed from e^(−|z|), which never overflows, and
 * from the logit of the *other* class (z for class 0, −z for class 1), which keeps tiny losses and slopes accurate.
 */
export const binaryCrossEntropy: LogitLoss = {
  logitsPerPoint: 1,
  kernel: 'binaryCrossEntropy',
  biasSumPenalised: false,
  quadratic: 'nowhere',

  differentiate(logits, offset, labels, costs, costOffset) {
    let total = 0;
    for (let i = 0; i < labels.length; i++) {
      const cost = costs[costOffset + i];
      if (cost === 0) {
        logits[offset + i] = 0;
        continue;
      }
      const sign = labels[i] === 1 ? -1 : 1;
      const other = sign * logits[offset + i];
      const small = Math.exp(-Math.abs(other));
      total += cost * (Math.max(other, 0) + Math.log1p(small));
      logits[offset + i] = (sign * cost * (other >= 0 ? 1 : small)) / (1 + small);
    }
    return total;
  },

  curvatures(logits, offset, labels, costs, costOffset, out, outOffset) {
    for (let i = 0; i < labels.length; i++) {
      const cost = costs[costOffset + i];
      if (cost === 0) {
        out[outOffset + i] = 0;
        continue;
      }
      const small = Math.exp(-Math.abs(logits[offset + i]));
      out[outOffset + i] = (cost * small) / ((1 + small) * (1 + small));
    }
  },

  probabilities(logits, offset, pointCount, out, outOffset) {
    for (let i = 0; i < pointCount; i++) {
      const z = logits[offset + i];
      const small = Math.exp(-Math.abs(z));
      const likelier = 1 / (1 + small);
      const rarer = small / (1 + small);
      out[outOffset + 2 * i] = z >= 0 ? rarer : likelier;
      out[outOffset + 2 * i + 1] = z >= 0 ? likelier : rarer;
    }
  },
};
