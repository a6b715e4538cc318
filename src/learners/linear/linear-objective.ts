import type { Dataset } from '../../data/dataset.js';
import { multiplyTransposed, transpose } from '../../numerics/dense.js';
import type { BatchObjective } from '../../numerics/minimise-batch.js';
import type { HessianOf } from '../../numerics/newton-rule.js';
import { wasmKernels, type WasmKernels } from '../../numerics/wasm-kernels.js';
import { checkFinite, checkLabels } from '../checks.js';
import type { LogitLoss } from './logit-loss.js';
import {
  denseDesign,
  paddedRows,
  plainSparseProducts,
  sparseDesign,
  sparseGram,
  sparseProducts,
  sparseReservation,
  type SparseDesign,
  type DesignProducts,
} from './sparse-design.js';

/**
 * A linear model on a fixed pool: θ is m rows of [w_k, b_k] (`p = m·(d+1)`), the logits of point i are z_ik = w_k·x_i + b_k,
 * and for costs c (C times the point weights)
 *
 * F(θ) = ½ Σ_k ‖w_k‖² + Σ_i c_i·ℓ(z_i, y_i) + ½ (Σ_k b_k)², the last term only where the loss asks for it.
 *
 * Adding one number to all biases changes no probability of a softmax and is not penalised either, so without that last term
 * F would have a line of minimisers and a singular Hessian. With it the minimiser is the one with Σ_k b_k = 0, where the term
 * and its gradient vanish. With one logit the term is ½b², a bias penalised like any weight.
 */
export interface LinearProblem {
  readonly loss: LogitLoss;
  readonly labels: Uint8Array;
  /** Points, N. */
  readonly pointCount: number;
  /** Features and the constant 1, D = d + 1. */
  readonly width: number;
  /** p = m·D. */
  readonly parameterCount: number;
  /** `N×D`: features and a 1. */
  readonly design: Float64Array;
  /** `D×N`, its transpose, made at first use. */
  readonly designTransposed: Float64Array;
  /** The design without its zeros, where those are most of a large one: all products are then taken with it. */
  readonly sparse?: SparseDesign;
}

/** Numbers held by one tile of logits: few enough to stay in cache. */
export const tileNumbers = 2 ** 15;

/**
 * Sets up the model's matrices.
 *
 * @throws InputError if a feature is not a finite number or a label is not one of the classes.
 */
export function linearProblem(pool: Dataset, loss: LogitLoss): LinearProblem {
  checkLabels(pool);
  const width = pool.dimension + 1;
  const sparse = sparseDesign(pool);
  let design = sparse ? undefined : designMatrix(pool);
  let designTransposed: Float64Array | undefined;
  return {
    loss,
    labels: pool.labels.slice(),
    pointCount: pool.size,
    width,
    parameterCount: loss.logitsPerPoint * width,
    get design() {
      // Of a sparse problem it is hardly ever needed.
      return (design ??= sparse ? denseDesign(sparse, width) : designMatrix(pool));
    },
    get designTransposed() {
      return (designTransposed ??= transpose(this.design, pool.size, width));
    },
    ...(sparse && { sparse }),
  };
}

/** `N×(d+1)`: the features of each point and a 1. */
export function designMatrix(points: Dataset): Float64Array {
  const { size, dimension, features } = points;
  checkFinite(points);
  const design = new Float64Array(size * (dimension + 1));
  for (let i = 0; i < size; i++) {
    const at = i * (dimension + 1);
    for (let j = 0; j < dimension; j++) design[at + j] = features[i * dimension + j];
    design[at + dimension] = 1;
  }
  return design;
}

/** F for B rows of costs (`B×N`). */
export function linearObjective(problem: LinearProblem, costs: Float64Array): BatchObjective {
  const { loss, pointCount, width, parameterCount: p } = problem;
  const m = loss.logitsPerPoint;
  return {
    count: costs.length / pointCount,
    parameterCount: p,
    // ½‖θ‖², bias and all.
    leastCurvature: m === 1 && loss.biasSumPenalised ? 1 : 0,
    evaluate(rows, active, points, values, gradients) {
      if (active === 0) return;
      const kernels = wasmKernels();
      if (kernels) evaluateWithKernels(kernels, problem, costs, rows, active, points, values, gradients);
      else evaluatePlain(problem, costs, rows, active, points, values, gradients);
      for (let k = 0; k < active; k++) {
        values[k] += regularise(points, gradients, k * p, m, width, loss.biasSumPenalised);
      }
    },
  };
}

type Evaluate = (problem: LinearProblem, costs: Float64Array, ...rest: Parameters<BatchObjective['evaluate']>) => void;

