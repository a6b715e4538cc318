import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import type { Subsets } from '../../subsets/subsets.js';
import { checkLength, checkStart, modelCount } from '../checks.js';
import { RetrainStatus, type ConvexLearner, type Retrained, type RetrainOptions } from '../learner.js';
import { scoresFromProbabilities } from '../scores-from-probabilities.js';
import type { SizePath } from './size-path.js';

/**
 * A learner for any number of classes from one for two: for two classes that learner itself, for K > 2 one model of each class
 * against the rest, as in LIBLINEAR and in scikit-learn's `LinearSVC` and `RidgeClassifier`. θ is K rows of the models' own
 * parameters, F the sum of their objectives, so its Hessian is block diagonal and every method costs K times what it costs for
 * two classes.
 *
 * Probabilities are the K models' probabilities of their class, divided by their sum. A subset that lacks any of the classes
 * has none of the K models. `retrain` ignores `precondition`.
 */
export function oneVersusRest(binary: ConvexLearner): ConvexLearner {
  const isTwoClass = ({ name, classes }: Dataset): boolean => {
    if (classes.length < 2)
      throw new InputError(`"${name}" has ${classes.length} class; a classifier needs two or more.`);
    return classes.length === 2;
  };

  const probabilities = (points: Dataset, parameters: Float64Array): Float64Array => {
    if (isTwoClass(points)) return binary.probabilities(points, parameters);
    const K = points.classes.length;
    const count = modelCount(parameters, K * (points.dimension + 1));
    const joined = new Float64Array(count * points.size * K);
    forEachClass(points, parameters, count, (own, theta, k) => {
      const ofTwo = binary.probabilities(own, theta);
      for (let at = 0; at < count * points.size; at++) joined[at * K + k] = ofTwo[2 * at + 1];
    });
    for (let at = 0; at < joined.length; at += K) normalise(joined.subarray(at, at + K));
    return joined;
  };

  return {
    kind: 'convex',
    name: binary.name,
    hyperparameters: binary.hyperparameters,

    parameterCount: (pool) => (isTwoClass(pool) ? 1 : pool.classes.length) * (pool.dimension + 1),

    objective(pool, subsets, parameters) {
      if (isTwoClass(pool)) return binary.objective(pool, subsets, parameters);
      const total = new Float64Array(subsets.count);
      forEachClass(pool, parameters, subsets.count, (own, theta) => {
        binary.objective(own, subsets, theta).forEach((value, b) => (total[b] += value));
      });
      return total;
    },

    gradient(pool, subsets, parameters) {
      if (isTwoClass(pool)) return binary.gradient(pool, subsets, parameters);
      return byClass(pool, parameters, subsets.count, (own, theta) => binary.gradient(own, subsets, theta));
    },

    hessian(pool, weights, parameters) {
      if (isTwoClass(pool)) return binary.hessian(pool, weights, parameters);
      const p = parameters.length;
      const hessian = new Float64Array(p * p);
      forEachClass(pool, parameters, 1, (own, theta, k) => {
        const w = theta.length;
        const block = binary.hessian(own, weights, theta);
        for (let j = 0; j < w; j++) hessian.set(block.subarray(j * w, (j + 1) * w), (k * w + j) * p + k * w);
      });
      return hessian;
    },

    pointGradients(pool, parameters) {
      if (isTwoClass(pool)) return binary.pointGradients(pool, parameters);
      const gradients = new Float64Array(pool.size * parameters.length);
      forEachClass(pool, parameters, 1, (own, theta, k) => {
        putClass(binary.pointGradients(own, theta), gradients, pool.classes.length, k, pool.size);
      });
      return gradients;
    },

    lossFactor: (pool) => binary.lossFactor(pool),

    newtonDirections(pool, subsets, parameters, gradients) {
      if (isTwoClass(pool)) return binary.newtonDirections(pool, subsets, parameters, gradients);
      checkLength('gradients', gradients, parameters.length);
      return byClass(pool, parameters, subsets.count, (own, theta, k) =>
        binary.newtonDirections(own, subsets, theta, takeClass(gradients, pool.classes.length, k, subsets.count)),
      );
    },

    errorBounds(pool, subsets, parameters) {
      if (isTwoClass(pool)) return binary.errorBounds(pool, subsets, parameters);
      const squares = new Float64Array(subsets.count);
      forEachClass(pool, parameters, subsets.count, (own, theta) => {
        binary.errorBounds(own, subsets, theta).forEach((bound, b) => (squares[b] += bound * bound));
      });
      return squares.map(Math.sqrt);
    },

    sizePath(pool) {
      if (isTwoClass(pool)) return binary.sizePath(pool);
      return joinSizePaths(classesAgainstRest(pool).map((own) => binary.sizePath(own)));
    },

    estimatedCosts(pool) {
      if (isTwoClass(pool)) return binary.estimatedCosts(pool);
      const K = pool.classes.length;
      const own = binary.estimatedCosts(classesAgainstRest(pool)[0]);
      return {
        gradient: K * own.gradient,
        chordDirection: K * own.chordDirection,
        newtonDirection: K * own.newtonDirection,
        retraining: (stepTolerance) => K * own.retraining(stepTolerance),
      };
    },

    probabilities,
    scores: (points, parameters) => scoresFromProbabilities(points, probabilities(points, parameters)),

    async retrain(pool, subsets, options = {}) {
      if (isTwoClass(pool)) return await binary.retrain(pool, subsets, options);
      const K = pool.classes.length;
      checkStart(options.from, subsets.count, K * (pool.dimension + 1));
      const trained: Retrained[] = [];
      for (const [k, own] of classesAgainstRest(pool).entries()) {
        trained.push(await binary.retrain(own, subsets, optionsOfClass(options, pool, subsets, k)));
      }
      return joinClasses(trained);
    },
  };
}

