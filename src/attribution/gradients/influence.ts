import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { gaussNewtonProducts, hessianProducts, networkGradient, pointGradients } from '../../networks/index.js';
import { averageOverModels, questionOf, type AttributionMethod } from './attribution.js';
import { conjugateGradients } from './conjugate-gradients.js';
import type { CurvatureSolver, MatrixProducts } from './curvature-solver.js';
import { denseSolver } from './dense-solver.js';
import type { TrainedModel, TrainedModels } from './models.js';
import { norm, pointProducts } from './point-products.js';

export interface InfluenceFunctionOptions {
  /** Default `Gauss–Newton`, which is never indefinite, and the Hessian itself for a network without hidden layers. */
  readonly curvature?: 'Hessian' | 'Gauss–Newton';
  /** Added to the curvature's diagonal beside the training's weight decay, in the units of the mean loss. Default 0.01. */
  readonly damping?: number;
  /** `dense`: p×p matrix and Cholesky factor; `conjugate gradients`: products alone. Default: dense up to 1,000 parameters. */
  readonly solver?: 'dense' | 'conjugate gradients';
  /** Of conjugate gradients for each target, at most; default 100. */
  readonly iterations?: number;
  /** Relative residual at which conjugate gradients stop; default 1e-5. */
  readonly tolerance?: number;
}

/** p up to which the matrix is formed. */
const densest = 1000;

/**
 * Influence functions (Koh & Liang 2017, eq. 2): −∇f_tᵀ(C + (λ + δ)I)⁻¹∇ℓ_i/N, C the Hessian or Gauss–Newton matrix of the mean loss,
 * λ the weight decay, δ the damping; for the training's normalisation `subset` less their mean over the pool, as a weight then also
 * changes what the others are divided by. The mean over models. Exact to first order at an optimum with δ = 0.
 *
 * Diagnostics: `residual` of the solver and `gradient`, |∇F| at the parameters (0 at an optimum), the largest over models. Cost of a
 * model: dense p products and p³/3 to prepare and T·p² for targets; conjugate gradients T·iterations products; then N gradients and T·N·p.
 *
 * @throws InputError from what is prepared if the curvature is not positive definite, or a name is unknown.
 */
export function influence(options: InfluenceFunctionOptions = {}): AttributionMethod {
  const { curvature = 'Gauss–Newton', solver } = options;
  if (!['Hessian', 'Gauss–Newton'].includes(curvature))
    throw new InputError(`There is no curvature "${curvature}"; use Hessian or Gauss–Newton.`);
  if (solver && !['dense', 'conjugate gradients'].includes(solver))
    throw new InputError(`There is no solver "${String(solver)}"; use dense or conjugate gradients.`);
  return {
    name: `influence (${curvature}${solver === 'conjugate gradients' ? ', conjugate gradients' : ''})`,
    unit: 'change of output',
    async prepare(trained, control) {
      const solvers = new Map<TrainedModel, CurvatureSolver>();
      let gradient = 0;
      for (const model of trained.models) {
        solvers.set(model, await solverOf(trained, model, options, control));
        gradient = Math.max(gradient, await stationarity(trained, model, control));
      }
      return async (targets, control) => {
        let residual = 0;
        const scores = await averageOverModels(trained, async (model) => {
          const question = { ...questionOf(trained, model), control };
          const { gradients } = await pointGradients({ ...question, ...targets });
          const solved = await solvers.get(model)!(gradients);
          residual = Math.max(residual, solved.residual);
          const { products } = await pointProducts({ ...question, points: trained.pool, vectors: solved.solutions });
          return changesOfOutputs(trained, products);
        });
        return { scores, diagnostics: { residual, gradient } };
      };
    },
  };
}

/** `T×N` derivatives of outputs in points' weights from ⟨x_t, ∇ℓ_i⟩. */
function changesOfOutputs({ pool: { size }, training }: TrainedModels, products: Float64Array): Float64Array {
  const centres = new Float64Array(products.length / size);
  if (training.normalisation !== 'batch')
    products.forEach((product, at) => (centres[Math.floor(at / size)] += product / size));
  return products.map((product, at) => (centres[Math.floor(at / size)] - product) / size);
}

/** Weight decay as a part of the objective; 0 for the decoupled one, which is not. */
function weightDecayOf({ training: { optimiser } }: TrainedModels): number {
  return optimiser.kind === 'adam' && optimiser.decoupled ? 0 : (optimiser.weightDecay ?? 0);
}

async function stationarity(trained: TrainedModels, model: TrainedModel, control?: RunControl): Promise<number> {
  const { gradient } = await networkGradient({ ...questionOf(trained, model), points: trained.pool, control });
  const decay = weightDecayOf(trained);
  return norm(gradient.map((slope, j) => slope + decay * model.parameters[j]));
}

async function solverOf(
  trained: TrainedModels,
  model: TrainedModel,
  options: InfluenceFunctionOptions,
  control?: RunControl,
): Promise<CurvatureSolver> {
  const { curvature = 'Gauss–Newton', damping = 0.01, iterations = 100, tolerance = 1e-5 } = options;
  const question = { ...questionOf(trained, model), points: trained.pool, control };
  const shift = damping + weightDecayOf(trained);
  const times: MatrixProducts = async (vectors) => {
    const products =
      curvature === 'Hessian'
        ? (await hessianProducts({ ...question, vectors })).products
        : await gaussNewtonProducts({ ...question, vectors });
    return products.map((product, j) => product + shift * vectors[j]);
  };
  const p = model.parameters.length;
  const { solver = p <= densest ? 'dense' : 'conjugate gradients' } = options;
  if (solver === 'dense') return denseSolver(times, p);
  return (vectors) => conjugateGradients({ times, vectors, size: p, iterations, tolerance });
}
