import type { Loss } from './loss.js';

/** −log p_label, p the softmax of the outputs; in nats. */
export const softmaxCrossEntropy: Loss = {
  needsTargets: false,
  place({ output, outputs, labels, weights, weightTangents, losses, lossTangents, take }) {
    const probabilities = take(outputs);
    return {
      forward(kernels, count) {
        const { value, slope } = output;
        kernels.softmaxLoss(count, outputs, value, labels, weights, losses, probabilities, slope);
      },
      tangent(kernels, count) {
        const { tangent, slopeTangent } = output;
        const into = [lossTangents, slopeTangent] as const;
        kernels.softmaxLossTangent(count, outputs, probabilities, labels, weights, tangent, weightTangents, ...into);
      },
    };
  },
};
