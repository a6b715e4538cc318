import type { Dataset } from '../../data/dataset.js';
import type { Learner } from '../../learners/learner.js';

/** A problem as results hold it: plain data, without the learner itself. */
export type ProblemData<P> = Omit<P, 'learner'> & {
  /** The learner's registered name, and how many parameters it trains on the pool. */
  readonly learner: string;
  readonly parameterCount: number;
};

/** What of a problem outlives the run. */
export function problemData<P extends { readonly pool: Dataset; readonly learner: Learner }>(
  problem: P,
): ProblemData<P> {
  const { name } = problem.learner;
  return { ...problem, learner: name, parameterCount: problem.learner.parameterCount(problem.pool) };
}
