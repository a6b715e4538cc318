import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import { multiplyTransposed } from '../../numerics/dense.js';
import { checkSubsets, subsetSizes, type Subsets } from '../../subsets/subsets.js';
import { checkIterations, checkLabels, checkLength, modelCount } from '../checks.js';
import type { ScheduledLearner } from '../learner.js';
import { scoresFromProbabilities } from '../scores-from-probabilities.js';
import { designMatrix } from '../linear/linear-objective.js';
import { layersParameterCount, perceptronLayers } from './perceptron-layers.js';
import { perceptronWorkspace, type Activation, type PerceptronPoints } from './perceptron-passes.js';
import { membersOf, sumGradient, trainPerceptrons } from './train-perceptron.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface MultilayerPerceptronOptions {
  /** Units of each hidden layer; none: a linear model. Default [16]. */
  readonly hidden?: readonly number[];
  /** Of the hidden units. Default `tanh`. */
  readonly activation?: Activation;
  /** Steps of Adam (Kingma & Ba 2015; β = (0.9, 0.999), ε = 1e-8, as PyTorch has it), at most 65535. Default 200. */
  readonly steps?: number;
  /** Default 0.01. */
  readonly learningRate?: number;
  /** λ. Default 1e-3. */
  readonly weightDecay?: number;
  /** Pool points per step; null (default): the whole subset. */
  readonly batchSize?: number | null;
  /** Of the initial weights and the batches, both the same for every subset. Default 0. */
  readonly seed?: number;
}

/** Points evaluated at a time. */
const blockPoints = 512;

/**
 * A multilayer perceptron with softmax outputs, trained by a fixed number of steps from fixed initial weights on
 *
 * F_S(θ) = (1/n) Σ_i weight_i · −log P_θ(y_i | x_i) + λ/2 ‖θ‖², n = Σ_i weight_i,
 *
 * a mean, and all weights and biases penalised. θ holds the layers one after the other, each as rows [w_k, b_k]; the last layer
 * has one logit per class, for two classes too.
 *
 * θ(S) is where the schedule ends, not an optimum: `retrain` takes all its steps whatever the tolerance, and returns
 * `scheduleEnded` with residual max|∇F_S|; an iteration limit below the schedule stops there with `notConverged`. With `from` it
 * starts there instead (fine-tuning), with Adam's moments at zero. A subset that lacks a class is trained like any other, an
 * empty one is `missingClass`.
 *
 * With `batchSize`, every epoch runs once through the whole pool in a seeded order that is the same for all subsets, and a
 * subset's step uses those points of the batch that it has, each with weight_i/n · N/|batch|: on average over the batches of an
 * epoch of equal size that is ∇F_S.
 *
 * `hessian` is the generalised Gauss–Newton matrix (1/n) Σ_i weight_i J_iᵀ(diag p_i − p_i p_iᵀ)J_i + λI with J_i the Jacobian of
 * point i's logits (Schraudolph 2002, Neural Comput. 14, §3): positive definite for λ > 0, and the Hessian itself where the
 * network is linear in θ. `pointGradients` are the points' shares (∇ℓ_i + λθ)/N of the whole pool's ∇F.
 *
 * @throws InputError if an option is out of range; and from any method if a feature is not finite, there are fewer than two
 * classes, or shapes do not match.
 */
