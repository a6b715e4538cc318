import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Subsets } from '../subsets/subsets.js';
import type { EstimatedCosts } from './estimated-costs.js';
import type { SizePath } from './linear/size-path.js';

/** What became of one model of a batch. */
export const RetrainStatus = {
  /**
   * The optimality residual is at or below the tolerance and, of learners with an optimum, the next step is at most 100 times
   * the tolerance, and 1 %, of the parameters' length: a small residual alone says little where C is large.
   */
  converged: 0,
  /** The iteration limit or floating-point precision was reached first; the parameters are the best found. */
  notConverged: 1,
  /** The subset lacks a class (an empty one lacks all): no finite optimum exists, the parameters are NaN. */
  missingClass: 2,
  /**
   * The schedule of a learner that takes a fixed number of steps, and whose objective need not be convex, ran to its end: the
   * parameters are what this learner trains, whatever their residual.
   */
  scheduleEnded: 3,
  /** The next step was short enough first: see {@link RetrainOptions.stepTolerance}. */
  stoppedEarly: 4,
} as const;
export type RetrainStatus = (typeof RetrainStatus)[keyof typeof RetrainStatus];

export interface RetrainOptions extends RunControl {
  /**
   * Stop when max|∇| / (C·n) is at or below this and the next step short beside the parameters: see {@link RetrainStatus}.
   * Default 1e-8.
   */
  readonly tolerance?: number;
  /**
   * Stop a model also where the step that its solver would take next is at most this share of its parameters' length, which
   * is an estimate of their relative error. Default: never. Learners without a size path ignore it.
   */
  readonly stepTolerance?: number;
  /** Start: one θ for all (`p`) or one per subset (`B×p`). Default: the learner's own choice. */
  readonly from?: Float64Array;
  /**
   * Replaces each of the vectors (`rows.length×p`) by an approximate inverse Hessian of the objective of subset `rows[k]` times
   * it. Default: the learner's own; learners that need none ignore it.
   */
  readonly precondition?: (rows: Int32Array, vectors: Float64Array) => void;
  /** Iteration limit per model. Default 1000, which only very large p comes near. */
  readonly maxIterations?: number;
  /** What linear models with a curved loss begin with. Default: what an estimate of its cost takes to be the faster one. */
  readonly solver?: 'L-BFGS' | 'Newton';
  /** Whether models that it does not finish in some tens of iterations go on with damped Newton steps. Default true. */
  readonly handOver?: boolean;
}

/** B trained models and how well each one satisfies its optimality condition. */
export interface Retrained {
  readonly count: number;
  readonly parameterCount: number;
  /** `B×p`, row-major; rows of NaN where the status is `missingClass`. */
  readonly parameters: Float64Array;
  /**
   * `B`: max|∇F_S(θ)| / (C·n), n = Σ weights, recomputed in float64 at the returned θ; max|∇F_S(θ)| of an objective that is a
   * mean; NaN where `missingClass`, and where `stoppedEarly` after a last step of Newton's method that was not evaluated.
   */
  readonly residuals: Float64Array;
  /** `B` iterations spent. */
  readonly iterations: Uint16Array;
  /** `B` values of {@link RetrainStatus}. */
  readonly status: Uint8Array;
  /** `B` lengths of the next step, or bounds of them, over the parameters' own, where it is why the model was stopped; else NaN. Absent without a step tolerance. */
  readonly stepShares?: Float64Array;
}

/** How good B models are on some points. */
export interface ModelScores {
  /** `B` mean log-losses in nats; like the accuracies NaN for NaN parameters. */
  readonly logLosses: Float64Array;
  /** `B` shares of points whose most probable class is their label. */
  readonly accuracies: Float64Array;
}

/** A learner in plain data, from which `createLearner` makes it again. */
export interface LearnerDescription {
  readonly name: string;
  readonly hyperparameters: Readonly<Record<string, HyperparameterValue>>;
}

/** Survives JSON unchanged. */
export type HyperparameterValue =
  number | string | boolean | null | readonly HyperparameterValue[] | { readonly [name: string]: HyperparameterValue };

