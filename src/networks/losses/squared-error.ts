import type { Loss } from './loss.js';

/** ½‖output − target‖². */
export const squaredError: Loss = {
  needsTargets: true,
  place({ output, outputs, targets, weights, weightTangents, losses, lossTangents }) {
    return {
      forward({ numbers }, count) {
        for (let i = 0; i < count; i++) {
          let sum = 0;
          for (let j = i * outputs; j < (i + 1) * outputs; j++) {
            const error = numbers[output.value + j] - numbers[targets + j];
            sum += 0.5 * error * error;
            numbers[output.slope + j] = numbers[weights + i] * error;
          }
          numbers[losses + i] = sum;
        }
      },
      tangent({ numbers }, count) {
        for (let i = 0; i < count; i++) {
          let sum = 0;
          for (let j = i * outputs; j < (i + 1) * outputs; j++) {
            const error = numbers[output.value + j] - numbers[targets + j];
            const change = numbers[output.tangent + j];
            sum += error * change;
            numbers[output.slopeTangent + j] = numbers[weights + i] * change + numbers[weightTangents + i] * error;
          }
          numbers[lossTangents + i] = sum;
        }
      },
    };
  },
};
