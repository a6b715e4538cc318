import { safePoint, type RunControl } from '../control.js';
import { dot, maxAbsolute } from './dense.js';

/** B smooth convex functions of p parameters each, evaluated many at a time. */
export interface BatchObjective {
  /** Functions, B. */
  readonly count: number;
  /** Parameters of each, p. */
  readonly parameterCount: number;
  /** A number μ that no eigenvalue of any Hessian is below; then no Newton step is longer than ‖∇‖₂/μ. Default 0: none known. */
  readonly leastCurvature?: number;
  /**
   * Evaluates function `rows[k]` at `points[k·p …]` for k = 0 … active−1, writing its value to `values[k]` and its
   * gradient to `gradients[k·p …]`.
   */
  evaluate(rows: Int32Array, active: number, points: Float64Array, values: Float64Array, gradients: Float64Array): void;
}

/** How search directions come from gradients. One instance serves one call of {@link minimiseBatch}. */
export interface DirectionRule {
  /**
   * Writes a descent direction to `directions[k·p …]` for function `rows[k]` at its newest accepted iterate
   * `points[k·p …]` with gradient `gradients[k·p …]`, k = 0 … active−1. Called once per accepted iterate, so a rule may
   * keep a memory per function.
   */
  directions(
    rows: Int32Array,
    active: number,
    points: Float64Array,
    gradients: Float64Array,
    directions: Float64Array,
  ): void;
  /** Whether full steps converge quadratically, so that the step after the next shrinks at least as much as the next has. */
  readonly quadratic?: boolean;
}

export interface MinimiseOptions extends RunControl {
  /** `B×p` starting points, finite; overwritten with the best points found. */
  readonly parameters: Float64Array;
  /** `B` numbers; function b is done when max|∇| is at or below its one, and its next step short enough. */
  readonly gradientTolerance: Float64Array;
  /**
   * The largest share of its parameters' length that the next step of a function may have that is done by its gradient. A small
   * gradient alone says little where curvature is small beside what gradients are measured against. The step must be one to
   * trust: Newton's own, or one after a full step that took away at least half of the slope along it. Default: any.
   */
  readonly convergedStep?: number;
  /**
   * A function is also done where its next step is at most this share of its parameters' length; where steps converge
   * quadratically, already where the step after that is bound to be, the next one being taken without an evaluation.
   */
  readonly stepTolerance?: number;
  /** Trial points per function after the start. */
  readonly maxIterations: number;
  /** What this is, for the message of an interruption. */
  readonly label: string;
  /** Called after each round with the number of functions that are done. */
  readonly onConverged?: (converged: number) => void;
}

export interface Minimised {
  /** `B` values of max|∇| at the returned points; NaN after a step that was not evaluated. */
  readonly gradientNorms: Float64Array;
  /** `B` flags: 1 where the gradient and the next step are both small enough. */
  readonly converged: Uint8Array;
  /** `B` trial points evaluated after the start. */
  readonly iterations: Uint16Array;
  /** `B` lengths of the next step over the parameters' own, or bounds of it, where functions were done by it; else NaN. */
  readonly stepShares: Float64Array;
}

/** Share of the decrease promised by the slope that a step must deliver (Armijo's condition). */
const sufficientDecrease = 1e-4;
/** Change of a value that rounding alone may cause, relative to the value. */
const valueNoise = 1e-13;
const smallestStep = 2 ** -40;
/** Steps that shrink by less than this are not taken to converge quadratically yet. */
const largestContraction = 0.5;
/** Where a gradient was small enough before the step was, shares of this size prove that the function has gone on far enough. */
const misledShare = 1e-4;
/** Decreases of a value below this share of it are nothing that float64 could show. */
const valueRounding = 2 ** -52;

