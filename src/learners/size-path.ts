import type { RunControl } from '../control.js';
import { choleskyInverse, factorDamped, multiplyTransposed } from '../numerics/dense.js';
import { lbfgsRule } from '../numerics/lbfgs.js';
import { minimiseBatch } from '../numerics/minimise-batch.js';
import { linearHessian, linearObjective, type LinearProblem } from './linear-objective.js';

/**
 * The size path θ*(n): the optimum of the whole pool with every point weighted n/N, which is what an average subset of n
 * points trains to. It is followed from small n upwards through knots in geometric progression, each solved from the one
 * before; between knots it is interpolated linearly in log n. Knots depend on the pool alone, never on the subsets asked
 * for, so a subset's start, and with it every byte of its result, is the same in any batch.
 */
export interface SizePath {
  /** Solves the knots needed for subsets of up to `largest` points. */
  extend(largest: number, control?: RunControl): Promise<void>;
  /** Writes the interpolated θ*(n) to `out` at `offset`. */
  interpolate(size: number, out: Float64Array, offset: number): void;
  /** Index of the knot nearest to n in log n. */
  nearestKnot(size: number): number;
  /** `p×p` inverse Hessian of F at a knot. */
  inverseHessian(knot: number): Float64Array;
}

const firstSize = 2;
const knotRatio = 2;
/** Knots serve as starts: they need not be exact, only the same every time. */
const knotTolerance = 1e-6;
const knotIterations = 200;

/** The size path of a problem whose points cost C each; nothing is solved before it is asked for. */
export function createSizePath(problem: LinearProblem, C: number): SizePath {
  const { pointCount, parameterCount: p } = problem;
  const knots: Float64Array[] = [];
  const inverses: Float64Array[] = [];
  const sizeOfKnot = (knot: number): number => firstSize * knotRatio ** knot;
  const position = (size: number): number => Math.max(0, Math.log(size / firstSize) / Math.log(knotRatio));
  const costsAt = (size: number): Float64Array => new Float64Array(pointCount).fill((C * size) / pointCount);

  function inverseHessian(knot: number): Float64Array {
    inverses[knot] ??= invertDamped(linearHessian(problem, costsAt(sizeOfKnot(knot)), knots[knot]), p);
    return inverses[knot];
  }

  async function solveKnot(knot: number, control: RunControl | undefined): Promise<void> {
    const size = sizeOfKnot(knot);
    const parameters = knot === 0 ? new Float64Array(p) : Float64Array.from(knots[knot - 1]);
    const costs = costsAt(size);
    const inverse = knot === 0 ? invertDamped(linearHessian(problem, costs, parameters), p) : inverseHessian(knot - 1);
    const rule = lbfgsRule(1, p, (_rows, active, vectors) => {
      if (active > 0) vectors.set(product(inverse, vectors.subarray(0, p)));
    });
    await minimiseBatch(linearObjective(problem, costs), rule, {
      signal: control?.signal,
      parameters,
      gradientTolerance: Float64Array.of(knotTolerance * C * size),
      maxIterations: knotIterations,
      label: 'the size path',
    });
    knots[knot] = parameters;
  }

  return {
    async extend(largest, control) {
      const last = Math.ceil(position(largest));
      while (knots.length <= last) await solveKnot(knots.length, control);
    },
    interpolate(size, out, offset) {
      const at = position(size);
      const below = knots[Math.floor(at)];
      const above = knots[Math.ceil(at)];
      const share = at - Math.floor(at);
      for (let j = 0; j < p; j++) out[offset + j] = (1 - share) * below[j] + share * above[j];
    },
    nearestKnot: (size) => Math.round(position(size)),
    inverseHessian,
  };

  function product(matrix: Float64Array, vector: Float64Array): Float64Array {
    const out = new Float64Array(p);
    multiplyTransposed(vector, matrix, 1, p, p, out);
    return out;
  }
}

/** The inverse of `matrix + λI` for λ = 0, or the least of a growing sequence that makes it positive definite. */
function invertDamped(matrix: Float64Array, p: number): Float64Array {
  return choleskyInverse(factorDamped(matrix, p), p);
}
