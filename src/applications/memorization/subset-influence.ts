import { InputError } from '../../errors.js';
import { multiplyTransposed, transpose } from '../../numerics/dense.js';
import type { Subsets } from '../../subsets/subsets.js';

/** Effects of pool points on outcomes, with the sampling error of the subsets. */
export interface SubsetEffects {
  /** Mean outcome over models trained with the point minus that over models trained without it; NaN where one side is empty. */
  readonly values: Float64Array;
  /** Standard errors √(s²_with/n_with + s²_without/n_without) over subsets; NaN where one side has fewer than two models. */
  readonly standardErrors: Float64Array;
}

/**
 * Influence of every pool point i on every point j from models of random subsets (Feldman & Zhang 2020, §2.2 and 2.3):
 *
 * infl(i, j) = E[outcome of j | i in S] − E[outcome of j | i not in S],
 *
 * all pairs from the same models. Subsets of a fixed size (they use 0.7·N) keep the size of S from entering the difference.
 * Models whose outcomes are NaN, of subsets that lack a class, are left out. Multisets count as holding a point or not.
 *
 * @param outcomes `B×T`
 * @returns `N×T` effects
 * @throws InputError if the outcomes are no whole rows.
 */
export function subsetInfluence(subsets: Subsets, outcomes: Float64Array): SubsetEffects {
  const { count, poolSize, weights } = subsets;
  const targets = checkOutcomes(count, outcomes);
  const used = [...Array(count).keys()].filter((b) => !Number.isNaN(outcomes[b * targets]));
  const members = new Float64Array(poolSize * used.length);
  const values = new Float64Array(used.length * targets);
  used.forEach((b, k) => {
    for (let i = 0; i < poolSize; i++) members[i * used.length + k] = Number(weights[b * poolSize + i] > 0);
    values.set(outcomes.subarray(b * targets, (b + 1) * targets), k * targets);
  });
  const byTarget = transpose(values, used.length, targets);
  // Sums of squares of centred outcomes: of raw ones the variance could cancel.
  const means = new Float64Array(targets);
  for (let j = 0; j < targets; j++) {
    const row = byTarget.subarray(j * used.length, (j + 1) * used.length);
    means[j] = row.reduce((sum, value) => sum + value, 0) / used.length;
    for (let k = 0; k < row.length; k++) row[k] -= means[j];
  }
  const product = (right: Float64Array): Float64Array => {
    const out = new Float64Array(poolSize * targets);
    multiplyTransposed(members, right, poolSize, targets, used.length, out);
    return out;
  };
  const sums = product(byTarget);
  const squares = byTarget.map((value) => value * value);
  const sumsOfSquares = product(squares);
  const totals = new Float64Array(targets);
  for (let j = 0; j < targets; j++) for (let k = 0; k < used.length; k++) totals[j] += squares[j * used.length + k];

  const effects = {
    values: new Float64Array(poolSize * targets).fill(NaN),
    standardErrors: new Float64Array(poolSize * targets).fill(NaN),
  };
  for (let i = 0; i < poolSize; i++) {
    let within = 0;
    for (let k = 0; k < used.length; k++) within += members[i * used.length + k];
    const without = used.length - within;
    if (within === 0 || without === 0) continue;
    for (let j = 0, at = i * targets; j < targets; j++, at++) {
      // Centred outcomes sum to zero over all models.
      const [meanWith, meanWithout] = [sums[at] / within, -sums[at] / without];
      effects.values[at] = meanWith - meanWithout;
      effects.standardErrors[at] = Math.sqrt(
        errorOfMean(sumsOfSquares[at], meanWith, within) +
          errorOfMean(totals[j] - sumsOfSquares[at], meanWithout, without),
      );
    }
  }
  return effects;
}

/**
 * Memorization of every pool point (Feldman & Zhang 2020, eq. 1): its influence on itself, the diagonal of
 * {@link subsetInfluence} at the cost of one pass over the outcomes.
 *
 * @param outcomes `B×N`, of the pool's own points
 * @returns `N` effects
 * @throws InputError if the outcomes are not `B×N`.
 */
export function memorization(subsets: Subsets, outcomes: Float64Array): SubsetEffects {
  const { count, poolSize, weights } = subsets;
  if (checkOutcomes(count, outcomes) !== poolSize) {
    throw new InputError(
      `There are outcomes of ${outcomes.length / count} points for a pool of ${poolSize}; pass those of the pool's own points.`,
    );
  }
  // Welford's update: n, mean and sum of squared deviations, with the point and without.
  const sides = [0, 1].map(() => ({
    n: new Float64Array(poolSize),
    mean: new Float64Array(poolSize),
    squares: new Float64Array(poolSize),
  }));
  for (let at = 0; at < outcomes.length; at++) {
    if (Number.isNaN(outcomes[at])) continue;
    const i = at % poolSize;
    const { n, mean, squares } = sides[Number(weights[at] > 0)];
    const deviation = outcomes[at] - mean[i];
    n[i]++;
    mean[i] += deviation / n[i];
    squares[i] += deviation * (outcomes[at] - mean[i]);
  }
  const [without, within] = sides;
  const ofPoint = (figure: (i: number) => number): Float64Array =>
    Float64Array.from({ length: poolSize }, (_, i) => (within.n[i] > 0 && without.n[i] > 0 ? figure(i) : NaN));
  return {
    values: ofPoint((i) => within.mean[i] - without.mean[i]),
    standardErrors: ofPoint((i) =>
      Math.sqrt(
        within.squares[i] / (within.n[i] - 1) / within.n[i] + without.squares[i] / (without.n[i] - 1) / without.n[i],
      ),
    ),
  };
}

/** Squared standard error of a mean from the sum of squares about another centre; NaN of one number. */
function errorOfMean(sumOfSquares: number, mean: number, n: number): number {
  if (n < 2) return NaN;
  return Math.max(0, sumOfSquares - n * mean * mean) / (n - 1) / n;
}

/** T, the points that the outcomes are of. */
function checkOutcomes(count: number, outcomes: Float64Array): number {
  const targets = outcomes.length / count;
  if (!Number.isInteger(targets)) {
    throw new InputError(`${outcomes.length} outcomes are no whole rows of ${count} models; pass B×T of them.`);
  }
  return targets;
}
