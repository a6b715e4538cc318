import { requireConvex } from '../../../learners/learner.js';
import type { Bank } from '../../../retraining/bank.js';
import { subsetSizes } from '../../../subsets/subsets.js';
import { trainingObjective } from '../objectives/training-objective.js';
import type { OutputScaling } from '../output-scaling.js';
import type { OutputPenalty } from '../network/network-engine.js';

/**
 * The preconditioned stationarity penalty weight·½·gᵀH(n)⁻¹g, g = ∇F_S(θ̂) and H(n) the Hessian of the whole pool with weights
 * n/N, as a mean over the batch. It is about how far F_S(θ̂) lies above its minimum, so that errors count by what they do to
 * the objective, which is also what decides the error after a Newton step.
 *
 * Cost per subset: a gradient, a product with a Hessian of N·p each, and p² for the product with H(n)⁻¹.
 *
 * @throws InputError if the learner is not convex or there are no written-out derivatives of its objective.
 */
export function decrementPenalty(
  { pool, learner, subsets: known }: Bank,
  weight: number,
  scaling: OutputScaling | null,
): { readonly penalty: OutputPenalty; readonly prepare: () => Promise<void> } {
  const path = requireConvex(learner, 'The decrement penalty').sizePath(pool);
  const objective = trainingObjective(learner, 'The decrement penalty').penalties(pool);
  const scaleOf = (j: number): number => scaling?.scale[j] ?? 1;
  const shiftOf = (j: number): number => scaling?.shift[j] ?? 0;
  return {
    // Multisets may be larger than the pool.
    prepare: () => path.prepare([...Array.from({ length: pool.size }, (_, i) => i + 1), ...subsetSizes(known)]),
    penalty: (outputs, subsets, gradient) => {
      const { count } = subsets;
      const p = outputs.length / count;
      const parameters = outputs.map((z, k) => shiftOf(k % p) + scaleOf(k % p) * z);
      const { gradients, losses, pullBack } = objective.evaluate(parameters, subsets);
      const steps = Float64Array.from(gradients);
      path.precondition(subsetSizes(subsets), steps);
      const factor = weight / count;
      const value = steps.reduce((sum, step, k) => sum + step * gradients[k], 0);
      const ofParameters = pullBack(
        Float32Array.from(steps, (step) => factor * step),
        new Float32Array(losses.length),
      );
      ofParameters.forEach((slope, k) => (gradient[k] += scaleOf(k % p) * slope));
      return (factor * value) / 2;
    },
  };
}
