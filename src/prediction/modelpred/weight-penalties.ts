import type { LossSettings } from './settings.js';

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
  let value = 0;
  matrices.forEach((matrix, i) => {
    let absolute = 0;
    let squares = 0;
    for (const w of matrix) {
      absolute += Math.abs(w);
      squares += w * w;
    }
    const norm = Math.sqrt(squares);
    value += l1 * absolute + l2 * norm;
    const gradient = gradients[i];
    const inverse = norm === 0 ? 0 : l2 / norm;
    for (let k = 0; k < matrix.length; k++) gradient[k] += l1 * Math.sign(matrix[k]) + inverse * matrix[k];
  });
  return value;
}
