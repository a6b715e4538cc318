import { safePoint, type RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { mean } from '../../statistics/mean.js';
import { choleskyFactor, choleskySolve } from '../../numerics/dense.js';
import { takeSubsets, type Subsets } from '../../subsets/subsets.js';
import { fittedCount, interceptsOf, predictOutputs, type Datamodels } from './linear-datamodels.js';
import { lassoPath } from '../../numerics/lasso.js';
import { momentsOf, type Moments } from './mask-moments.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface DatamodelOptions extends RunControl {
  /** Part of the subsets, the last ones, on which strengths are chosen; default 0.2. */
  readonly validationFraction?: number;
  /** Number of strengths tried, spaced evenly in the logarithm; default 25. */
  readonly strengthCount?: number;
}

/**
 * Decades of strengths: fewer where there are fewer subsets than points, as weak penalties then fit noise at great cost
 * (Friedman, Hastie & Tibshirani 2010, §2.5, do the same).
 */
const decadesFor = (fitted: number, poolSize: number): number => (fitted < poolSize ? 2 : 3);
/** How far from optimal coefficients may be, relative to the strength at which all of them vanish. */
const relativeTolerance = 1e-4;

/**
 * Hands on coefficients (`N`) of one output for each of descending strengths; they are only valid during the call. What iterates
 * may start near the first ones.
 */
type Path = (
  output: number,
  strengths: readonly number[],
  onPoint: (index: number, coefficients: Float64Array) => void,
  start?: Float64Array,
) => void;

interface Penalty {
  readonly name: string;
  /** The largest strength worth trying. */
  readonly largestStrength: (moments: Moments) => number;
  /** What outputs share is computed once. */
  readonly paths: (moments: Moments) => Path;
}

const datamodelOptions = ['subsets', 'outputs', 'validationFraction', 'strengthCount', 'onProgress', 'signal'];

export interface FitDatamodelsOptions extends DatamodelOptions {
  readonly subsets: Subsets;
  /** `M×T`, e.g. margins of T test points under the model of each subset */
  readonly outputs: Float64Array;
}

/**
 * Datamodels (Ilyas et al. 2022, §2): LASSO regression of every output on the masks, each with its own strength. The strength
 * is the one with the least squared error on the validation subsets; coefficients are then fitted to all subsets with it.
 * Masks of one size n are what datamodels are meant for: the intercept takes up what the size does.
 *
 * @throws InputError if shapes do not fit, an output is not finite, or there are too few subsets to validate on.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function fitDatamodels(options: FitDatamodelsOptions): Promise<Datamodels> {
  refuseUnknownOptions(options, datamodelOptions, 'fitDatamodels');
  return fitWithPenalty(absolutePenalty, options);
}

/** As {@link fitDatamodels} with a squared penalty ½λ‖β‖² in place of λ‖β‖₁: nothing is sparse. */
export async function fitRidgeDatamodels(options: FitDatamodelsOptions): Promise<Datamodels> {
  refuseUnknownOptions(options, datamodelOptions, 'fitRidgeDatamodels');
  return fitWithPenalty(squaredPenalty, options);
}

const absolutePenalty: Penalty = {
  name: 'datamodels (LASSO)',
  // There every coefficient of every output vanishes.
  largestStrength: ({ cross }) => largest(cross),
  paths: ({ gram, cross, poolSize }) => {
    return (output, strengths, onPoint, start) => {
      const ofOutput = cross.subarray(output * poolSize, (output + 1) * poolSize);
      lassoPath(gram, ofOutput, strengths, relativeTolerance * largest(ofOutput), onPoint, start);
    };
  },
};

const squaredPenalty: Penalty = {
  name: 'datamodels (ridge)',
  largestStrength: ({ gram, poolSize }) => 10 * mean(gram.filter((_, at) => at % (poolSize + 1) === 0)),
  paths: ({ gram, cross, poolSize }) => {
    const factors = new Map<number, Float64Array>();
    const factorOf = (strength: number): Float64Array => {
      const factor = factors.get(strength) ?? gram.slice();
      if (factors.has(strength)) return factor;
      for (let j = 0; j < poolSize; j++) factor[j * (poolSize + 1)] += strength;
      choleskyFactor(factor, poolSize);
      factors.set(strength, factor);
      return factor;
    };
    return (output, strengths, onPoint) => {
      strengths.forEach((strength, index) => {
        const coefficients = cross.slice(output * poolSize, (output + 1) * poolSize);
        choleskySolve(factorOf(strength), poolSize, coefficients);
        onPoint(index, coefficients);
      });
    };
  },
};

async function fitWithPenalty(
  { name, largestStrength, paths }: Penalty,
  { subsets, outputs, validationFraction = 0.2, strengthCount = 25, ...control }: FitDatamodelsOptions,
): Promise<Datamodels> {
  if (!(Number.isInteger(strengthCount) && strengthCount >= 2)) {
    throw new InputError(`strengthCount is ${strengthCount}; it must be a whole number of at least 2.`);
  }
  const all = momentsOf(subsets, outputs);
  const { poolSize, outputs: T } = all;
  const fitted = fittedCount(subsets.count, validationFraction);
  const rows = Array.from({ length: subsets.count }, (_, b) => b);
  const first = momentsOf(takeSubsets(subsets, rows.slice(0, fitted)), outputs.slice(0, fitted * T));
  const validation = takeSubsets(subsets, rows.slice(fitted));
  const top = largestStrength(first);
  const decades = decadesFor(fitted, poolSize);
  const grid = Array.from({ length: strengthCount }, (_, k) => top * 10 ** ((-decades * k) / (strengthCount - 1)));
  const [pathOfFirst, pathOfAll] = [paths(first), paths(all)];
  const coefficients = new Float64Array(T * poolSize);
  const strengths = new Float64Array(T);
  for (let t = 0; t < T; t++) {
    await safePoint(control, name);
    const candidates = new Float64Array(grid.length * poolSize);
    pathOfFirst(t, grid, (index, found) => candidates.set(found, index * poolSize));
    const candidateMeans = new Float64Array(grid.length).fill(first.outputMeans[t]);
    const intercepts = interceptsOf(candidates, first.maskMeans, candidateMeans);
    const predicted = predictOutputs({ name, poolSize, intercepts, coefficients: candidates }, validation);
    const errors = new Float64Array(grid.length);
    predicted.forEach((value, at) => {
      const actual = outputs[(fitted + Math.floor(at / grid.length)) * T + t];
      errors[at % grid.length] += (value - actual) ** 2;
    });
    const best = errors.indexOf(Math.min(...errors));
    strengths[t] = grid[best];
    // The fit to most of the subsets is near.
    const start = candidates.subarray(best * poolSize, (best + 1) * poolSize);
    pathOfAll(t, [grid[best]], (_, found) => coefficients.set(found, t * poolSize), start);
    control.onProgress?.({ label: name, done: t + 1, total: T });
  }
  return {
    name,
    poolSize,
    intercepts: interceptsOf(coefficients, all.maskMeans, all.outputMeans),
    coefficients,
    strengths,
  };
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
