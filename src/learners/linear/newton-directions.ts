import { choleskyFactor, choleskySolve, multiplyTransposed } from '../../numerics/dense.js';
import { linearHessians, regulariseHessian, type LinearProblem } from './linear-objective.js';

/** Numbers that the products of feature pairs of a pool may hold (128 MB); beyond, Hessians are made one by one. */
const largestPairs = 2 ** 24;
/** Numbers that the curvatures and Gram matrices of one block of models may hold. */
const blockNumbers = 2 ** 22;

/**
 * Newton's directions −(∇²F)⁻¹g of B models, `B×p`; zero where a Hessian is not positive definite. The Gram matrices
 * X̃ᵀ·diag(c·∂²ℓ)·X̃ of all models are one product of their curvatures with the N products of feature pairs, which are made
 * once per pool.
 *
 * Cost per model: m(m+1)/2 · N · D² multiplications for the Gram matrices of m logits, p³/6 to factor.
 */
export function newtonDirections(
  problem: LinearProblem,
  costs: Float64Array,
  parameters: Float64Array,
  gradients: Float64Array,
): Float64Array {
  const { parameterCount: p, pointCount } = problem;
  const count = costs.length / pointCount;
  const directions = gradients.map((value) => -value);
  const hessian = new Float64Array(p * p);
  const solve = (b: number): void => {
    if (choleskyFactor(hessian, p)) choleskySolve(hessian, p, directions, b * p);
    else directions.fill(0, b * p, (b + 1) * p);
  };
  const pairs = featurePairs(problem);
  if (!pairs) {
    const hessianOf = linearHessians(problem, costs);
    for (let b = 0; b < count; b++) {
      hessianOf(b, parameters.subarray(b * p, (b + 1) * p), hessian);
      solve(b);
    }
    return directions;
  }
  const grams = gramBlocks(problem, pairs, count);
  for (let first = 0; first < count; first += grams.models) {
    const models = Math.min(grams.models, count - first);
    grams.compute(costs.subarray(first * pointCount), parameters.subarray(first * p), models);
    for (let k = 0; k < models; k++) {
      grams.read(k, hessian);
      solve(first + k);
    }
  }
  return directions;
}

/** Whether all products of feature pairs of a pool may be held. */
export function fitsFeaturePairs({ width, pointCount }: Pick<LinearProblem, 'width' | 'pointCount'>): boolean {
  return ((width * (width + 1)) / 2) * pointCount <= largestPairs;
}

const knownPairs = new WeakMap<LinearProblem, Float64Array>();

/** `D(D+1)/2 × N`: x̃_a·x̃_b of every point for a ≥ b, rows in the order (0,0), (1,0), (1,1), …; undefined if too many. */
function featurePairs(problem: LinearProblem): Float64Array | undefined {
  const { width, pointCount, designTransposed } = problem;
  if (!fitsFeaturePairs(problem)) return undefined;
  const rows = (width * (width + 1)) / 2;
  let pairs = knownPairs.get(problem);
  if (!pairs) {
    pairs = new Float64Array(rows * pointCount);
    for (let a = 0, at = 0; a < width; a++) {
      for (let b = 0; b <= a; b++) {
        for (let i = 0; i < pointCount; i++) {
          pairs[at++] = designTransposed[a * pointCount + i] * designTransposed[b * pointCount + i];
        }
      }
    }
    knownPairs.set(problem, pairs);
  }
  return pairs;
}

/** Gram matrices of blocks of models, and their assembly into full Hessians. */
function gramBlocks(problem: LinearProblem, pairs: Float64Array, mostModels: number) {
  const { loss, labels, width, pointCount, parameterCount: p, design } = problem;
  const m = loss.logitsPerPoint;
  const logitPairs = (m * (m + 1)) / 2;
  const featureRows = (width * (width + 1)) / 2;
  const perModel = logitPairs * (pointCount + featureRows) + m * pointCount;
  const models = Math.max(1, Math.min(mostModels, Math.floor(blockNumbers / perModel)));
  const logits = new Float64Array(models * m * pointCount);
  const curvatures = new Float64Array(models * logitPairs * pointCount);
  const grams = new Float64Array(models * logitPairs * featureRows);
  return {
    models,
    compute(costs: Float64Array, parameters: Float64Array, count: number): void {
      multiplyTransposed(parameters, design, count * m, pointCount, width, logits);
      for (let k = 0; k < count; k++) {
        const at = k * logitPairs * pointCount;
        loss.curvatures(logits, k * m * pointCount, labels, costs, k * pointCount, curvatures, at);
      }
      multiplyTransposed(curvatures, pairs, count * logitPairs, featureRows, pointCount, grams);
    },
    read(model: number, hessian: Float64Array): void {
      let at = model * logitPairs * featureRows;
      for (let k = 0; k < m; k++) {
        for (let l = 0; l <= k; l++) {
          for (let a = 0; a < width; a++) {
            for (let b = 0; b <= a; b++, at++) {
              hessian[(k * width + a) * p + l * width + b] = grams[at];
              hessian[(k * width + b) * p + l * width + a] = grams[at];
            }
          }
        }
      }
      regulariseHessian(hessian, m, width, loss.biasSumPenalised);
    },
  };
}
