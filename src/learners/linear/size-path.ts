import type { RunControl } from '../../control.js';
import { choleskyInverse, factorDamped, multiplyTransposed } from '../../numerics/dense.js';
import { lbfgsRule } from '../../numerics/lbfgs-rule.js';
import { minimiseBatch } from '../../numerics/minimise-batch.js';
import { linearHessian, linearHessianDiagonal, linearObjective, type LinearProblem } from './linear-objective.js';

/**
 * Starting points and preconditioners along the size path θ*(n), the optimum of the whole pool with every point weighted n/N,
 * which is what an average subset of n points trains to. Knots lie at n = N, N/2, N/4, …, each solved from the one above;
 * between knots the path is interpolated linearly in log n. Knots depend on the pool alone, never on the subsets asked for,
 * so a subset's start, and with it every byte of its result, is the same in any batch.
 */
export interface SizePathKnots {
  /** Solves the knots needed for subsets of `smallest` points and more; tells `onKnot` how many of how many are solved. */
  extend(smallest: number, signal?: AbortSignal, onKnot?: (solved: number, total: number) => void): Promise<void>;
  /** Writes the interpolated θ*(n) to `out` at `offset`. */
  interpolate(size: number, out: Float64Array, offset: number): void;
  /** Index of the knot nearest to n in log n. */
  nearestKnot(size: number): number;
  /** Replaces each of the `count` vectors (`count×p`) by the inverse Hessian at a knot times it. */
  precondition(knot: number, vectors: Float64Array, count: number): void;
}

/** Up to this many parameters a `p×p` matrix and its factor are affordable; beyond, only its diagonal is used. */
export const denseParameterLimit = 2000;

const knotRatio = 2;
/** Knots serve as starts: they need not be exact, only the same every time. */
const knotTolerance = 1e-6;
const knotIterations = 200;
/**
 * A preconditioner's Hessian is taken over the whole pool where that costs no more than so many gradients: rare categories that
 * a part of the points misses would cost every model tens of iterations. Else over as many points as that allows, evenly spaced,
 */
const preconditionerGradients = 64;
/** or over this many where it allows fewer. */
const fewestPreconditionerPoints = 8192;

type Preconditioner = (vectors: Float64Array, count: number) => void;

/** The knots of a problem whose points cost C each; nothing is solved before it is asked for. */
export function sizePathKnots(problem: LinearProblem, C: number): SizePathKnots {
  const { pointCount, parameterCount: p } = problem;
  const knots: Float64Array[] = [];
  const preconditioners: Preconditioner[] = [];
  const sizeOfKnot = (knot: number): number => pointCount / knotRatio ** knot;
  /** 0 at the whole pool and beyond, larger for smaller subsets. */
  const position = (size: number): number => Math.max(0, Math.log(pointCount / size) / Math.log(knotRatio));
  const preconditionerFor = (size: number, parameters: Float64Array): Preconditioner =>
    inverseHessian(problem, (C * size) / pointCount, parameters);

  function preconditionerAt(knot: number): Preconditioner {
    preconditioners[knot] ??= preconditionerFor(sizeOfKnot(knot), knots[knot]);
    return preconditioners[knot];
  }

  async function solveKnot(knot: number, signal: AbortSignal | undefined): Promise<void> {
    const size = sizeOfKnot(knot);
    const parameters = knot === 0 ? new Float64Array(p) : Float64Array.from(knots[knot - 1]);
    const precondition = knot === 0 ? preconditionerFor(size, parameters) : preconditionerAt(knot - 1);
    const rule = lbfgsRule(1, p, (_rows, active, vectors) => precondition(vectors, active));
    await minimiseBatch(linearObjective(problem, wholePoolCosts(problem, C, [size])), rule, {
      signal,
      parameters,
      gradientTolerance: Float64Array.of(knotTolerance * C * size),
      maxIterations: knotIterations,
      label: 'the size path',
    });
    knots[knot] = parameters;
  }

  return {
    async extend(smallest, signal, onKnot) {
      const total = Math.ceil(position(smallest)) + 1;
      while (knots.length < total) {
        await solveKnot(knots.length, signal);
        onKnot?.(knots.length, total);
      }
    },
    interpolate(size, out, offset) {
      const at = position(size);
      const larger = knots[Math.floor(at)];
      const smaller = knots[Math.ceil(at)];
      const share = at - Math.floor(at);
      for (let j = 0; j < p; j++) out[offset + j] = (1 - share) * larger[j] + share * smaller[j];
    },
    nearestKnot: (size) => Math.round(position(size)),
    precondition: (knot, vectors, count) => preconditionerAt(knot)(vectors, count),
  };
}

