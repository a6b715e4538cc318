import type { Dataset } from '../../data/dataset.js';
import { linearProblem, type LinearProblem } from './linear-objective.js';
import type { LogitLoss } from './logit-loss.js';
import { holdsFeatures } from './sparse-design.js';
import { exactSizePath } from './exact-size-path.js';
import { sizePathKnots, type SizePath, type SizePathKnots } from './size-path.js';

/** A pool's matrices and its size path for one loss and C. */
export interface PreparedPool {
  readonly problem: LinearProblem;
  readonly knots: SizePathKnots;
  readonly path: SizePath;
}

/** The newest preparation of each pool, for as long as the pool itself is alive. */
const newest = new WeakMap<Dataset, PreparedPool & { readonly C: number }>();

/**
 * Prepares a pool for retraining, or hands out the last preparation of the same pool, loss and C: experiments retrain one pool
 * block by block, and the size path with its inverse Hessians is the dear part. Knots of the size path depend on pool, loss and
 * C alone, so a result does not depend on which calls came before. A pool whose numbers were changed in place is prepared anew.
 *
 * @throws InputError if a feature is not finite or a label is not one of the classes.
 */
export function preparePool(pool: Dataset, loss: LogitLoss, C: number): PreparedPool {
  const known = newest.get(pool);
  if (known?.C === C && isUnchanged(pool, known.problem, loss)) return known;
  const problem = linearProblem(pool, loss);
  const knots = sizePathKnots(problem, C);
  const prepared = { problem, knots, path: exactSizePath(problem, knots, C), C };
  newest.set(pool, prepared);
  return prepared;
}

function isUnchanged(pool: Dataset, problem: LinearProblem, loss: LogitLoss): boolean {
  const { size, dimension, features, labels } = pool;
  const { pointCount, width } = problem;
  if (pointCount !== size || width !== dimension + 1 || features.length !== size * dimension) return false;
  if (labels.length !== size) return false;
  if (problem.loss.kernel !== loss.kernel || problem.loss.logitsPerPoint !== loss.logitsPerPoint) return false;
  for (let i = 0; i < size; i++) if (labels[i] !== problem.labels[i]) return false;
  if (problem.sparse) return holdsFeatures(problem.sparse, pool);
  const { design } = problem;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < dimension; j++) if (features[i * dimension + j] !== design[i * width + j]) return false;
  }
  return true;
}
