import {
  InputError,
  registerLearner,
  RetrainStatus,
  scoresFromProbabilities,
  type Dataset,
  type ScheduledLearner,
  type Subsets,
} from '../../src/index.js';

// A learner of one's own: this file is its one new file, registerLearner below its one line.

/**
 * Nearest class means, shrunk towards the pool's origin: θ holds one mean per class, `K×d`, each Σ w_i x_i / (shrinkage + Σ w_i)
 * over the subset's points of the class, the minimum of F_S(θ) = ½ Σ_k (shrinkage·‖θ_k‖² + Σ_{i∈k} w_i ‖x_i − θ_k‖²). A class is
 * as probable as its squared distance says, P(k) ∝ exp(−½‖x − θ_k‖²).
 */
export function nearestMeans({ shrinkage = 1 }: { readonly shrinkage?: number } = {}): ScheduledLearner {
  if (!(shrinkage > 0)) throw new InputError(`The shrinkage is ${shrinkage}; it must be above 0.`);

  const shape = ({ classes, dimension }: Dataset) => ({ d: dimension, p: classes.length * dimension });

  /** Visits each coordinate of each point of a subset: where in θ it belongs, its weight and its value. */
  function forEach(
    { features, labels, dimension: d }: Dataset,
    weights: ArrayLike<number>,
    visit: (at: number, weight: number, value: number, point: number) => void,
  ): void {
    for (let i = 0; i < labels.length; i++)
      for (let j = 0; j < d; j++) visit(labels[i] * d + j, weights[i], features[i * d + j], i);
  }
  const rowOf = ({ weights, poolSize }: Subsets, b: number) => weights.subarray(b * poolSize, (b + 1) * poolSize);

  function probabilities(points: Dataset, parameters: Float64Array): Float64Array {
    const { d, p } = shape(points);
    const K = points.classes.length;
    const found = new Float64Array((parameters.length / p) * points.size * K);
    for (let at = 0; at < found.length; at++) {
      const [b, i, k] = [Math.floor(at / (points.size * K)), Math.floor(at / K) % points.size, at % K];
      let squared = 0;
      for (let j = 0; j < d; j++) squared += (points.features[i * d + j] - parameters[b * p + k * d + j]) ** 2;
      found[at] = Math.exp(-squared / 2);
    }
    for (let at = 0; at < found.length; at += K) {
      const sum = found.subarray(at, at + K).reduce((total, value) => total + value, 0);
      for (let k = 0; k < K; k++) found[at + k] /= sum;
    }
    return found;
  }

  function gradient(pool: Dataset, subsets: Subsets, parameters: Float64Array): Float64Array {
    const { p } = shape(pool);
    const gradients = parameters.map((value) => shrinkage * value);
    for (let b = 0; b < subsets.count; b++)
      forEach(pool, rowOf(subsets, b), (at, weight, value) => {
        gradients[b * p + at] += weight * (parameters[b * p + at] - value);
      });
    return gradients;
  }

  return {
    kind: 'scheduled',
    name: 'nearest means',
    hyperparameters: { shrinkage },
    seed: 0,
    steps: () => 1,
    parameterCount: (pool) => shape(pool).p,
    lossFactor: () => 1,
    probabilities,
    gradient,
    scores: (points, parameters) => scoresFromProbabilities(points, probabilities(points, parameters)),
    objective(pool, subsets, parameters) {
      const { p } = shape(pool);
      return Float64Array.from({ length: subsets.count }, (_, b) => {
        let value = parameters.subarray(b * p, (b + 1) * p).reduce((sum, own) => sum + (shrinkage * own * own) / 2, 0);
        forEach(pool, rowOf(subsets, b), (at, weight, x) => {
          value += (weight * (x - parameters[b * p + at]) ** 2) / 2;
        });
        return value;
      });
    },
    hessian(pool, weights, parameters) {
      const p = parameters.length;
      const hessian = new Float64Array(p * p);
      for (let j = 0; j < p; j++) hessian[j * (p + 1)] = shrinkage;
      forEach(pool, weights, (at, weight) => (hessian[at * (p + 1)] += weight));
      return hessian;
    },
    pointGradients(pool, parameters) {
      const gradients = new Float64Array(pool.size * parameters.length);
      forEach(pool, new Uint8Array(pool.size).fill(1), (at, _, value, point) => {
        gradients[point * parameters.length + at] = parameters[at] - value;
      });
      return gradients;
    },
    // eslint-disable-next-line @typescript-eslint/require-await -- a learner that iterates would await safe points here
    async retrain(pool, subsets) {
      const { p } = shape(pool);
      const zero = new Float64Array(subsets.count * p);
      // ∇F is linear in θ and F's Hessian diagonal: one Newton step from zero is the optimum.
      const parameters = gradient(pool, subsets, zero).map((slope) => -slope);
      for (let b = 0; b < subsets.count; b++) {
        const curvatures = new Float64Array(p).fill(shrinkage);
        forEach(pool, rowOf(subsets, b), (at, weight) => (curvatures[at] += weight));
        for (let j = 0; j < p; j++) parameters[b * p + j] /= curvatures[j];
      }
      return {
        count: subsets.count,
        parameterCount: p,
        parameters,
        residuals: Float64Array.from({ length: subsets.count }, (_, b) =>
          gradient(
            pool,
            { count: 1, poolSize: pool.size, weights: rowOf(subsets, b) },
            parameters.slice(b * p, (b + 1) * p),
          ).reduce((largest, slope) => Math.max(largest, Math.abs(slope)), 0),
        ),
        iterations: new Uint16Array(subsets.count).fill(1),
        status: new Uint8Array(subsets.count).fill(RetrainStatus.scheduleEnded),
      };
    },
  };
}

registerLearner({
  name: 'nearest means',
  create: ({ shrinkage }) => nearestMeans({ shrinkage: Number(shrinkage) }),
  module: import.meta.url,
});