/** `B×N`: for each size n the costs C·n/N of every point. */
export function wholePoolCosts({ pointCount }: LinearProblem, C: number, sizes: readonly number[]): Float64Array {
  const costs = new Float64Array(sizes.length * pointCount);
  sizes.forEach((size, b) => costs.fill((C * size) / pointCount, b * pointCount, (b + 1) * pointCount));
  return costs;
}

/** Multiply-adds of a Hessian over those of a gradient are m(m+1)/2 · D²/2 over 2·m·D; D is the entries of a row where that is sparse. */
function preconditionerPoints({ pointCount, width, loss, sparse }: LinearProblem): number {
  const entries = sparse ? sparse.values.length / pointCount : width;
  const gradients = ((loss.logitsPerPoint + 1) * entries) / 8;
  return Math.max(fewestPreconditionerPoints, Math.floor((preconditionerGradients / gradients) * pointCount));
}

/** Multiplication by an approximate inverse Hessian of the whole pool at one θ, or by that of its diagonal if p is large. */
function inverseHessian(problem: LinearProblem, cost: number, parameters: Float64Array): Preconditioner {
  const { parameterCount: p, pointCount } = problem;
  const stride = Math.ceil(pointCount / preconditionerPoints(problem));
  const counted = Math.ceil(pointCount / stride);
  const costs = new Float64Array(pointCount);
  for (let i = 0; i < pointCount; i += stride) costs[i] = (cost * pointCount) / counted;
  if (p > denseParameterLimit) {
    const diagonal = linearHessianDiagonal(problem, costs, parameters);
    return (vectors, count) => {
      for (let at = 0; at < count * p; at++) vectors[at] /= Math.max(diagonal[at % p], 1e-12);
    };
  }
  const inverse = choleskyInverse(factorDamped(linearHessian(problem, costs, parameters), p), p);
  return (vectors, count) => multiplyInPlace(vectors, inverse, count, p);
}

/** Replaces each of `count` vectors of p numbers by a symmetric `p×p` matrix times it. */
export function multiplyInPlace(vectors: Float64Array, matrix: Float64Array, count: number, p: number): void {
  const product = new Float64Array(count * p);
  multiplyTransposed(vectors, matrix, count, p, p, product);
  vectors.set(product);
}

/**
 * The size path θ*(n) of a learner on a pool, exactly: what predictors that know only a subset's size start from. An optimum
 * depends on its n alone, whatever else was asked before, and is kept.
 */
export interface SizePath {
  /**
   * Solves θ*(n), to a residual of 1e-10 where float64 allows, and the Hessians for subsets of these sizes.
   *
   * @throws InterruptedError on request.
   */
  prepare(sizes: ArrayLike<number>, control?: RunControl): Promise<void>;
  /** `B×p`: θ*(n_b) for prepared sizes. */
  optima(sizes: ArrayLike<number>): Float64Array;
  /**
   * Replaces each of B vectors (`B×p`) by H(n_b)⁻¹ times it, H(n) the Hessian of the whole pool with weights n/N at θ*(n): of
   * n itself for few parameters and points, of the nearest of closely spaced sizes (9 % apart) for many.
   */
  precondition(sizes: ArrayLike<number>, vectors: Float64Array): void;
}