/**
 * A learning algorithm with fixed hyper-parameters: S → θ(S). Its `kind` tells what θ(S) is: the optimum of a convex objective,
 * or where a seeded schedule ends.
 */
export type Learner = ConvexLearner | ScheduledLearner;

/**
 * What every learner has. All batch functions take subsets `B×N` of one pool and parameters `B×p`; row b of a result belongs
 * to subset b.
 */
export interface LearnerCore extends LearnerDescription {
  /** p for data of this dimension and number of classes. */
  parameterCount(pool: Dataset): number;
  /** `B` values of F_S(θ). */
  objective(pool: Dataset, subsets: Subsets, parameters: Float64Array): Float64Array;
  /** `B×p` gradients ∇F_S(θ). */
  gradient(pool: Dataset, subsets: Subsets, parameters: Float64Array): Float64Array;
  /**
   * `p×p` Hessian ∇²F at one θ (`p`) for real-valued point weights (`N`), e.g. n/N for the size path; a generalised or
   * Gauss–Newton one where the learner says so.
   */
  hessian(pool: Dataset, weights: ArrayLike<number>, parameters: Float64Array): Float64Array;
  /**
   * `N×p`: the gradient of each point's own term C·ℓ_i at one θ (`p`), without the regulariser; of an objective that is a mean,
   * the point's share in the whole pool's.
   */
  pointGradients(pool: Dataset, parameters: Float64Array): Float64Array;
  /** What a point's loss is multiplied by in the whole pool's objective: C, or 1/N of an objective that is a mean. */
  lossFactor(pool: Dataset): number;
  /** `B×T×K` class probabilities of T points under B models. */
  probabilities(points: Dataset, parameters: Float64Array): Float64Array;
  /**
   * Scores of `B×p` parameters on some points, by the fastest way the learner has: in float32, about 1e-6 from those of
   * `probabilities`, or from the probabilities themselves (`scoresFromProbabilities`).
   */
  scores(points: Dataset, parameters: Float64Array): ModelScores;
  /** `B` trained models, all at once. */
  retrain(pool: Dataset, subsets: Subsets, options?: RetrainOptions): Promise<Retrained>;
}

/** A learner whose θ(S) is the optimum of a convex objective, to a verified residual. */
export interface ConvexLearner extends LearnerCore {
  readonly kind: 'convex';
  /**
   * `B×p` Newton directions −(∇²F_S(θ))⁻¹g for gradients g (`B×p`) at `B×p` parameters; zero where a Hessian is not positive
   * definite.
   */
  newtonDirections(pool: Dataset, subsets: Subsets, parameters: Float64Array, gradients: Float64Array): Float64Array;
  /** `B` proven upper bounds of ‖θ_b − θ(S_b)‖₂ for `B×p` parameters; NaN where none can be given. */
  errorBounds(pool: Dataset, subsets: Subsets, parameters: Float64Array): Float64Array;
  /** The size path on this pool, kept as long as the pool. */
  sizePath(pool: Dataset): SizePath;
  /** What its parts cost on this pool, by estimate. */
  estimatedCosts(pool: Dataset): EstimatedCosts;
}

/**
 * A learner whose θ(S) is where a seeded schedule of steps ends, whatever its residual ({@link RetrainStatus.scheduleEnded});
 * its objective need not be convex.
 */
export interface ScheduledLearner extends LearnerCore {
  readonly kind: 'scheduled';
  /** Of the initial parameters and the batches, both the same for every subset. */
  readonly seed: number;
  /** Steps of the whole schedule on this pool. */
  steps(pool: Dataset): number;
}

/**
 * The learner, if it has an optimum.
 *
 * @param what that needs it, e.g. `The size path`
 * @throws InputError if the learner runs a schedule.
 */
export function requireConvex(learner: Learner, what: string): ConvexLearner {
  if (learner.kind === 'convex') return learner;
  throw new InputError(
    `${what} needs a learner with a convex objective, and "${learner.name}" runs a schedule; use e.g. logistic regression, or another method.`,
  );
}
