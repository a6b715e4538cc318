import { pointGradients } from '../../networks/index.js';
import { averageOverModels, questionOf, type AttributionMethod } from './attribution.js';
import { norm, pointProducts } from './point-products.js';

/**
 * Grad-Dot: −⟨∇f_t, ∇ℓ_i⟩ at the trained parameters, what a step of gradient descent on the point does to the output (Charpiat et
 * al. 2019). The mean over models. Cost of a model: N + T gradients, and T·N·p.
 */
export function gradientDot(): AttributionMethod {
  return gradientSimilarity('Grad-Dot', () => 1);
}

/** Grad-Cos: {@link gradientDot} of gradients of length 1 (Charpiat et al. 2019): useless as self-score, which is 1 for all. */
export function gradientCosine(): AttributionMethod {
  return gradientSimilarity('Grad-Cos', (target, point) => target * point || Infinity);
}

function gradientSimilarity(name: string, scale: (targetNorm: number, pointNorm: number) => number): AttributionMethod {
  return {
    name,
    unit: 'none',
    prepare: (trained) =>
      Promise.resolve(async (targets, control) => ({
        scores: await averageOverModels(trained, async (model) => {
          const question = { ...questionOf(trained, model), control };
          const { gradients } = await pointGradients({ ...question, ...targets });
          const { products, norms } = await pointProducts({ ...question, points: trained.pool, vectors: gradients });
          const p = model.parameters.length;
          const size = norms.length;
          const own = Float64Array.from({ length: targets.points.size }, (_, t) =>
            norm(gradients.subarray(t * p, (t + 1) * p)),
          );
          return products.map((product, at) => -product / scale(own[Math.floor(at / size)], norms[at % size]));
        }),
      })),
  };
}
