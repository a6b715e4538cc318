/**
 * How a predicted θ̂ is judged in training, as a weighted sum of terms; a term of weight 0 is not computed.
 *
 * The paper names a "local" and a "global" regulariser. That the local one is the stationarity penalty and the global one
 * the utility penalty is our inference from the authors' code, not a statement of theirs.
 */
export interface LossSettings {
  /** Weight of the mean squared parameter error, the mean over batch and parameters of (θ̂ − θ)². */
  readonly parameterError: number;
  /** Weight of the first-order penalty: ∇F_S(θ̂), which is zero at an optimum. */
  readonly stationarity: number;
  /** Weight of the training-loss penalty: u_S(θ̂) − u_S(θ), u_S the mean loss over the points of S without regulariser. */
  readonly utility: number;
  /** Weight of Σ|w| over the network's matrices. */
  readonly l1: number;
  /** Weight of the summed Euclidean norms (not squared) of the network's matrices. */
  readonly l2: number;
  /**
   * What becomes of the first-order and training-loss residuals of a batch. `norm`: their Euclidean norm over the whole
   * batch, not squared nor divided by anything, with the gradient's weights and intercepts as two norms that are added; this
   * is the form of the authors' code, in which the penalties grow with batch and subset size. `mean-square`: the mean over
   * the batch of squared residuals, the gradient divided by C·n and averaged over parameters, so that weights mean the same
   * for any batch, subset size and C.
   */
  readonly penalties: 'norm' | 'mean-square';
}

/** How the network is trained. One step is one batch. */
export interface OptimisationSettings {
  readonly steps: number;
  /** Subsets per step; all training subsets where there are fewer. */
  readonly batchSize: number;
  /** Highest learning rate of Adam. */
  readonly learningRate: number;
  /** `constant`, or `one-cycle`: a cosine rise from 1/25 of it over the first 30 % of the steps, then a cosine fall to 0. */
  readonly schedule: 'constant' | 'one-cycle';
  /** Decoupled weight decay: each step multiplies all weights by 1 − learning rate × this. */
  readonly weightDecay: number;
  /** Steps between looks at the validation error; the weights that had the lowest are kept. */
  readonly validateEvery: number;
  /** Looks without improvement after which training stops; null trains all steps. */
  readonly patience: number | null;
}

/** Everything that decides a training but its data and seed. */
export interface ModelPredSettings {
  /** As shown in tables, e.g. `parameter MSE`. */
  readonly name: string;
  readonly loss: LossSettings;
  readonly optimisation: OptimisationSettings;
}

/** Parameter error alone. */
const parameterMse: LossSettings = {
  parameterError: 1,
  stationarity: 0,
  utility: 0,
  l1: 0,
  l2: 0,
  penalties: 'norm',
};

/**
 * The losses of an ablation. The penalties have the form and weights of the authors' code (1 for stationarity and utility,
 * 0.01 for L1 and L2) with these of its defects corrected:
 *
 * - its binary training-loss penalty subtracts losses of mismatched shapes, so it is not zero at θ̂ = θ;
 * - it clamps probabilities to [1e-5, 0.999999] there, where the loss has no gradient; here the loss is computed from logits;
 * - it sums the multinomial training loss but averages the binary one; here both are means over the subset;
 * - for one data set it labels with C = 100 and penalises with C = 1; here C is the learner's.
 */
export const modelPredLosses = {
  'parameter MSE': parameterMse,
  stationarity: { ...parameterMse, stationarity: 1 },
  utility: { ...parameterMse, utility: 1 },
  'stationarity + utility': { ...parameterMse, stationarity: 1, utility: 1 },
  /** The authors' "Para" baseline. */
  'weight penalties': { ...parameterMse, l1: 0.01, l2: 0.01 },
  /** The authors' whole loss. */
  full: { ...parameterMse, stationarity: 1, utility: 1, l1: 0.01, l2: 0.01 },
  'stationarity + utility, mean square': { ...parameterMse, stationarity: 0.1, utility: 0.1, penalties: 'mean-square' },
} as const satisfies Readonly<Record<string, LossSettings>>;

/** A name in {@link modelPredLosses}. */
export type ModelPredLossName = keyof typeof modelPredLosses;

/** Trains to a far lower error than the authors' schedule at the same cost. */
const oneCycle: OptimisationSettings = {
  steps: 2000,
  batchSize: 128,
  learningRate: 5e-4,
  schedule: 'one-cycle',
  weightDecay: 0.01,
  validateEvery: 100,
  patience: null,
};

/**
 * The optimisation of the authors' code: Adam at 1e-4 without schedule, batches of 32, at most 15 epochs. They stop by the
 * training loss from epoch 5 on and validate without using it; here training stops by the validation error.
 *
 * @param trainingSubsets subsets trained on, without the validation ones.
 */
export function authorsOptimisation(trainingSubsets: number): OptimisationSettings {
  const stepsPerEpoch = Math.max(1, Math.floor(trainingSubsets / 32));
  return {
    steps: 15 * stepsPerEpoch,
    batchSize: 32,
    learningRate: 1e-4,
    schedule: 'constant',
    weightDecay: 0,
    validateEvery: stepsPerEpoch,
    patience: 5,
  };
}

/** Settings for one of the {@link modelPredLosses}, with single optimisation settings replaced where given. */
export function modelPredSettings(
  loss: ModelPredLossName,
  optimisation: Partial<OptimisationSettings> = {},
): ModelPredSettings {
  return { name: loss, loss: modelPredLosses[loss], optimisation: { ...oneCycle, ...optimisation } };
}
