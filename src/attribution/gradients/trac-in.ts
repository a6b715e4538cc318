import { InputError } from '../../errors.js';
import { pointGradients } from '../../networks/index.js';
import { learningRateAt } from '../../networks/training.js';
import { averageOverModels, questionOf, type AttributionMethod } from './attribution.js';
import type { TrainedModels } from './models.js';
import { pointProducts } from './point-products.js';

/**
 * TracIn over checkpoints (Pruthi et al. 2020, §3.3): −Σ_c H_c·⟨∇f_t(θ_c), ∇ℓ_i(θ_c)⟩/N, H_c the sum of the learning rates from
 * checkpoint c to the next one or the end. With a checkpoint at every step of plain full-batch descent, a target's scores add up to
 * the change of its output from the first checkpoint to the end, but for terms of the order of the learning rate. It says what
 * training on the point did, not what training without it would do; so it has no unit. The mean over models. Cost of a model:
 * (N + T) gradients and T·N·p for every checkpoint.
 */
export function tracIn(): AttributionMethod {
  return {
    name: 'TracIn',
    unit: 'none',
    prepare(trained) {
      if (trained.models.some(({ checkpoints }) => checkpoints.length === 0))
        return Promise.reject(new InputError('TracIn needs checkpoints; train with checkpoints: [0, …].'));
      const { pool } = trained;
      return Promise.resolve(async (targets, control) => ({
        scores: await averageOverModels(trained, async ({ checkpoints }) => {
          const scores = new Float64Array(targets.points.size * pool.size);
          for (const [c, checkpoint] of checkpoints.entries()) {
            const question = { ...questionOf(trained, checkpoint), control };
            const { gradients: vectors } = await pointGradients({ ...question, ...targets });
            const { products } = await pointProducts({ ...question, points: pool, vectors });
            const rate = ratesBetween(trained, checkpoint.step, checkpoints[c + 1]?.step) / pool.size;
            for (let at = 0; at < scores.length; at++) scores[at] -= rate * products[at];
          }
          return scores;
        }),
      }));
    },
  };
}

/** Sum of the learning rates of the steps from `first` to before `end`. */
function ratesBetween({ training }: TrainedModels, first: number, end = training.steps): number {
  let sum = 0;
  for (let step = first; step < end; step++) sum += learningRateAt(training, step);
  return sum;
}
