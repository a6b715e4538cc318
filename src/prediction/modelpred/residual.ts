import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import { gatherRows } from '../../learners/gather-rows.js';
import type { Learner } from '../../learners/learner.js';
import { dot, multiplyTransposed } from '../../numerics/dense.js';
import type { Bank } from '../../retraining/bank.js';
import { subsetSizes, type Subsets } from '../../subsets/subsets.js';
import type { BasePredictor } from './base-prediction.js';
import { columnScaling } from './network/point-encoding.js';
import type { OutputScaling } from './output-scaling.js';

/** How a network that corrects base predictions reads and writes. Its outputs z stand for θ̂ = base + v^exponent·(shift + scale ∘ z). */
export interface ResidualScaling {
  /** Of the spread v of a subset's weights (see {@link weightSpreads}) in the size of residuals and steps. */
  readonly exponent: number;
  /** Standardises each number that describes the base's last step, divided by v^exponent. */
  readonly stepShift: Float64Array;
  readonly stepScale: Float64Array;
}

/** What is known of some subsets before the network is asked. */
export interface BaseOfSubsets {
  /** `B×p` base predictions. */
  readonly parameters: Float64Array;
  /** `B` values of v^exponent. */
  readonly spreads: Float64Array;
  /** `B×stepInputs`: the base's last steps as the network reads them. */
  readonly steps: Float32Array;
}

/** What is read and written stays within as many standard deviations, so that an unusual subset is not extrapolated to. */
const limit = 4;
const limited = (value: number): number => Math.max(-limit, Math.min(limit, value));

/**
 * `B` squared coefficients of variation of the weights, N·Σw²/(Σw)² − 1: (N − n)/n for a set of n of N points, 0 for the whole
 * pool, where the base is exact.
 *
 * @param referenceSize N, the points of the pool; the subsets' own may be others.
 */
export function weightSpreads({ count, poolSize, weights }: Subsets, referenceSize: number): Float64Array {
  return Float64Array.from({ length: count }, (_, b) => {
    let sum = 0;
    let squares = 0;
    for (let i = b * poolSize; i < (b + 1) * poolSize; i++) {
      sum += weights[i];
      squares += weights[i] ** 2;
    }
    return Math.max(0, (referenceSize * squares) / sum ** 2 - 1);
  });
}

/**
 * What a network is to put out for every row of a bank, `B×p`, and how that is scaled: residuals θ − base divided by v^exponent,
 * the exponent fitted to their lengths, and standardised.
 *
 * @param directions `stepInputs×p` along which steps are read; all p numbers as they are where there are none.
 */
export function fitResiduals(base: BasePredictor, { pool, subsets, parameters }: Bank, directions?: Float64Array) {
  const p = parameters.length / subsets.count;
  const predicted = base.predict(pool, subsets);
  const residuals = parameters.map((value, k) => value - predicted.parameters[k]);
  const variation = weightSpreads(subsets, pool.size);
  const exponent = fittedExponent(variation, residuals);
  const spreads = variation.map((v) => v ** exponent);
  divideRows(residuals, spreads);
  const outputScaling: OutputScaling = columnScaling(residuals, p);
  const targets = residuals.map((value, k) => (value - outputScaling.shift[k % p]) / outputScaling.scale[k % p]);
  const coordinates = stepCoordinates(predicted.lastSteps, spreads, directions);
  const { shift, scale } = columnScaling(coordinates, coordinates.length / subsets.count);
  const scaling: ResidualScaling = { exponent, stepShift: shift, stepScale: scale };
  const ofBank = { parameters: predicted.parameters, spreads, steps: standardisedSteps(coordinates, scaling) };
  return { targets, outputScaling, scaling, ofBank };
}

