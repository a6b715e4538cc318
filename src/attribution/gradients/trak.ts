import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { projectedPointGradients, type NetworkPoints, type OutputName } from '../../networks/index.js';
import { choleskyFactor, choleskySolve, multiplyTransposed, transpose } from '../../numerics/dense.js';
import { deriveSeed } from '../../numerics/random.js';
import { averageOverModels, questionOf, type AttributionMethod } from './attribution.js';
import type { TrainedModel } from './models.js';

export interface TrakOptions {
  /** k: numbers kept of every gradient; without damping fewer than pool points. Default: a quarter of the pool, at most 512. */
  readonly directions?: number;
  /** λ, added to the diagonal of ΦᵀΦ. Default 0. */
  readonly damping?: number;
  /** Of the projections; every model has its own. Default 0. */
  readonly seed?: number;
}

/** What is known of a model before there are targets: `N×k` rows (ΦᵀΦ + λI)⁻¹φ_i, and the points' 1 − p_i. */
interface Features {
  readonly solved: Float64Array;
  readonly errors: Float64Array;
}

/**
 * TRAK (Park et al. 2023, §3.2 and eq. 17): with φ the projected gradients of the log-odds and Q_i = 1 − p_i,
 * [mean over models of φ_tᵀ(ΦᵀΦ + λI)⁻¹φ_i] · [mean over models of Q_i]: the two factors are averaged apart. For another output than
 * log-odds the target's gradient is that output's (ours). Scores have no unit: the weights p(1 − p) of the Gauss–Newton matrix are
 * left out, as the paper does.
 *
 * Cost of a model: N gradients, N·p·k and N·k² to prepare; T gradients, T·p·k and T·N·k for targets.
 *
 * @throws InputError if the pool is too small for so many directions without damping.
 */
export function trak(options: TrakOptions = {}): AttributionMethod {
  return {
    name: 'TRAK',
    unit: 'none',
    async prepare(trained, control) {
      const { size } = trained.pool;
      const { damping = 0, directions: k = Math.max(1, Math.min(512, Math.floor(size / 4))), seed = 0 } = options;
      const projected = (model: TrainedModel, points: NetworkPoints, output: OutputName, control?: RunControl) =>
        projectedPointGradients({
          ...questionOf(trained, model),
          points,
          output,
          directions: k,
          seed: deriveSeed(seed, 'TRAK', model.seed),
          control,
        });
      const features = new Map<TrainedModel, Features>();
      for (const model of trained.models) {
        const { projections, values } = await projected(model, trained.pool, 'log-odds', control);
        const errors = values.map((odds) => 1 / (1 + Math.exp(odds)));
        features.set(model, { solved: solveFeatures(projections, k, damping), errors });
      }
      const errors = await averageOverModels(trained, (model) => Promise.resolve(features.get(model)!.errors));
      return async ({ points, output }, control) => {
        const products = await averageOverModels(trained, async (model) => {
          const { projections } = await projected(model, points, output, control);
          const own = new Float64Array(points.size * size);
          multiplyTransposed(projections, features.get(model)!.solved, points.size, size, k, own);
          return own;
        });
        return { scores: products.map((product, at) => product * errors[at % size]) };
      };
    },
  };
}

/** `N×k` rows (ΦᵀΦ + λI)⁻¹φ_i. */
function solveFeatures(features: Float64Array, k: number, damping: number): Float64Array {
  const size = features.length / k;
  const columns = transpose(features, size, k);
  const gram = new Float64Array(k * k);
  multiplyTransposed(columns, columns, k, k, size, gram);
  for (let j = 0; j < k; j++) gram[j * (k + 1)] += damping;
  if ((damping === 0 && k >= size) || !choleskyFactor(gram, k))
    throw new InputError(
      `The gradients of ${size} points do not span ${k} directions; use fewer directions, or damping above 0.`,
    );
  const solved = features.slice();
  for (let i = 0; i < size; i++) choleskySolve(gram, k, solved, i * k);
  return solved;
}