/** Losses and their gradients, without the regulariser. */
const evaluatePlain: Evaluate = (problem, costs, rows, active, points, values, gradients) => {
  const { loss, labels, pointCount, parameterCount: p } = problem;
  const m = loss.logitsPerPoint;
  const tile = Math.min(active, tileModels(m * pointCount));
  const logits = new Float64Array(tile * m * pointCount);
  const products = plainProducts(problem);
  for (let from = 0; from < active; from += tile) {
    const models = Math.min(tile, active - from);
    products.logits(points.subarray(from * p, (from + models) * p), models * m, logits);
    for (let k = 0; k < models; k++) {
      const row = rows[from + k];
      values[from + k] = loss.differentiate(logits, k * m * pointCount, labels, costs, row * pointCount);
    }
    products.gradients(logits, models * m, gradients.subarray(from * p, (from + models) * p));
  }
};

function plainProducts(problem: LinearProblem): DesignProducts {
  const { sparse, pointCount, width } = problem;
  if (sparse) return plainSparseProducts(sparse, width);
  const { design, designTransposed } = problem;
  return {
    logits: (parameters, rows, out) => multiplyTransposed(parameters, design, rows, pointCount, width, out),
    gradients: (slopes, rows, out) => multiplyTransposed(slopes, designTransposed, rows, width, pointCount, out),
  };
}

/** As {@link evaluatePlain}, tile by tile in WebAssembly's memory. */
function evaluateWithKernels(kernels: WasmKernels, ...[problem, costs, ...rest]: Parameters<Evaluate>): void {
  const [rows, active, points, values, gradients] = rest;
  const { loss, labels, pointCount, width, parameterCount: p, sparse } = problem;
  const m = loss.logitsPerPoint;
  const tile = Math.min(active, tileModels(m * pointCount));
  const logitRows = sparse ? paddedRows(tile * m) : tile * m;
  const designs = sparse ? sparseReservation(sparse, width) : [problem.design.length, problem.design.length];
  const [wasmLabels, tileParameters, tileCosts, logits, tileLosses, tileGradients, ...matrices] = kernels.reserve(
    pointCount,
    tile * p,
    tile * pointCount,
    logitRows * pointCount,
    tile,
    tile * p,
    ...designs,
  );
  const products = sparse
    ? sparseProducts(kernels, sparse, width, matrices)
    : denseProducts(kernels, problem, matrices);
  wasmLabels.set(labels);
  for (let from = 0; from < active; from += tile) {
    const models = Math.min(tile, active - from);
    tileParameters.set(points.subarray(from * p, (from + models) * p));
    for (let k = 0; k < models; k++) {
      const row = rows[from + k] * pointCount;
      tileCosts.set(costs.subarray(row, row + pointCount), k * pointCount);
    }
    products.logits(tileParameters, models * m, logits);
    kernels[loss.kernel](
      logits.byteOffset,
      wasmLabels.byteOffset,
      tileCosts.byteOffset,
      tileLosses.byteOffset,
      models,
      m,
      pointCount,
    );
    products.gradients(logits, models * m, tileGradients);
    values.set(tileLosses.subarray(0, models), from);
    gradients.set(tileGradients.subarray(0, models * p), from * p);
  }
}

/** Products with the design, all operands in WebAssembly's memory. */
function denseProducts(
  kernels: WasmKernels,
  { design, designTransposed, pointCount, width }: LinearProblem,
  [wasmDesign, wasmTransposed]: readonly Float64Array[],
): DesignProducts {
  wasmDesign.set(design);
  wasmTransposed.set(designTransposed);
  const [byRows, byColumns] = [wasmDesign.byteOffset, wasmTransposed.byteOffset];
  return {
    logits: (parameters, rows, out) =>
      kernels.multiplyTransposed(parameters.byteOffset, byRows, rows, pointCount, width, out.byteOffset),
    gradients: (slopes, rows, out) =>
      kernels.multiplyTransposed(slopes.byteOffset, byColumns, rows, width, pointCount, out.byteOffset),
  };
}

/** Adds the regulariser's gradient for the model at `offset` and returns its value. */
function regularise(
  parameters: Float64Array,
  gradients: Float64Array,
  offset: number,
  m: number,
  width: number,
  penaliseBiasSum: boolean,
): number {
  let value = 0;
  let biasSum = 0;
  for (let k = 0; k < m; k++) {
    const row = offset + k * width;
    for (let j = row; j < row + width - 1; j++) {
      value += 0.5 * parameters[j] * parameters[j];
      gradients[j] += parameters[j];
    }
    biasSum += parameters[row + width - 1];
  }
  if (!penaliseBiasSum) return value;
  for (let k = 0; k < m; k++) gradients[offset + (k + 1) * width - 1] += biasSum;
  return value + 0.5 * biasSum * biasSum;
}

/** Rows of a Hessian block computed at a time: enough for the kernel, few enough to skip most of the upper triangle. */
const hessianStrip = 16;

/**
 * The Hessian of F for one of B rows of costs (`B×N`): Σ_i c_i·(∂²ℓ_i) ⊗ x̃_i x̃_iᵀ plus the regulariser's. One product
 * X̃ᵀ·diag(c·∂²ℓ)·X̃ per pair of logits, of which only the lower triangle is computed, so that the result is symmetric to the
 * last bit.
 */
