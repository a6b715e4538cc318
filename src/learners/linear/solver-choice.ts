import { lbfgsMemory } from '../../numerics/lbfgs-rule.js';
import { fitsFeaturePairs } from './newton-directions.js';
import type { LinearProblem } from './linear-objective.js';

/** The two ways to the exact optimum of a linear model. */
export type SolverName = 'L-BFGS' | 'Newton';

/**
 * Nanoseconds of one thread, fitted to `npm run bench` on one machine. Only their ratios decide, and a choice that is off costs
 * time, never accuracy.
 */
const nanoseconds = {
  /** A multiply-add of a product of matrices. */
  product: 0.2,
  /** Loss and slope at one logit. */
  loss: 8,
  /** A multiply-add of a Cholesky factor. */
  factor: 0.7,
  /** A multiply-add of the two loops of L-BFGS. */
  loop: 1,
  /** Reading a subset's weight of a point in a plain loop. */
  weight: 4,
  /** What an iteration takes beside its arithmetic. */
  iteration: 2500,
};

/**
 * Evaluations a model needs from its start on the size path to max|∇|/(C·n) ≤ tolerance, and about as many to a next step of
 * that share of the parameters' length: L-BFGS gains about as many digits with every step, Newton's method doubles them.
 */
const evaluations: Readonly<Record<SolverName, (digits: number) => number>> = {
  'L-BFGS': (digits) => 1 + 1.6 * digits,
  Newton: (digits) => 1.5 + Math.log2(1 + digits),
};

/** What decides the cost of an iteration. */
export type ProblemSize = Pick<LinearProblem, 'pointCount' | 'width' | 'parameterCount'> & {
  readonly loss: Pick<LinearProblem['loss'], 'logitsPerPoint'>;
};

/** Processor nanoseconds of multiply-adds in a product of matrices. */
export const productNanoseconds = (multiplications: number): number => multiplications * nanoseconds.product;

/** Processor nanoseconds of a linear map of `features` numbers, read one by one from subsets' weights, to `outputs`. */
export const linearMapNanoseconds = (features: number, outputs: number): number =>
  features * nanoseconds.weight + productNanoseconds(features * outputs);

/** With m logits per point and D = d + 1: 2·m·N·D multiply-adds and m·N losses. */
export function gradientNanoseconds({ pointCount: N, width: D, loss }: ProblemSize): number {
  const m = loss.logitsPerPoint;
  return productNanoseconds(2 * m * N * D) + m * N * nanoseconds.loss + nanoseconds.iteration;
}

/**
 * With p = m·D: L-BFGS takes a product with the shared p×p inverse Hessian and its two loops, Newton's method the Gram matrices,
 * m(m+1)/2·N·D(D+1)/2, and a Cholesky factor, p³/6.
 */
export function directionNanoseconds(solver: SolverName, size: ProblemSize): number {
  const { pointCount: N, width: D, parameterCount: p, loss } = size;
  const m = loss.logitsPerPoint;
  if (solver === 'L-BFGS') return productNanoseconds(p * p) + 4 * lbfgsMemory * p * nanoseconds.loop;
  return productNanoseconds(((m * (m + 1) * D * (D + 1)) / 4) * N) + ((p * p * p) / 6) * nanoseconds.factor;
}

/** Estimated processor nanoseconds of solving one model. */
export function estimatedNanoseconds(solver: SolverName, size: ProblemSize, tolerance: number): number {
  const perIteration = gradientNanoseconds(size) + directionNanoseconds(solver, size);
  return evaluations[solver](-Math.log10(tolerance)) * perIteration;
}

/** The solver with the lower estimate; L-BFGS where Newton's method would need too much memory for its Gram matrices. */
export function cheaperSolver(size: ProblemSize, tolerance: number): SolverName {
  if (!fitsFeaturePairs(size)) return 'L-BFGS';
  const [quasiNewton, newton] = (['L-BFGS', 'Newton'] as const).map((solver) =>
    estimatedNanoseconds(solver, size, tolerance),
  );
  return newton < quasiNewton ? 'Newton' : 'L-BFGS';
}