/**
 * Minimises B functions together: each round evaluates one trial point of every unfinished function in one batch. A trial
 * that fails the step condition is retried with half the step in the next round while the others move on, and a finished
 * function leaves the batch, so no function waits for another.
 *
 * A step is accepted if it satisfies Armijo's condition or, where the decrease is too small for float64 to show, the
 * approximate Wolfe condition of Hager & Zhang (2005, SIAM J. Optim. 16, eq. 4.1), which needs slopes only.
 *
 * A function that stops short (iteration limit, no acceptable step) keeps the best point found; its gradient norm tells.
 *
 * @throws InterruptedError if `options.signal` is aborted.
 */
export async function minimiseBatch(
  objective: BatchObjective,
  rule: DirectionRule,
  options: MinimiseOptions,
): Promise<Minimised> {
  const { count, parameterCount: p } = objective;
  const { parameters, gradientTolerance, stepTolerance, convergedStep = Infinity } = options;
  const gradientNorms = new Float64Array(count).fill(NaN);
  const iterations = new Uint16Array(count);
  const stepShares = new Float64Array(count).fill(NaN);
  const converged = new Uint8Array(count);
  /** Largest shares of the next steps: less for functions whose gradients were small enough before their steps were. */
  const stepLimits = new Float64Array(count).fill(convergedStep);

  // State of each function, indexed by function.
  const values = new Float64Array(count).fill(Infinity);
  const slopes = new Float64Array(count);
  /** What the newest full steps left of the slopes along them, as a share; NaN where there was none. */
  const slopesLeft = new Float64Array(count).fill(NaN);
  /** Lengths of the full steps to the newest iterates; NaN where there was none. */
  const lastSteps = new Float64Array(count).fill(NaN);
  const steps = new Float64Array(count).fill(1);
  const directions = new Float64Array(count * p);

  // The functions in flight and their trial points, packed.
  const rows = Int32Array.from({ length: count }, (_, b) => b);
  const trials = Float64Array.from(parameters);
  const trialValues = new Float64Array(count);
  const trialGradients = new Float64Array(count * p);
  // Those among them whose trial was accepted, packed.
  const movedRows = new Int32Array(count);
  const movedPoints = new Float64Array(count * p);
  const movedGradients = new Float64Array(count * p);
  const movedDirections = new Float64Array(count * p);

  let active = count;
  let done = 0;
  for (let round = 0; active > 0; round++) {
    await safePoint(options, options.label);
    objective.evaluate(rows, active, trials, trialValues, trialGradients);

    let moved = 0;
    let kept = 0;
    for (let k = 0; k < active; k++) {
      const b = rows[k];
      iterations[b] = round;
      if (round === 0 || acceptable(k, b)) {
        const norm = maxAbsolute(trialGradients, k * p, p);
        gradientNorms[b] = norm;
        if (steps[b] < 1) lastSteps[b] = NaN;
        const fullStep = round > 0 && steps[b] === 1;
        slopesLeft[b] = fullStep ? Math.abs(dot(trialGradients, k * p, directions, b * p, p) / slopes[b]) : NaN;
        values[b] = trialValues[k];
        parameters.set(trials.subarray(k * p, (k + 1) * p), b * p);
        if (norm <= gradientTolerance[b] && nextStepBound(k, b) <= stepLimits[b] * lengthOf(parameters, b)) {
          converged[b] = 1;
          done++;
          continue;
        }
        if (round >= options.maxIterations) continue;
        movedRows[moved] = b;
        movedPoints.set(trials.subarray(k * p, (k + 1) * p), moved * p);
        movedGradients.set(trialGradients.subarray(k * p, (k + 1) * p), moved * p);
        moved++;
      } else {
        steps[b] /= 2;
        if (steps[b] < smallestStep || round >= options.maxIterations) continue;
      }
      rows[kept++] = b;
    }
    active = kept;

    rule.directions(movedRows, moved, movedPoints, movedGradients, movedDirections);
    for (let k = 0; k < moved; k++) {
      const b = movedRows[k];
      directions.set(movedDirections.subarray(k * p, (k + 1) * p), b * p);
      slopes[b] = dot(movedGradients, k * p, movedDirections, k * p, p);
      steps[b] = 1;
    }
    for (let k = 0; k < moved; k++) {
      noteConvergence(movedRows[k]);
      if (stepTolerance !== undefined && !converged[movedRows[k]]) noteShortStep(movedRows[k], stepTolerance);
    }
    const before = active;
    active = keepLeft(rows, active, (b) => !converged[b] && Number.isNaN(stepShares[b]));
    done += before - active;
    for (let k = 0; k < active; k++) {
      const b = rows[k];
      for (let j = 0; j < p; j++) trials[k * p + j] = parameters[b * p + j] + steps[b] * directions[b * p + j];
    }
    options.onConverged?.(done);
  }
  return { gradientNorms, converged, iterations, stepShares };

  function lengthOf(vectors: Float64Array, b: number): number {
    return Math.sqrt(dot(vectors, b * p, vectors, b * p, p));
  }

  /** What is known of the length of the next step before a direction is computed. */
  function nextStepBound(k: number, b: number): number {
    if (convergedStep === Infinity) return 0;
    const gradient = Math.sqrt(dot(trialGradients, k * p, trialGradients, k * p, p));
    const bound = objective.leastCurvature ? gradient / objective.leastCurvature : Infinity;
    // As the slope along it, a step of Newton's method shrinks the next one.
    const left = slopesLeft[b];
    const shrunk =
      rule.quadratic && left < largestContraction ? (left / (1 - left)) * lengthOf(directions, b) : Infinity;
    return Math.min(bound, shrunk);
  }

  /** Ends function b where its gradient is small enough, and its next step short and to be trusted. */
  function noteConvergence(b: number): void {
    if (!(gradientNorms[b] <= gradientTolerance[b])) return;
    // Where curvature has a known floor, nextStepBound has decided; lengths of directions may be scaled there.
    const estimated = !objective.leastCurvature && slopesLeft[b] <= largestContraction;
    const trusted = rule.quadratic === true || estimated;
    const short = lengthOf(directions, b) <= stepLimits[b] * lengthOf(parameters, b);
    const lost = Math.abs(slopes[b]) <= valueRounding * Math.abs(values[b]);
    if ((trusted && short) || lost) converged[b] = 1;
    else stepLimits[b] = convergedStep * misledShare;
  }

  /** Ends function b where its next step, or the one after that, is short. */
  function noteShortStep(b: number, shareLimit: number): void {
    if (!(slopes[b] < 0)) return;
    const length = lengthOf(parameters, b);
    const step = lengthOf(directions, b);
    const contraction = step / lastSteps[b];
    lastSteps[b] = step;
    if (step <= shareLimit * length) {
      stepShares[b] = step / length;
      return;
    }
    if (!(rule.quadratic && contraction <= largestContraction)) return;
    const nextShare = (step * contraction) / Math.max(0, length - step);
    if (nextShare > shareLimit) return;
    for (let j = b * p; j < (b + 1) * p; j++) parameters[j] += directions[j];
    gradientNorms[b] = NaN;
    stepShares[b] = nextShare;
  }

  function acceptable(k: number, b: number): boolean {
    const change = trialValues[k] - values[b];
    if (change <= sufficientDecrease * steps[b] * slopes[b]) return true;
    if (!(change <= valueNoise * Math.abs(values[b]))) return false;
    const slope = dot(trialGradients, k * p, directions, b * p, p);
    return slope <= (2 * sufficientDecrease - 1) * slopes[b];
  }
}

/** Moves those of the first `active` rows that satisfy `isLeft` to the front, and returns how many. */
function keepLeft(rows: Int32Array, active: number, isLeft: (row: number) => boolean): number {
  let kept = 0;
  for (let k = 0; k < active; k++) if (isLeft(rows[k])) rows[kept++] = rows[k];
  return kept;
}
