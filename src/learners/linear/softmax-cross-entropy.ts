import type { LogitLoss } from './logit-loss.js';

/** −log P(y) for K ≥ 2 classes with P(k) ∝ e^(z_k), shifted by the largest logit so that nothing overflows. */
export function softmaxCrossEntropy(classCount: number): LogitLoss {
  // Of the point at hand: its largest logit, and e^(z_k − largest) of every class.
  let largest = 0;
  const exponentials = new Float64Array(classCount);

  /** Sets both for the point whose logits are at `at`, `at + stride`, … and returns the sum of the exponentials. */
  function exponentiate(logits: Float64Array, at: number, stride: number): number {
    largest = -Infinity;
    for (let k = 0; k < classCount; k++) largest = Math.max(largest, logits[at + k * stride]);
    let sum = 0;
    for (let k = 0; k < classCount; k++) {
      const exponential = Math.exp(logits[at + k * stride] - largest);
      exponentials[k] = exponential;
      sum += exponential;
    }
    return sum;
  }

  return {
    logitsPerPoint: classCount,
    kernel: 'softmaxCrossEntropy',
    biasSumPenalised: true,
    quadratic: 'nowhere',

    differentiate(logits, offset, labels, costs, costOffset) {
      const pointCount = labels.length;
      let total = 0;
      for (let i = 0; i < pointCount; i++) {
        const at = offset + i;
        const cost = costs[costOffset + i];
        if (cost === 0) {
          for (let k = 0; k < classCount; k++) logits[at + k * pointCount] = 0;
          continue;
        }
        const label = labels[i];
        const labelLogit = logits[at + label * pointCount];
        const sum = exponentiate(logits, at, pointCount);
        // The other classes' share, summed without the label's own: 1 − P(label) without cancellation.
        let others = 0;
        for (let k = 0; k < classCount; k++) if (k !== label) others += exponentials[k];
        total += cost * (labelLogit === largest ? Math.log1p(others) : largest - labelLogit + Math.log(sum));
        for (let k = 0; k < classCount; k++) logits[at + k * pointCount] = (cost * exponentials[k]) / sum;
        logits[at + label * pointCount] = (-cost * others) / sum;
      }
      return total;
    },

    curvatures(logits, offset, labels, costs, costOffset, out, outOffset) {
      const pointCount = labels.length;
      for (let i = 0; i < pointCount; i++) {
        const cost = costs[costOffset + i];
        const sum = cost === 0 ? 1 : exponentiate(logits, offset + i, pointCount);
        for (let k = 0, block = outOffset + i; k < classCount; k++) {
          const likelihood = cost === 0 ? 0 : exponentials[k] / sum;
          for (let l = 0; l <= k; l++, block += pointCount) {
            out[block] = cost * likelihood * ((k === l ? 1 : 0) - exponentials[l] / sum);
          }
        }
      }
    },

    probabilities(logits, offset, pointCount, out, outOffset) {
      for (let i = 0; i < pointCount; i++) {
        const sum = exponentiate(logits, offset + i, pointCount);
        for (let k = 0; k < classCount; k++) out[outOffset + i * classCount + k] = exponentials[k] / sum;
      }
    },
  };
}
