import { choleskyFactor, choleskyInverse, dot, multiplyTransposed } from '../../numerics/dense.js';
import { linearHessians, linearObjective, type LinearProblem } from './linear-objective.js';

/**
 * `B` upper bounds of ‖θ_b − θ*_b‖₂, the distance of given parameters from the optimum of F_b; NaN where the bound does not
 * apply, which is where θ_b is too far away.
 *
 * Along any direction v from θ the curvature of F changes by a factor of at most e^(R·‖v‖_H): third derivatives of the
 * losses are at most their second ones times the largest change of a difference of logits (generalised self-concordance,
 * Bach 2010, Electron. J. Statist. 4, §2), which is at most R·‖v‖_H with R² = max_i aᵀH⁻¹a over the points of the subset and
 * their logit differences a. For v = θ* − θ, with Newton decrement ν = ‖∇F(θ)‖_{H⁻¹}, that gives
 * (1 − e^(−R‖v‖_H))/R ≤ ν, so ‖v‖_H ≤ −ln(1 − Rν)/R where Rν < 1. An optimum then exists.
 *
 * Cost per model: a Hessian, its inverse, and N·D² for each pair of logits.
 */
export function errorBounds(problem: LinearProblem, costs: Float64Array, parameters: Float64Array): Float64Array {
  const { parameterCount: p, pointCount } = problem;
  const count = costs.length / pointCount;
  const gradients = new Float64Array(count * p);
  const everyRow = Int32Array.from({ length: count }, (_, b) => b);
  linearObjective(problem, costs).evaluate(everyRow, count, parameters, new Float64Array(count), gradients);
  const hessianOf = linearHessians(problem, costs);
  const hessian = new Float64Array(p * p);
  return Float64Array.from({ length: count }, (_, b) => {
    hessianOf(b, parameters.subarray(b * p, (b + 1) * p), hessian);
    if (!choleskyFactor(hessian, p)) return NaN;
    const inverse = choleskyInverse(hessian, p);
    const direction = new Float64Array(p);
    multiplyTransposed(gradients.subarray(b * p, (b + 1) * p), inverse, 1, p, p, direction);
    const decrement = Math.sqrt(Math.max(0, dot(gradients, b * p, direction, 0, p)));
    const R = largestChange(problem, costs.subarray(b * pointCount, (b + 1) * pointCount), inverse);
    // Without any change of curvature F is a quadratic, and ‖v‖_H the decrement.
    const distance = R === 0 ? decrement : -Math.log1p(-R * decrement) / R;
    return distance * Math.sqrt(spectralNormBound(inverse, p));
  });
}

/** Largest change of a difference of logits of a point with a cost, over directions with ‖v‖_H = 1. */
function largestChange(
  { loss, width, parameterCount: p, pointCount, design }: LinearProblem,
  costs: Float64Array,
  inverse: Float64Array,
): number {
  const m = loss.logitsPerPoint;
  const product = new Float64Array(pointCount * width);
  let largest = 0;
  for (const [k, l] of logitPairs(m)) {
    multiplyTransposed(design, pairBlock(inverse, p, width, k, l), pointCount, width, width, product);
    for (let i = 0; i < pointCount; i++) {
      if (costs[i] > 0) largest = Math.max(largest, dot(design, i * width, product, i * width, width));
    }
  }
  return Math.sqrt(largest);
}

/** Pairs k > l of logits; of a single logit its difference from 0, as [0, 0]. */
function logitPairs(m: number): (readonly [number, number])[] {
  if (m === 1) return [[0, 0]];
  return Array.from({ length: m }, (_, k) => Array.from({ length: k }, (_, l) => [k, l] as const)).flat();
}

/** `D×D`: the matrix Q with x̃ᵀQx̃ = aᵀH⁻¹a for a = (e_k − e_l) ⊗ x̃, or e_0 ⊗ x̃. */
function pairBlock(inverse: Float64Array, p: number, width: number, k: number, l: number): Float64Array {
  const block = new Float64Array(width * width);
  const add = (row: number, column: number, sign: number): void => {
    for (let a = 0; a < width; a++) {
      for (let b = 0; b < width; b++) {
        block[a * width + b] += sign * inverse[(row * width + a) * p + column * width + b];
      }
    }
  };
  add(k, k, 1);
  if (k !== l) {
    add(l, l, 1);
    add(k, l, -1);
    add(l, k, -1);
  }
  return block;
}

/** At least the largest eigenvalue of a symmetric `p×p` matrix: √‖M²‖ in Frobenius' norm. */
function spectralNormBound(matrix: Float64Array, p: number): number {
  const square = new Float64Array(p * p);
  multiplyTransposed(matrix, matrix, p, p, p, square);
  return Math.sqrt(Math.sqrt(dot(square, 0, square, 0, p * p)));
}
