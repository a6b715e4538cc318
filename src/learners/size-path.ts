import { choleskyInverse, factorDamped, multiplyTransposed } from '../numerics/dense.js';
import { lbfgsRule } from '../numerics/lbfgs.js';
import { minimiseBatch } from '../numerics/minimise-batch.js';
import { linearHessian, linearHessianDiagonal, linearObjective, type LinearProblem } from './linear-objective.js';

/**
 * The size path θ*(n): the optimum of the whole pool with every point weighted n/N, which is what an average subset of n
 * points trains to. It is followed from small n upwards through knots in geometric progression, each solved from the one
 * before; between knots it is interpolated linearly in log n. Knots depend on the pool alone, never on the subsets asked
 * for, so a subset's start, and with it every byte of its result, is the same in any batch.
 */
export interface SizePath {
  /** Solves the knots needed for subsets of up to `largest` points; tells `onKnot` how many of how many are solved. */
  extend(largest: number, signal?: AbortSignal, onKnot?: (solved: number, total: number) => void): Promise<void>;
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

type Preconditioner = (vectors: Float64Array, count: number) => void;

/** The size path of a problem whose points cost C each; nothing is solved before it is asked for. */
export function createSizePath(problem: LinearProblem, C: number): SizePath {
  const { pointCount, parameterCount: p } = problem;
  /** No smaller subset can hold every class. */
  const firstSize = Math.max(2, problem.loss.logitsPerPoint);
  const knots: Float64Array[] = [];
  const preconditioners: Preconditioner[] = [];
  const sizeOfKnot = (knot: number): number => firstSize * knotRatio ** knot;
  const position = (size: number): number => Math.max(0, Math.log(size / firstSize) / Math.log(knotRatio));
  const costsAt = (size: number): Float64Array => new Float64Array(pointCount).fill((C * size) / pointCount);

  function preconditionerAt(knot: number): Preconditioner {
    preconditioners[knot] ??= inverseHessian(problem, costsAt(sizeOfKnot(knot)), knots[knot]);
    return preconditioners[knot];
  }

  async function solveKnot(knot: number, signal: AbortSignal | undefined): Promise<void> {
    const size = sizeOfKnot(knot);
    const costs = costsAt(size);
    const parameters = knot === 0 ? new Float64Array(p) : Float64Array.from(knots[knot - 1]);
    const precondition = knot === 0 ? inverseHessian(problem, costs, parameters) : preconditionerAt(knot - 1);
    const rule = lbfgsRule(1, p, (_rows, active, vectors) => precondition(vectors, active));
    await minimiseBatch(linearObjective(problem, costs), rule, {
      signal,
      parameters,
      gradientTolerance: Float64Array.of(knotTolerance * C * size),
      maxIterations: knotIterations,
      label: 'the size path',
    });
    knots[knot] = parameters;
  }

  return {
    async extend(largest, signal, onKnot) {
      const total = Math.ceil(position(largest)) + 1;
      while (knots.length < total) {
        await solveKnot(knots.length, signal);
        onKnot?.(knots.length, total);
      }
    },
    interpolate(size, out, offset) {
      const at = position(size);
      const below = knots[Math.floor(at)];
      const above = knots[Math.ceil(at)];
      const share = at - Math.floor(at);
      for (let j = 0; j < p; j++) out[offset + j] = (1 - share) * below[j] + share * above[j];
    },
    nearestKnot: (size) => Math.round(position(size)),
    precondition: (knot, vectors, count) => preconditionerAt(knot)(vectors, count),
  };
}

/** Multiplication by the inverse Hessian of one model, or by that of its diagonal if p is large. */
function inverseHessian(problem: LinearProblem, costs: Float64Array, parameters: Float64Array): Preconditioner {
  const { parameterCount: p } = problem;
  if (p > denseParameterLimit) {
    const diagonal = linearHessianDiagonal(problem, costs, parameters);
    return (vectors, count) => {
      for (let at = 0; at < count * p; at++) vectors[at] /= Math.max(diagonal[at % p], 1e-12);
    };
  }
  const inverse = choleskyInverse(factorDamped(linearHessian(problem, costs, parameters), p), p);
  return (vectors, count) => {
    const product = new Float64Array(count * p);
    multiplyTransposed(vectors, inverse, count, p, p, product);
    vectors.set(product);
  };
}
