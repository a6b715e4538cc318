import { InputError } from '../../errors.js';
import { choleskyInverse, factorDamped } from '../../numerics/dense.js';
import { linearHessian, type LinearProblem } from './linear-objective.js';
import { multiplyInPlace, wholePoolCosts, type SizePath, type SizePathKnots } from './size-path.js';
import { forEachGroup, solveBlock } from './solve-block.js';
import { cheaperSolver } from './solver-choice.js';

const tolerance = 1e-10;
const maxIterations = 1000;
/** Optima solved together. */
const blockSizes = 128;
/** Up to this many parameters every size has a Hessian of its own, */
const ownHessianLimit = 128;
/** unless inverses for all sizes up to N would hold more numbers than this (240 MB). */
const ownHessianNumbers = 3e7;
/** Ratio of neighbouring sizes that have a Hessian where not every one has. */
const hessianRatio = 2 ** (1 / 8);

/** The exact size path of a linear model whose points cost C each. */
export function exactSizePath(problem: LinearProblem, knots: SizePathKnots, C: number): SizePath {
  const { pointCount, parameterCount: p } = problem;
  const solved = new Map<number, Float64Array>();
  const inverses = new Map<number, Float64Array>();

  /** The size whose Hessian stands for that of n. */
  const hessianSize = (size: number): number =>
    p <= ownHessianLimit && pointCount * p * p <= ownHessianNumbers
      ? size
      : pointCount * hessianRatio ** Math.round(Math.log(size / pointCount) / Math.log(hessianRatio));

  const optimum = (size: number): Float64Array => {
    const found = solved.get(size);
    if (!found) throw new InputError(`The size path has not been prepared for ${size} points; call prepare first.`);
    return found;
  };

  function inverseAt(size: number): Float64Array {
    let inverse = inverses.get(size);
    if (!inverse) {
      const hessian = linearHessian(problem, wholePoolCosts(problem, C, [size]), optimum(size));
      inverse = choleskyInverse(factorDamped(hessian, p), p);
      inverses.set(size, inverse);
    }
    return inverse;
  }

  return {
    async prepare(sizes, control = {}) {
      const wanted = [...new Set(Array.from(sizes).flatMap((size) => [size, hessianSize(size)]))];
      const invalid = wanted.find((size) => !(size > 0 && size < Infinity));
      if (invalid !== undefined) throw new InputError(`The size path has no subset of ${invalid} points.`);
      const missing = wanted.filter((size) => !solved.has(size)).sort((a, b) => b - a);
      if (missing.length === 0) return;
      const label = 'the size path';
      await knots.extend(missing[missing.length - 1], control.signal);
      for (let first = 0; first < missing.length; first += blockSizes) {
        const block = missing.slice(first, first + blockSizes);
        const parameters = new Float64Array(block.length * p);
        block.forEach((size, k) => knots.interpolate(size, parameters, k * p));
        await solveBlock(problem, knots, {
          costs: wholePoolCosts(problem, C, block),
          sizes: block,
          solver: cheaperSolver(problem, tolerance),
          parameters,
          gradientTolerance: Float64Array.from(block, (size) => tolerance * C * size),
          maxIterations,
          signal: control.signal,
          label,
        });
        block.forEach((size, k) => solved.set(size, parameters.slice(k * p, (k + 1) * p)));
        control.onProgress?.({ label, done: first + block.length, total: missing.length });
      }
    },
    optima(sizes) {
      const optima = new Float64Array(sizes.length * p);
      for (let b = 0; b < sizes.length; b++) optima.set(optimum(sizes[b]), b * p);
      return optima;
    },
    precondition(sizes, vectors) {
      forEachGroup(Array.from(sizes, hessianSize), vectors, p, (size, group, count) =>
        multiplyInPlace(group, inverseAt(size), count, p),
      );
    },
  };
}