export function multilayerPerceptron(options: MultilayerPerceptronOptions = {}): ScheduledLearner {
  refuseUnknownOptions(
    options,
    ['hidden', 'activation', 'steps', 'learningRate', 'weightDecay', 'batchSize', 'seed'],
    'multilayerPerceptron',
  );
  const { hidden = [16], activation = 'tanh', steps = 200, learningRate = 0.01, weightDecay = 1e-3 } = options;
  const { batchSize = null, seed = 0 } = options;
  checkOptions({ hidden, activation, steps, learningRate, weightDecay, batchSize, seed });
  const schedule = { activation, steps, learningRate, weightDecay, batchSize, seed };

  const layersOf = ({ name, dimension, classes }: Dataset) => {
    if (classes.length < 2) {
      throw new InputError(`"${name}" has ${classes.length} class(es); a multilayer perceptron needs at least two.`);
    }
    return perceptronLayers(dimension, hidden, classes.length);
  };
  const pointsOf = (pool: Dataset): PerceptronPoints => {
    checkLabels(pool);
    return { design: designMatrix(pool), labels: pool.labels };
  };
  /** Everything of one model on some points in one workspace. */
  const workspaceOf = (pool: Dataset, capacity: number) => perceptronWorkspace(layersOf(pool), activation, capacity);

  function evaluate(pool: Dataset, subsets: Subsets, parameters: Float64Array) {
    checkSubsets(subsets, pool);
    const { count, poolSize, weights } = subsets;
    const points = pointsOf(pool);
    const workspace = workspaceOf(pool, pool.size);
    const { p } = workspace;
    checkLength('parameters', parameters, count * p);
    const sizes = subsetSizes(subsets);
    const values = new Float64Array(count);
    const gradients = new Float64Array(count * p);
    for (let b = 0; b < count; b++) {
      const row = weights.subarray(b * poolSize, (b + 1) * poolSize);
      const theta = parameters.subarray(b * p, (b + 1) * p);
      workspace.parameters.set(theta);
      workspace.take(points, membersOf(row), (i) => row[i] / sizes[b]);
      const loss = sumGradient(workspace);
      const squares = theta.reduce((sum, value) => sum + value * value, 0);
      values[b] = loss + 0.5 * weightDecay * squares;
      for (let j = 0; j < p; j++) gradients[b * p + j] = workspace.gradient[j] + weightDecay * theta[j];
    }
    return { values, gradients };
  }

  function probabilities(points: Dataset, parameters: Float64Array): Float64Array {
    const classCount = points.classes.length;
    const block = { design: designMatrix(points), labels: new Uint8Array(points.size) };
    const workspace = workspaceOf(points, Math.min(points.size, blockPoints));
    const { p } = workspace;
    const models = modelCount(parameters, p);
    const out = new Float64Array(models * points.size * classCount);
    for (let first = 0; first < points.size; first += blockPoints) {
      const size = Math.min(blockPoints, points.size - first);
      workspace.take(
        block,
        Int32Array.from({ length: size }, (_, k) => first + k),
        () => 0,
      );
      for (let b = 0; b < models; b++) {
        workspace.parameters.set(parameters.subarray(b * p, (b + 1) * p));
        const { logits, stride } = workspace.forward();
        const likelihoods = softmaxRows(logits, stride);
        for (let k = 0; k < size; k++) {
          const row = (b * points.size + first + k) * classCount;
          for (let c = 0; c < classCount; c++) out[row + c] = likelihoods[c * stride + k];
        }
      }
    }
    return out;
  }

  return {
    kind: 'scheduled',
    name: 'multilayer perceptron',
    seed,
    steps: () => steps,
    hyperparameters: {
      hidden: [...hidden],
      activation,
      steps,
      learningRate,
      weightDecay,
      batchSize,
      seed,
    },
    parameterCount: (pool) => layersParameterCount(layersOf(pool)),
    objective: (pool, subsets, parameters) => evaluate(pool, subsets, parameters).values,
    gradient: (pool, subsets, parameters) => evaluate(pool, subsets, parameters).gradients,

    hessian(pool, weights, parameters) {
      checkLength('weights', weights, pool.size);
      const points = pointsOf(pool);
      const members = membersOf(weights);
      const workspace = workspaceOf(pool, members.length);
      const { p } = workspace;
      checkLength('parameters', parameters, p);
      const total = Array.from(members, (i) => weights[i]).reduce((sum, weight) => sum + weight, 0);
      workspace.parameters.set(parameters);
      workspace.take(points, members, () => 0);
      const { logits, stride } = workspace.forward();
      const probabilities = softmaxRows(logits, stride);
      const rows = new Float64Array(p * stride);
      const part = new Float64Array(p * p);
      const hessian = new Float64Array(p * p);
      // diag p − ppᵀ is Σ_c s_c·s_cᵀ with s_c = √p_c·(e_c − p): one backward pass per class with s_c in place of the slopes.
      for (let c = 0; c < pool.classes.length; c++) {
        logits.fill(0);
        for (let k = 0; k < members.length; k++) {
          const likelihood = probabilities[c * stride + k];
          const scale = Math.sqrt((likelihood * weights[members[k]]) / total);
          for (let l = 0; l < pool.classes.length; l++) {
            logits[l * stride + k] = scale * ((l === c ? 1 : 0) - probabilities[l * stride + k]);
          }
        }
        workspace.backpropagate();
        workspace.pointGradients(rows);
        multiplyTransposed(rows, rows, p, p, stride, part);
        for (let at = 0; at < p * p; at++) hessian[at] += part[at];
      }
      for (let j = 0; j < p; j++) hessian[j * p + j] += weightDecay;
      return hessian;
    },

    pointGradients(pool, parameters) {
      const points = pointsOf(pool);
      const workspace = workspaceOf(pool, pool.size);
      const { p } = workspace;
      checkLength('parameters', parameters, p);
      workspace.parameters.set(parameters);
      workspace.take(points, Int32Array.from(pool.labels.keys()), () => 1);
      const { stride } = workspace.forward();
      workspace.softmaxLoss();
      workspace.backpropagate();
      const columns = new Float64Array(p * stride);
      workspace.pointGradients(columns);
      const gradients = new Float64Array(pool.size * p);
      for (let i = 0; i < pool.size; i++) {
        for (let j = 0; j < p; j++) {
          gradients[i * p + j] = (columns[j * stride + i] + weightDecay * parameters[j]) / pool.size;
        }
      }
      return gradients;
    },

    lossFactor: (pool) => 1 / pool.size,

    probabilities,
    scores: (points, parameters) => scoresFromProbabilities(points, probabilities(points, parameters)),

    async retrain(pool, subsets, retrainOptions) {
      checkSubsets(subsets, pool);
      return await trainPerceptrons(layersOf(pool), pointsOf(pool), subsets, schedule, retrainOptions);
    },
  };
}

