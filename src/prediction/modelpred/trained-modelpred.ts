import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import { checkTrained } from '../../learners/check-trained.js';
import type { Learner } from '../../learners/learner.js';
import { checkSubsets, fullPool, type Subsets } from '../../subsets/subsets.js';
import type { Predictor } from '../predictor.js';
import { basePredictor } from './base-prediction.js';
import type { NetworkEngine } from './network/network-engine.js';
import { passNanoseconds, type NetworkShape } from './network/network-shape.js';
import { type PointEncoder, pointEncoder } from './network/point-encoding.js';
import type { PoolWeights } from './network/pool-weights.js';
import type { Provenance } from './training-provenance.js';
import { baseOfSubsets, correctBase } from './residual.js';
import type { ArchitectureSettings, ModelPredSettings } from './settings.js';
import { toParameters } from './output-scaling.js';
import type { TrainingResult } from './training/training-result.js';

/** A trained ModelPred: predicts the learner's parameters from subsets of its pool, or from any points of the same kind. */
export interface TrainedModelPred extends Predictor, TrainingResult {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** What it was trained on and how. */
  readonly provenance: Provenance;
  /**
   * `B×p` predicted parameters, batched.
   *
   * @throws InputError if the subsets are of a pool of another size, or with a base have no points or more than the pool.
   */
  predict(subsets: Subsets): Float64Array;
  /**
   * `B×p` predicted parameters for real-valued weights `B×N` of the pool's points, not negative: subsets relaxed.
   *
   * @throws InputError if the weights are no whole rows, one is negative or not finite, or there is a base.
   */
  predictWeights(weights: Float64Array): Float64Array;
  /**
   * `B×N` gradient of Σ_j cotangent_j·θ̂_j, row by row, in the weights `B×N`.
   *
   * @param cotangent `B×p`.
   * @throws InputError as {@link predictWeights}, and if the cotangent does not fit.
   */
  weightGradient(weights: Float64Array, cotangent: Float64Array): Float64Array;
  /**
   * `p` predicted parameters for a training set whose points need not be in the pool but are of the same kind, with the same
   * scaling applied.
   *
   * @throws InputError if dimension or classes differ from the pool's, or with a base if there are more points than the pool has.
   */
  predictDataset(points: Dataset, subsets?: Subsets): Float64Array;
}

/**
 * The predictor that these weights make; it holds plain arrays, so there is nothing to dispose of. A base must have been prepared
 * for all sizes, see {@link prepareBase}.
 */
export function modelPredPredictor(
  engine: NetworkEngine,
  pool: Dataset,
  learner: Learner,
  provenance: Provenance,
  result: TrainingResult,
): TrainedModelPred {
  const { architecture, base: baseSettings } = provenance.settings;
  const encoder = pointEncoder(architecture, pool, learner, result.reference);
  const shape = networkShape(provenance.settings, encoder, provenance.parameterCount);
  const { weights, outputScaling, residual } = result;
  const encodedPool = encoder.encode(pool);
  const network = (points: Float32Array) => ({ shape, weights, points, referenceSize: pool.size });
  const base = baseSettings && basePredictor(pool, learner, baseSettings);
  const predict = (points: Dataset, encoded: Float32Array, subsets: Subsets): Float64Array => {
    if (!base || !residual || !outputScaling) {
      return toParameters(engine.predict(network(encoded), subsets), outputScaling);
    }
    const ofSubsets = baseOfSubsets(base, residual, points, subsets, pool.size, encoder.directions);
    const outputs = engine.predict(network(encoded), { ...subsets, steps: ofSubsets.steps });
    return correctBase(learner, points, subsets, ofSubsets, outputs, outputScaling);
  };
  const relaxed = (weights: Float64Array): PoolWeights => {
    if (base)
      throw new InputError('Residuals are predicted for whole subsets only; train with base: null for weights.');
    return poolWeights(weights, pool);
  };
  return {
    ...result,
    name: `ModelPred (${provenance.settings.name})`,
    pool,
    learner,
    provenance,
    // A base's correction is checked by two objectives.
    estimatedNanoseconds: () =>
      passNanoseconds(shape, pool.size) +
      (base && learner.kind === 'convex' ? base.estimatedNanoseconds() + 2 * learner.estimatedCosts(pool).gradient : 0),
    predict: (subsets) => {
      checkSubsets(subsets, pool);
      return predict(pool, encodedPool, subsets);
    },
    predictWeights: (weights) => toParameters(engine.predict(network(encodedPool), relaxed(weights)), outputScaling),
    weightGradient: (weights, cotangent) => {
      const rows = relaxed(weights);
      if (cotangent.length !== rows.count * shape.outputs) {
        throw new InputError(
          `The cotangent has ${cotangent.length} numbers; give ${shape.outputs} for each of ${rows.count} rows.`,
        );
      }
      const ofOutputs = Float32Array.from(cotangent, (c, k) => c * (outputScaling?.scale[k % shape.outputs] ?? 1));
      return engine.weightGradient(network(encodedPool), rows, ofOutputs);
    },
    predictDataset: (points, subsets = fullPool(points.size)) => {
      checkSameKind(points, pool);
      checkSubsets(subsets, points);
      return predict(points, encoder.encode(points), subsets);
    },
  };
}

/** The network that settings ask for, over points so encoded. */
export function networkShape(
  { architecture, base }: ModelPredSettings,
  { width, directions }: PointEncoder,
  parameterCount: number,
): NetworkShape {
  const stepInputs = directions ? directions.length / parameterCount : parameterCount;
  return { architecture, inputs: width, outputs: parameterCount, stepInputs: base ? stepInputs : 0 };
}

/** Readies a base, where the settings have one, for subsets of all sizes. */
export async function prepareBase(
  { base }: ModelPredSettings,
  pool: Dataset,
  learner: Learner,
  control?: RunControl,
): Promise<void> {
  if (!base) return;
  const sizes = Array.from({ length: pool.size }, (_, i) => i + 1);
  await basePredictor(pool, learner, base).prepare(sizes, control);
}

/** `p` parameters of the whole pool, where an architecture's points need them. */
export async function referenceParameters(
  { points }: ArchitectureSettings,
  pool: Dataset,
  learner: Learner,
): Promise<Float64Array | null> {
  return points === 'model features' ? checkTrained(await learner.retrain(pool, fullPool(pool.size))).parameters : null;
}

function poolWeights(weights: Float64Array, { name, size }: Dataset): PoolWeights {
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) throw new InputError(`Weight ${bad} is ${weights[bad]}; weights must be finite and not negative.`);
  if (weights.length % size !== 0) {
    throw new InputError(`${weights.length} weights are no whole rows of the ${size} points of "${name}".`);
  }
  return { count: weights.length / size, poolSize: size, weights };
}

function checkSameKind(points: Dataset, pool: Dataset): void {
  if (points.dimension !== pool.dimension) {
    throw new InputError(
      `"${points.name}" has ${points.dimension} features, but this ModelPred was trained on "${pool.name}" with ${pool.dimension}; give points with the same features and scaling.`,
    );
  }
  if (points.classes.join('\n') !== pool.classes.join('\n')) {
    throw new InputError(
      `"${points.name}" has the classes ${points.classes.join(', ')}, but this ModelPred was trained on ${pool.classes.join(', ')}; label the points with the same classes.`,
    );
  }
}