/** The base predictions for subsets of some points, and what the network reads of them. */
export function baseOfSubsets(
  base: BasePredictor,
  scaling: ResidualScaling,
  points: Dataset,
  subsets: Subsets,
  referenceSize: number,
  directions?: Float64Array,
): BaseOfSubsets {
  const sizes = subsetSizes(subsets);
  const bad = sizes.find((size) => !(size > 0 && size <= referenceSize));
  if (bad !== undefined) {
    throw new InputError(
      `A subset has ${bad} points; a ModelPred with a base predicts for 1 to ${referenceSize}, as many as its pool has.`,
    );
  }
  const { parameters, lastSteps } = base.predict(points, subsets);
  const spreads = weightSpreads(subsets, referenceSize).map((v) => v ** scaling.exponent);
  const steps = standardisedSteps(stepCoordinates(lastSteps, spreads, directions), scaling);
  return { parameters, spreads, steps };
}

/** Base predictions and spreads of the given rows, in their order. */
export function takeBase(
  { parameters, spreads }: BaseOfSubsets,
  rows: Int32Array,
): Pick<BaseOfSubsets, 'parameters' | 'spreads'> {
  return {
    parameters: gatherRows(parameters, [...rows], parameters.length / spreads.length),
    spreads: gatherRows(spreads, [...rows], 1),
  };
}

/**
 * `B×p` parameters from a network's outputs: base predictions with their residuals added, wherever that does not raise the
 * subset's objective; otherwise the base prediction.
 */
export function correctBase(
  learner: Learner,
  points: Dataset,
  subsets: Subsets,
  { parameters: base, spreads }: Pick<BaseOfSubsets, 'parameters' | 'spreads'>,
  outputs: Float64Array,
  { shift, scale }: OutputScaling,
): Float64Array {
  const p = shift.length;
  const corrected = base.map((value, k) => {
    const j = k % p;
    return value + spreads[Math.floor(k / p)] * (shift[j] + scale[j] * limited(outputs[k]));
  });
  const [before, after] = [base, corrected].map((parameters) => learner.objective(points, subsets, parameters));
  for (let b = 0; b < subsets.count; b++) {
    if (!(after[b] <= before[b])) corrected.set(base.subarray(b * p, (b + 1) * p), b * p);
  }
  return corrected;
}

/** Slope of log‖residual‖ on log v by least squares, at least 0 and at most 1, what a second-order remainder has. */
function fittedExponent(variation: Float64Array, residuals: Float64Array): number {
  const p = residuals.length / variation.length;
  const points: [x: number, y: number][] = [];
  variation.forEach((v, b) => {
    const norm = Math.sqrt(dot(residuals, b * p, residuals, b * p, p));
    if (v > 0 && norm > 0) points.push([Math.log(v), Math.log(norm)]);
  });
  const mean = (k: 0 | 1): number => points.reduce((sum, point) => sum + point[k], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const squares = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const products = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return squares > 1e-9 * points.length ? Math.max(0, Math.min(1, products / squares)) : 1;
}

/** Divides row b by `divisors[b]`, in place; a row divided by 0, of which nothing is asked, becomes 0. */
function divideRows(matrix: Float64Array, divisors: Float64Array): void {
  const width = matrix.length / divisors.length;
  for (let k = 0; k < matrix.length; k++) {
    const divisor = divisors[Math.floor(k / width)];
    matrix[k] = divisor > 0 ? matrix[k] / divisor : 0;
  }
}

/** `B×stepInputs`: steps divided by v^exponent, along the directions where there are some. */
function stepCoordinates(lastSteps: Float64Array, spreads: Float64Array, directions?: Float64Array): Float64Array {
  const rows = spreads.length;
  const p = lastSteps.length / rows;
  let coordinates = lastSteps.slice();
  if (directions) {
    const count = directions.length / p;
    coordinates = new Float64Array(rows * count);
    multiplyTransposed(lastSteps, directions, rows, count, p, coordinates);
  }
  divideRows(coordinates, spreads);
  return coordinates;
}

function standardisedSteps(coordinates: Float64Array, { stepShift, stepScale }: ResidualScaling): Float32Array {
  const width = stepShift.length;
  return Float32Array.from(coordinates, (value, k) => limited((value - stepShift[k % width]) / stepScale[k % width]));
}