const relabelled = new WeakMap<Dataset, Dataset[]>();

/** K data sets of two classes, "rest" and the k-th class; the same objects for a pool each time, as learners keep what they prepare. */
function classesAgainstRest(pool: Dataset): readonly Dataset[] {
  const known = relabelled.get(pool);
  const own = pool.classes.map((label, k): Dataset => {
    const same = known?.[k].features === pool.features && known[k].size === pool.size ? known[k] : undefined;
    const labels = same?.labels ?? new Uint8Array(pool.labels.length);
    // A label that is no class at all stays one that is none.
    pool.labels.forEach((value, i) => (labels[i] = value >= pool.classes.length ? value : value === k ? 1 : 0));
    return same ?? { ...pool, name: pool.name, labels, classes: [`not ${label}`, label] };
  });
  relabelled.set(pool, own);
  return own;
}

/** Hands each class its data set and its parameters, `count×w`. */
function forEachClass(
  pool: Dataset,
  parameters: Float64Array,
  count: number,
  visit: (own: Dataset, theta: Float64Array, k: number) => void,
): void {
  const K = pool.classes.length;
  checkLength('parameters', parameters, count * K * (pool.dimension + 1));
  classesAgainstRest(pool).forEach((own, k) => visit(own, takeClass(parameters, K, k, count), k));
}

/** `count×Kw` from a function that gives each class's `count×w`. */
function byClass(
  pool: Dataset,
  parameters: Float64Array,
  count: number,
  compute: (own: Dataset, theta: Float64Array, k: number) => Float64Array,
): Float64Array {
  const all = new Float64Array(parameters.length);
  forEachClass(pool, parameters, count, (own, theta, k) =>
    putClass(compute(own, theta, k), all, pool.classes.length, k, count),
  );
  return all;
}

/** Columns of the k-th of K classes: `count×w` of `count×Kw`. */
function takeClass(all: Float64Array, K: number, k: number, count: number): Float64Array {
  const w = count === 0 ? 0 : all.length / count / K;
  const own = new Float64Array(count * w);
  for (let b = 0; b < count; b++) own.set(all.subarray((b * K + k) * w, (b * K + k + 1) * w), b * w);
  return own;
}

