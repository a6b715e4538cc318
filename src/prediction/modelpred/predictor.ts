import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import type { Learner } from '../../learners/learner.js';
import { checkSubsets, fullPool, type Subsets } from '../../subsets/subsets.js';
import type { Predictor } from '../predictor.js';
import type { NetworkEngine } from './network-engine.js';
import { encodePoints, networkShape } from './network.js';
import type { Provenance } from './provenance.js';

/** A look at the predictor during its training. */
export interface TrainingLook {
  /** Steps taken. */
  readonly step: number;
  /** Mean training loss of the steps since the look before. */
  readonly trainingLoss: number;
  /** Mean relative parameter error ‖θ̂ − θ‖/‖θ‖ on the validation subsets; null where there are none. */
  readonly validationError: number | null;
}

/** What a training leaves: all that predicting, storing and reporting need. */
export interface TrainingResult {
  /** All weights of the network, in the order φ, ρ, head matrix, head bias. */
  readonly weights: Float32Array;
  /** Steps after which these weights were reached; the last step where nothing was validated. */
  readonly bestStep: number;
  readonly history: readonly TrainingLook[];
}

/** A trained ModelPred: predicts the learner's parameters from subsets of its pool, or from any points of the same kind. */
export interface TrainedModelPred extends Predictor, TrainingResult {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** What it was trained on and how. */
  readonly provenance: Provenance;
  /**
   * `B×p` predicted parameters, batched.
   *
   * @throws InputError if the subsets are of a pool of another size.
   */
  predict(subsets: Subsets): Float64Array;
  /**
   * `p` predicted parameters for a training set whose points need not be in the pool but are of the same kind, with the same
   * scaling applied.
   *
   * @throws InputError if dimension or classes differ from the pool's.
   */
  predictDataset(points: Dataset): Float64Array;
}

/** The predictor that these weights make; it holds plain arrays, so there is nothing to dispose of. */
export function modelPredPredictor(
  engine: NetworkEngine,
  pool: Dataset,
  learner: Learner,
  provenance: Provenance,
  result: TrainingResult,
): TrainedModelPred {
  const shape = networkShape(pool, learner.parameterCount(pool));
  const { weights } = result;
  const encodedPool = encodePoints(pool);
  return {
    ...result,
    name: `ModelPred (${provenance.settings.name})`,
    pool,
    learner,
    provenance,
    predict: (subsets) => {
      checkSubsets(subsets, pool);
      return engine.predict({ shape, weights, points: encodedPool }, subsets);
    },
    predictDataset: (points) => {
      checkSameKind(points, pool);
      return engine.predict({ shape, weights, points: encodePoints(points) }, fullPool(points.size));
    },
  };
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
