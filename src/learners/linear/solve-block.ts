import { lbfgsRule, type BatchPreconditioner } from '../../numerics/lbfgs-rule.js';
import { minimiseBatch, type Minimised, type MinimiseOptions } from '../../numerics/minimise-batch.js';
import { newtonRule } from '../../numerics/newton-rule.js';
import { batchedNewtonRule } from './batched-newton-rule.js';
import { gatherRows } from '../gather-rows.js';
import { linearHessians, linearObjective, type LinearProblem } from './linear-objective.js';
import { denseParameterLimit, type SizePathKnots } from './size-path.js';
import type { SolverName } from './solver-choice.js';

/** Iterations after which a subset is handed from the first solver to Newton's method with damping. */
const firstIterations: Readonly<Record<SolverName, number>> = { 'L-BFGS': 40, Newton: 15 };

/** Models that are solved together. */
export interface Block extends MinimiseOptions {
  /** `B×N` costs. */
  readonly costs: Float64Array;
  /** `B` subset sizes: they choose the preconditioners. */
  readonly sizes: readonly number[];
  /** What to begin with. */
  readonly solver: SolverName;
  /** Whether that solver may be replaced: by Newton's method where that takes one step, and for what is left. Default true. */
  readonly handOver?: boolean;
  /** In place of the one of the nearest knots. */
  readonly precondition?: BatchPreconditioner;
}

/**
 * The block's solver first (Newton's method at once where it needs one step), damped Newton steps for what is left; the
 * minimisers replace `block.parameters`.
 */
export async function solveBlock(problem: LinearProblem, knots: SizePathKnots, block: Block): Promise<Minimised> {
  const { parameterCount: p, pointCount } = problem;
  const { costs, sizes, parameters, gradientTolerance, maxIterations, handOver = true } = block;
  const oneStep = handOver && problem.loss.quadratic === 'everywhere' && p <= denseParameterLimit;
  const solver = oneStep ? 'Newton' : block.solver;
  const firstPhase =
    !handOver || p > denseParameterLimit ? maxIterations : Math.min(maxIterations, firstIterations[solver]);
  const rule =
    solver === 'Newton'
      ? batchedNewtonRule(problem, costs)
      : lbfgsRule(sizes.length, p, block.precondition ?? knotPreconditioner(knots, sizes, p));
  const solved = await minimiseBatch(linearObjective(problem, costs), rule, { ...block, maxIterations: firstPhase });
  const isDone = (k: number): boolean => solved.converged[k] === 1 || !Number.isNaN(solved.stepShares[k]);
  const left = sizes.map((_, k) => k).filter((k) => !isDone(k));
  if (left.length === 0 || firstPhase === maxIterations) return solved;

  const leftParameters = gatherRows(parameters, left, p);
  const leftCosts = gatherRows(costs, left, pointCount);
  const convergedBefore = sizes.length - left.length;
  const finished = await minimiseBatch(
    linearObjective(problem, leftCosts),
    problem.loss.quadratic === 'nowhere'
      ? newtonRule(p, linearHessians(problem, leftCosts))
      : batchedNewtonRule(problem, leftCosts),
    {
      ...block,
      parameters: leftParameters,
      gradientTolerance: gatherRows(gradientTolerance, left, 1),
      maxIterations: maxIterations - firstPhase,
      onConverged: (converged) => block.onConverged?.(convergedBefore + converged),
    },
  );
  left.forEach((k, at) => {
    parameters.set(leftParameters.subarray(at * p, (at + 1) * p), k * p);
    solved.gradientNorms[k] = finished.gradientNorms[at];
    solved.converged[k] = finished.converged[at];
    solved.iterations[k] += finished.iterations[at];
    solved.stepShares[k] = finished.stepShares[at];
  });
  return solved;
}

/** Multiplies each vector by the inverse Hessian of the size-path knot nearest to its subset's size. */
export function knotPreconditioner(knots: SizePathKnots, sizes: readonly number[], p: number): BatchPreconditioner {
  const knotOf = sizes.map((size) => knots.nearestKnot(size));
  return (rows, active, vectors) => {
    const keys = Array.from({ length: active }, (_, k) => knotOf[rows[k]]);
    forEachGroup(keys, vectors, p, (knot, group, count) => knots.precondition(knot, group, count));
  };
}

/** Hands rows of `vectors` (`B×p`) that share a key to `apply` together, to be replaced. */
export function forEachGroup<Key>(
  keys: readonly Key[],
  vectors: Float64Array,
  p: number,
  apply: (key: Key, group: Float64Array, count: number) => void,
): void {
  const groups = new Map<Key, number[]>();
  keys.forEach((key, k) => {
    const group = groups.get(key);
    if (group) group.push(k);
    else groups.set(key, [k]);
  });
  for (const [key, group] of groups) {
    const gathered = gatherRows(vectors, group, p);
    apply(key, gathered, group.length);
    group.forEach((k, at) => vectors.set(gathered.subarray(at * p, (at + 1) * p), k * p));
  }
}
