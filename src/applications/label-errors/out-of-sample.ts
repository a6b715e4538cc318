import { safePoint, type RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { mostProbable } from '../../learners/scores-from-probabilities.js';
import { checkTrained } from '../../learners/check-trained.js';
import type { Learner } from '../../learners/learner.js';
import type { Subsets } from '../../subsets/subsets.js';

/** What models say about points that they were not trained on. */
export interface OutOfSample {
  /** `N×K`: mean class probabilities; NaN for a point that no model leaves out. */
  readonly probabilities: Float64Array;
  /** `N`: models whose most probable class is not the point's label. */
  readonly disagreeing: Uint32Array;
  /** `N`: models that leave the point out. */
  readonly models: Uint32Array;
}

/** Numbers of weights and probabilities held at once. */
const blockNumbers = 2 ** 22;
/** A mean of models needs no more: probabilities are right to about as many digits. */
const tolerance = 1e-6;

/**
 * Retrains on subsets and asks every model about the points that are not in its row of `heldIn`. Subsets that lack a class are left
 * out. Costs one exact retraining and N products of p numbers per subset.
 *
 * @throws InputError if a model does not converge.
 * @throws InterruptedError on request.
 */
export async function outOfSample(
  options: {
    readonly pool: Dataset;
    readonly learner: Learner;
    readonly subsets: Subsets;
    /** `B×N`: 0 where a model is asked about a point. Default: the subsets' own weights. */
    readonly heldIn?: Uint8Array;
    readonly label: string;
  } & RunControl,
): Promise<OutOfSample> {
  const { pool, learner, subsets, heldIn = subsets.weights, label, onProgress, signal } = options;
  const { size, classes } = pool;
  const sums: OutOfSample = {
    probabilities: new Float64Array(size * classes.length),
    disagreeing: new Uint32Array(size),
    models: new Uint32Array(size),
  };
  const block = Math.max(1, Math.floor(blockNumbers / (size * (classes.length + 1))));
  for (let first = 0; first < subsets.count; first += block) {
    await safePoint({ signal }, label);
    const count = Math.min(block, subsets.count - first);
    const weights = subsets.weights.subarray(first * size, (first + count) * size);
    const { parameters } = checkTrained(
      await learner.retrain(pool, { count, poolSize: size, weights }, { tolerance, signal }),
    );
    addHeldOut(sums, pool, learner.probabilities(pool, parameters), heldIn.subarray(first * size));
    onProgress?.({ label, done: first + count, total: subsets.count });
  }
  const { probabilities, models } = sums;
  probabilities.forEach((sum, at) => (probabilities[at] = sum / models[Math.floor(at / classes.length)]));
  return sums;
}

/** Adds what a block of models (`B×N×K`) says about the points that it left out. */
function addHeldOut(sums: OutOfSample, { size, labels, classes }: Dataset, said: Float64Array, heldIn: Uint8Array) {
  const K = classes.length;
  for (let row = 0; row * K < said.length; row++) {
    if (heldIn[row] > 0 || Number.isNaN(said[row * K])) continue;
    const i = row % size;
    for (let k = 0; k < K; k++) sums.probabilities[i * K + k] += said[row * K + k];
    sums.models[i]++;
    if (mostProbable(said, row * K, K) !== labels[i]) sums.disagreeing[i]++;
  }
}
