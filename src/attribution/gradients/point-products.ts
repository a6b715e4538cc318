import { forPointGradients, type NetworkQuestion } from '../../networks/index.js';
import { dot, multiplyTransposed, transpose } from '../../numerics/dense.js';

/** Products of vectors with the gradients of points' losses. */
export interface PointProducts {
  /** `M×N`: ⟨v, ∇ℓ_i⟩. */
  readonly products: Float64Array;
  /** `N`: |∇ℓ_i|. */
  readonly norms: Float64Array;
}

/** Products of M vectors (`M×p`) with the gradient of every point's loss. Cost: N gradients and M·N·p; never `N×p` numbers. */
export async function pointProducts(
  question: NetworkQuestion & { readonly vectors: Float64Array },
): Promise<PointProducts> {
  const { vectors, points, parameters } = question;
  const p = parameters.length;
  const count = vectors.length / p;
  const products = new Float64Array(points.size * count);
  const norms = new Float64Array(points.size);
  await forPointGradients(question, ({ first, count: rows, gradients }) => {
    const block = Float64Array.from(gradients);
    multiplyTransposed(block, vectors, rows, count, p, products.subarray(first * count, (first + rows) * count));
    for (let i = 0; i < rows; i++) norms[first + i] = norm(block.subarray(i * p, (i + 1) * p));
  });
  return { products: transpose(products, points.size, count), norms };
}

/** |v|. */
export function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, 0, vector, 0, vector.length));
}
