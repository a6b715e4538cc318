import type { Dataset } from '../data/dataset.js';
import { checkIterations } from '../learners/checks.js';
import type { Learner } from '../learners/learner.js';
import type { Predictor } from './predictor.js';
import { chordNanoseconds } from './size-aware-chord.js';
import { startOnSizePath } from './size-path-start.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface LbfgsPredictorOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** Default 4. */
  readonly iterations?: number;
}

/**
 * Iterations of L-BFGS, whatever their number, on the objective of each subset from θ*(n), the optimum of the whole
 * pool at weights n/N, whose initial inverse Hessian is the whole pool's there, shared by all subsets of that size (for many
 * parameters, of sizes near it).
 *
 * Cost per subset and iteration: two products of N·p and one of p².
 *
 * @throws InputError if the number of iterations is not a whole number, from `predict` if the learner is not convex or a
 * subset is empty.
 */
export function lbfgsPredictor(options: LbfgsPredictorOptions): Predictor {
  refuseUnknownOptions(options, ['pool', 'learner', 'iterations'], 'lbfgsPredictor');
  const { pool, learner, iterations = 4 } = options;
  checkIterations('iterations', iterations);
  return {
    name: `L-BFGS, ${iterations === 1 ? 'one iteration' : `${iterations} iterations`}`,
    // An iteration is a chord step, and so is the start.
    estimatedNanoseconds: () => chordNanoseconds(pool, learner, iterations + 1),
    predict: async (subsets, control) => {
      const { path, sizes, parameters: from } = await startOnSizePath(pool, learner, subsets, control);
      const precondition = (rows: Int32Array, vectors: Float64Array): void =>
        path.precondition(
          Array.from(rows, (row) => sizes[row]),
          vectors,
        );
      const solver = { precondition, solver: 'L-BFGS', handOver: false } as const;
      return (await learner.retrain(pool, subsets, { ...control, ...solver, from, maxIterations: iterations }))
        .parameters;
    },
  };
}
