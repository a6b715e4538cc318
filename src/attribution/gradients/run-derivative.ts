import { InputError } from '../../errors.js';
import { pointGradients, recordRun, type RecordedRun } from '../../networks/index.js';
import type { AttributionMethod } from './attribution.js';

/**
 * Derivative of the training run: ∂f_t(θ_T)/∂w_i through all of its steps, exact to rounding for the very training that was done,
 * converged or not (reverse mode: Maclaurin et al. 2015; Engstrom et al. 2025). The mean over models.
 *
 * Cost of a model in trainings: 1 to record it, up to 2 and about 2 for every target to go backwards.
 */
export function runDerivative({ memory }: { readonly memory?: number } = {}): AttributionMethod {
  return {
    name: 'derivative of the run',
    unit: 'change of output',
    async prepare({ network, pool, training, models, precision }, control) {
      const runs: RecordedRun[] = [];
      for (const { seed, parameters } of models) {
        const run = await recordRun({
          network,
          pool,
          training: { ...training, seed },
          precision,
          control,
          memory: memory && memory / models.length,
        });
        if (run.parameters.some((value, j) => value !== parameters[j]))
          throw new InputError(
            `Training with seed ${seed} does not lead to that model's parameters; pass the training that did.`,
          );
        runs.push(run);
      }
      return async (targets, control) => {
        const scores = new Float64Array(targets.points.size * pool.size);
        for (const run of runs) {
          const question = { network, precision, parameters: run.parameters, control };
          const { gradients } = await pointGradients({ ...question, ...targets });
          const own = await run.reverse(gradients, control);
          own.forEach((score, at) => (scores[at] += score / runs.length));
        }
        return { scores };
      };
    },
  };
}