/** The inverse of {@link takeClass}. */
function putClass(own: Float64Array, all: Float64Array, K: number, k: number, count: number): void {
  const w = count === 0 ? 0 : own.length / count;
  for (let b = 0; b < count; b++) all.set(own.subarray(b * w, (b + 1) * w), (b * K + k) * w);
}

function joinSizePaths(paths: readonly SizePath[]): SizePath {
  const K = paths.length;
  return {
    async prepare(sizes, control) {
      for (const path of paths) await path.prepare(sizes, control);
    },
    optima(sizes) {
      const parts = paths.map((path) => path.optima(sizes));
      const all = new Float64Array(K * parts[0].length);
      parts.forEach((part, k) => putClass(part, all, K, k, sizes.length));
      return all;
    },
    precondition(sizes, vectors) {
      paths.forEach((path, k) => {
        const own = takeClass(vectors, K, k, sizes.length);
        path.precondition(sizes, own);
        putClass(own, vectors, K, k, sizes.length);
      });
    },
  };
}

/** A model's own start, and its share of the progress. */
function optionsOfClass(
  { signal, tolerance, stepTolerance, maxIterations, solver, handOver, from, onProgress }: RetrainOptions,
  { classes, dimension }: Dataset,
  { count }: Subsets,
  k: number,
): RetrainOptions {
  const K = classes.length;
  const starts = from && takeClass(from, K, k, from.length / (K * (dimension + 1)));
  return {
    signal,
    tolerance,
    stepTolerance,
    maxIterations,
    solver,
    handOver,
    ...(starts && { from: starts }),
    ...(onProgress && {
      onProgress: ({ label, done, detail }) =>
        onProgress({ label, done: Math.floor((k * count + done) / K), total: count, ...(detail && { detail }) }),
    }),
  };
}

/** The graver one first. */
const gravest = [RetrainStatus.missingClass, RetrainStatus.notConverged, RetrainStatus.stoppedEarly];

/** K models of two classes as one of K: as good as the worst of them. */
function joinClasses(trained: readonly Retrained[]): Retrained {
  const K = trained.length;
  const [{ count, parameterCount: w }] = trained;
  const parameters = new Float64Array(count * K * w);
  trained.forEach((own, k) => putClass(own.parameters, parameters, K, k, count));
  const worst = (b: number): RetrainStatus =>
    gravest.find((status) => trained.some((own) => own.status[b] === status)) ?? RetrainStatus.converged;
  const status = Uint8Array.from({ length: count }, (_, b) => worst(b));
  for (let b = 0; b < count; b++) {
    if (status[b] === RetrainStatus.missingClass) parameters.fill(NaN, b * K * w, (b + 1) * K * w);
  }
  // Of models that are all within a share of their lengths, the whole is too.
  const stepShareOf = (joined: number, b: number): number =>
    joined === RetrainStatus.stoppedEarly ? Math.max(...trained.map((own) => own.stepShares?.[b] || 0)) : NaN;
  return {
    count,
    parameterCount: K * w,
    parameters,
    residuals: Float64Array.from({ length: count }, (_, b) =>
      status[b] === RetrainStatus.missingClass ? NaN : Math.max(...trained.map((own) => own.residuals[b])),
    ),
    iterations: Uint16Array.from({ length: count }, (_, b) => Math.max(...trained.map((own) => own.iterations[b]))),
    status,
    ...(trained[0].stepShares && { stepShares: Float64Array.from(status, stepShareOf) }),
  };
}

/** Divides numbers by their sum, or makes them equal where all are zero. */
function normalise(numbers: Float64Array): void {
  const sum = numbers.reduce((total, value) => total + value, 0);
  for (let k = 0; k < numbers.length; k++) numbers[k] = sum > 0 ? numbers[k] / sum : 1 / numbers.length;
}
