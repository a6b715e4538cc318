import { InputError } from '../../errors.js';
import type { Workspace } from '../workspace.js';
import { addInto, forBlocks, meanWeights, workspaceFor, type NetworkQuestion } from './question.js';

/** Products with the Hessian of F, and mixed derivatives. */
export interface HessianProducts {
  /** `M×p`: ∇²F·v of every vector. */
  readonly products: Float64Array;
  /** `M×N`: ⟨v, ∇ℓ_i⟩, the derivative of every point's loss along every vector. */
  readonly pointTangents: Float64Array;
  /** `M×N×d` with `inputSlopes`: ∂⟨v, ∇F⟩/∂features. */
  readonly inputSlopes?: Float64Array;
}

/**
 * Products of M vectors (`M×p`) with the Hessian of F = Σ weight·loss (`weights` default to 1/N), by a forward pass over a reverse
 * pass: about 2 gradients for each vector, and one for all.
 */
export async function hessianProducts(
  question: NetworkQuestion & {
    readonly vectors: Float64Array;
    readonly weights?: ArrayLike<number>;
    readonly inputSlopes?: boolean;
  },
): Promise<HessianProducts> {
  const { vectors, inputSlopes: wanted = false, weights = meanWeights(question), points } = question;
  const workspace = workspaceFor(question, { derivatives: 'second', inputSlopes: wanted });
  const {
    kernels: { numbers },
    parameterCount: p,
    parameters,
    lossTangents,
    input,
  } = workspace;
  const count = countVectors(vectors, p);
  const { size } = points;
  const width = points.features.length / size;
  const products = new Float64Array(count * p);
  const pointTangents = new Float64Array(count * size);
  const inputSlopes = wanted ? new Float64Array(count * points.features.length) : undefined;
  await forBlocks(question, workspace, { weights, label: 'Hessian products of a network' }, (first, rows) => {
    workspace.forward();
    workspace.reverse();
    for (let m = 0; m < count; m++) {
      setTangent(workspace, vectors, m);
      workspace.tangent();
      workspace.reverseTangent();
      addInto(products.subarray(m * p, (m + 1) * p), numbers, parameters.slopeTangent);
      pointTangents.set(numbers.subarray(lossTangents, lossTangents + rows), m * size + first);
      const slopes = numbers.subarray(input.slopeTangent, input.slopeTangent + rows * width);
      inputSlopes?.set(slopes, (m * size + first) * width);
    }
  });
  return { products, pointTangents, inputSlopes };
}

/**
 * Products of M vectors (`M×p`) with the generalised Gauss–Newton matrix Σ weight·Jᵀ∇²ℓJ of F (J the Jacobian of a point's outputs,
 * ∇²ℓ the Hessian of the loss in these): `M×p`. Positive semi-definite; `weights` default to 1/N.
 */
export async function gaussNewtonProducts(
  question: NetworkQuestion & { readonly vectors: Float64Array; readonly weights?: ArrayLike<number> },
): Promise<Float64Array> {
  const { vectors, weights = meanWeights(question) } = question;
  const workspace = workspaceFor(question, { derivatives: 'second' });
  const { kernels, parameterCount: p, parameters, output, outputs } = workspace;
  const products = new Float64Array(vectors.length);
  await forBlocks(question, workspace, { weights, label: 'Gauss–Newton products of a network' }, (_, rows) => {
    workspace.forward();
    for (let m = 0; m < countVectors(vectors, p); m++) {
      setTangent(workspace, vectors, m);
      workspace.tangent();
      kernels.combine(rows * outputs, 1, output.slopeTangent, 0, output.slope);
      workspace.reverse();
      addInto(products.subarray(m * p, (m + 1) * p), kernels.numbers, parameters.slope);
    }
  });
  return products;
}

/** @throws InputError if these are not whole vectors. */
function countVectors(vectors: Float64Array, p: number): number {
  const count = vectors.length / p;
  if (!Number.isInteger(count)) throw new InputError(`${vectors.length} numbers are not vectors of ${p} parameters.`);
  return count;
}

function setTangent({ kernels, parameters, parameterCount: p }: Workspace, vectors: Float64Array, m: number): void {
  kernels.numbers.set(vectors.subarray(m * p, (m + 1) * p), parameters.tangent);
}