/** Class probabilities of logits `K × stride`, in the same layout. */
function softmaxRows(logits: Float64Array, stride: number): Float64Array {
  const probabilities = new Float64Array(logits.length);
  for (let i = 0; i < stride; i++) {
    let largest = -Infinity;
    for (let at = i; at < logits.length; at += stride) largest = Math.max(largest, logits[at]);
    let sum = 0;
    for (let at = i; at < logits.length; at += stride) {
      probabilities[at] = Math.exp(logits[at] - largest);
      sum += probabilities[at];
    }
    for (let at = i; at < logits.length; at += stride) probabilities[at] /= sum;
  }
  return probabilities;
}

function checkOptions(options: Required<MultilayerPerceptronOptions>): void {
  const { hidden, activation, steps, learningRate, weightDecay, batchSize, seed } = options;
  const width = hidden.find((units) => !(Number.isInteger(units) && units >= 1));
  if (width !== undefined) throw new InputError(`A hidden layer has ${width} units; give a whole number from 1.`);
  if (!['tanh', 'relu'].includes(activation)) {
    throw new InputError(`There is no activation "${activation}"; choose tanh or relu.`);
  }
  checkIterations('steps', steps);
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new InputError(`The learning rate is ${learningRate}; it must be above 0.`);
  }
  if (!(weightDecay >= 0 && weightDecay < Infinity)) {
    throw new InputError(`The weight decay is ${weightDecay}; it must be 0 or more.`);
  }
  if (batchSize !== null && !(Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new InputError(`The batch size is ${batchSize}; give a whole number from 1, or null for whole subsets.`);
  }
  if (!Number.isInteger(seed)) throw new InputError(`The seed is ${seed}; give a whole number.`);
}