export function linearHessians(problem: LinearProblem, costs: Float64Array): HessianOf {
  const { loss, labels, pointCount, width, parameterCount: p, sparse } = problem;
  const m = loss.logitsPerPoint;
  const logits = new Float64Array(m * pointCount);
  const curvatures = new Float64Array(((m * (m + 1)) / 2) * pointCount);
  const scaled = new Float64Array(sparse ? 0 : hessianStrip * pointCount);
  const strip = new Float64Array(sparse ? 0 : hessianStrip * width);
  const fillBlock = sparse ? fillSparse(sparse) : fillDense;

  return (row, parameters, out) => {
    if (sparse) plainSparseProducts(sparse, width).logits(parameters, m, logits);
    else multiplyTransposed(parameters, problem.design, m, pointCount, width, logits);
    loss.curvatures(logits, 0, labels, costs, row * pointCount, curvatures, 0);
    for (let k = 0, pair = 0; k < m; k++) {
      for (let l = 0; l <= k; l++, pair++) fillBlock(out, k * width, l * width, pair * pointCount);
    }
    regulariseHessian(out, m, width, loss.biasSumPenalised);
  };

  /** The symmetric `D×D` block at (row, column) of the Hessian, and its mirror image. */
  function fillDense(hessian: Float64Array, row: number, column: number, curvatureOffset: number): void {
    const { designTransposed } = problem;
    for (let first = 0; first < width; first += hessianStrip) {
      const end = Math.min(width, first + hessianStrip);
      for (let a = first, at = 0; a < end; a++) {
        const feature = a * pointCount;
        for (let i = 0; i < pointCount; i++) {
          scaled[at++] = curvatures[curvatureOffset + i] * designTransposed[feature + i];
        }
      }
      multiplyTransposed(scaled, designTransposed, end - first, end, pointCount, strip);
      for (let a = first; a < end; a++) {
        for (let b = 0; b <= a; b++) setMirrored(hessian, row, column, a, b, strip[(a - first) * end + b]);
      }
    }
  }

  /** The same from the entries of a sparse design. */
  function fillSparse(entries: SparseDesign): typeof fillDense {
    return (hessian, row, column, curvatureOffset) => {
      const gram = sparseGram(entries, width, curvatures.subarray(curvatureOffset, curvatureOffset + pointCount));
      for (let a = 0; a < width; a++) {
        for (let b = 0; b <= a; b++) setMirrored(hessian, row, column, a, b, gram[a * width + b]);
      }
    };
  }

  function setMirrored(hessian: Float64Array, row: number, column: number, a: number, b: number, value: number): void {
    hessian[(row + a) * p + column + b] = value;
    hessian[(row + b) * p + column + a] = value;
    hessian[(column + a) * p + row + b] = value;
    hessian[(column + b) * p + row + a] = value;
  }
}

/** The `p×p` Hessian of one model for one row of costs. */
export function linearHessian(problem: LinearProblem, costs: Float64Array, parameters: Float64Array): Float64Array {
  const hessian = new Float64Array(problem.parameterCount ** 2);
  linearHessians(problem, costs)(0, parameters, hessian);
  return hessian;
}

/** The diagonal of {@link linearHessian}, `p`, at the cost of one gradient. */
export function linearHessianDiagonal(
  problem: LinearProblem,
  costs: Float64Array,
  parameters: Float64Array,
): Float64Array {
  const { loss, labels, pointCount, width, parameterCount: p, design } = problem;
  const m = loss.logitsPerPoint;
  const logits = new Float64Array(m * pointCount);
  const curvatures = new Float64Array(((m * (m + 1)) / 2) * pointCount);
  multiplyTransposed(parameters, design, m, pointCount, width, logits);
  loss.curvatures(logits, 0, labels, costs, 0, curvatures, 0);
  const diagonal = new Float64Array(p);
  for (let k = 0; k < m; k++) {
    const own = (((k + 1) * (k + 2)) / 2 - 1) * pointCount;
    for (let i = 0; i < pointCount; i++) {
      for (let j = 0; j < width; j++) diagonal[k * width + j] += curvatures[own + i] * design[i * width + j] ** 2;
    }
    for (let j = 0; j < width; j++) if (j < width - 1 || loss.biasSumPenalised) diagonal[k * width + j] += 1;
  }
  return diagonal;
}

/** Adds the regulariser's Hessian to the full `p×p` matrix. */
export function regulariseHessian(hessian: Float64Array, m: number, width: number, penaliseBiasSum: boolean): void {
  const p = m * width;
  for (let j = 0; j < p; j++) if (j % width !== width - 1) hessian[j * p + j] += 1;
  if (!penaliseBiasSum) return;
  for (let k = width - 1; k < p; k += width) for (let l = width - 1; l < p; l += width) hessian[k * p + l] += 1;
}

/** Models per tile, a multiple of the kernels' block of 4 rows. */
function tileModels(numbersPerModel: number): number {
  return Math.max(4, Math.floor(tileNumbers / numbersPerModel / 4) * 4);
}
