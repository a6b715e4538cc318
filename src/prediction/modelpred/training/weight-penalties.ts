import type { LossSettings } from '../settings.js';

/**
 * The weight penalties l1·Σ|w| + l2·Σ‖M‖ over the network's matrices M, ‖·‖ the Euclidean norm of all entries, not squared.
 * Their gradient is added in place; where |w| or a norm has none, at 0, the subgradient 0 is taken.
 *
 * @param matrices the network's weight matrices.
 * @param gradients one array like each matrix, to which the gradient is added.
 * @returns the value of both penalties.
 */
export function addWeightPenalties(
  { l1, l2 }: Pick<LossSettings, 'l1' | 'l2'>,
  matrices: readonly Float32Array[],
  gradients: readonly Float32Array[],
): number {
  if (l1 === 0 && l2 === 0) return 0;
  return matrices.reduce((value, matrix, i) => value + addPenalties(l1, l2, matrix, gradients[i]), 0);
}

function addPenalties(l1: number, l2: number, matrix: Float32Array, gradient: Float32Array): number {
  let absolute = 0;
  let squares = 0;
  for (let k = 0; k < matrix.length; k++) {
    absolute += Math.abs(matrix[k]);
    squares += matrix[k] * matrix[k];
  }
  const norm = Math.sqrt(squares);
  const ofNorm = norm === 0 ? 0 : l2 / norm;
  for (let k = 0; k < matrix.length; k++) {
    const w = matrix[k];
    // The sign of w, exactly: beside any float32 but 0 the addend vanishes. A branch on it would be mispredicted half the time.
    const sign = w / (Math.abs(w) + 1e-300);
    gradient[k] += l1 * sign + ofNorm * w;
  }
  return l1 * absolute + l2 * norm;
}
