import type { RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { measureCpu } from '../../evaluation/cost.js';
import { outputValues, type NetworkPoints, type OutputName } from '../../networks/index.js';
import type { Subsets } from '../../subsets/index.js';
import { additiveChanges } from '../datamodels/removal-effects.js';
import type { TrainedModel, TrainedModels } from './models.js';

/** What points' scores are for: an output of every target. */
export interface AttributionTargets {
  /** T points. */
  readonly points: NetworkPoints;
  readonly output: OutputName;
}

/**
 * `T×N` scores of the pool's points: larger where including the point raises the target's output (for `loss`: raises the loss).
 * `diagnostics` are numbers worth a look, such as a solver's residual.
 */
export interface AttributionScores {
  readonly scores: Float64Array;
  readonly diagnostics?: Readonly<Record<string, number>>;
}

/** What a method has prepared: scores of any targets. */
export type ScoreTargets = (targets: AttributionTargets, control?: RunControl) => Promise<AttributionScores>;

/**
 * A way to tell which points of the pool an output comes from. A new method is one file with a function that returns one, and one
 * line in the index.
 */
export interface AttributionMethod {
  readonly name: string;
  /**
   * `change of output`: a score is the first-order change of the output when the point's weight goes from 0 to 1, so that scores
   * add up to predictions. `none`: only the order of a target's scores means something.
   */
  readonly unit: 'change of output' | 'none';
  /** Computes what does not depend on targets. */
  readonly prepare: (trained: TrainedModels, control?: RunControl) => Promise<ScoreTargets>;
}

/** Scores of one method for some targets, with all that is needed to read them. */
export interface Attribution extends AttributionScores {
  readonly method: string;
  readonly unit: AttributionMethod['unit'];
  readonly output: OutputName;
  /** N. */
  readonly poolSize: number;
  /** `T` outputs of the models of the whole pool, the mean over models. */
  readonly base: Float64Array;
  /** Processor seconds: of training the models, of preparing the method (once), and of these scores. */
  readonly seconds: { readonly training: number; readonly preparation: number; readonly attribution: number };
}

/** A method ready for any targets. */
export interface PreparedAttribution {
  readonly poolSize: number;
  readonly pool: NetworkPoints;
  readonly attribute: (targets: AttributionTargets, control?: RunControl) => Promise<Attribution>;
}

/**
 * Prepares a method on a pool and its trained models.
 *
 * @throws InputError if there is no model, or the method cannot be used on these; from `attribute` if a score is not finite.
 */
export async function prepareAttribution(
  method: AttributionMethod,
  trained: TrainedModels,
  control?: RunControl,
): Promise<PreparedAttribution> {
  const { pool, models } = trained;
  if (models.length === 0) throw new InputError('There are no models to attribute; train at least one.');
  const { result: score, seconds: preparation } = await measureCpu(() => method.prepare(trained, control));
  return {
    poolSize: pool.size,
    pool,
    async attribute(targets, control) {
      const { result, seconds } = await measureCpu(() => score(targets, control));
      checkScores(method.name, result.scores, pool.size);
      const base = await averageOverModels(trained, (model) =>
        outputValues({ ...questionOf(trained, model), ...targets, control }),
      );
      return {
        method: method.name,
        unit: method.unit,
        output: targets.output,
        poolSize: pool.size,
        base,
        ...result,
        seconds: { training: trained.seconds, preparation, attribution: seconds },
      };
    },
  };
}

/** @throws InputError naming the first score that is not finite. */
function checkScores(name: string, scores: Float64Array, poolSize: number): void {
  const at = scores.findIndex((score) => !Number.isFinite(score));
  if (at < 0) return;
  throw new InputError(
    `${name}: the score of point ${at % poolSize} for target ${Math.floor(at / poolSize)} is ${scores[at]}; look for a training that diverged, or use more damping.`,
  );
}

/** A network's question at a model's parameters. */
export function questionOf({ network, precision }: TrainedModels, { parameters }: Pick<TrainedModel, 'parameters'>) {
  return { network, precision, parameters };
}

/** The mean over models of equally long lists. */
export async function averageOverModels(
  { models }: TrainedModels,
  valuesOf: (model: TrainedModel) => Promise<Float64Array>,
): Promise<Float64Array> {
  const sum = (await valuesOf(models[0])).map((value) => value / models.length);
  for (const model of models.slice(1)) {
    const values = await valuesOf(model);
    for (let j = 0; j < sum.length; j++) sum[j] += values[j] / models.length;
  }
  return sum;
}

/**
 * `B×T` outputs of models trained on subsets as an attribution predicts them: the base less the scores of the points left out.
 *
 * @throws InputError if the method's scores have no unit; {@link additiveChanges} then still gives their order.
 */
export function predictAttributedOutputs({ base, scores, unit, method }: Attribution, subsets: Subsets): Float64Array {
  if (unit === 'none')
    throw new InputError(
      `Scores of ${method} have no unit and predict no outputs; compare the order of additiveChanges(scores, subsets) instead.`,
    );
  return additiveChanges(scores, subsets).map((change, at) => base[at % base.length] + change);
}

/** Targets that are scored at a time. */
const selfBlock = 64;

/**
 * `N` self-scores: how much including a point lowers its own loss (up to the method's unit). Large ones are points that nothing
 * else in the pool supports: wrong labels, rare cases. Cost: that of N targets.
 */
export async function selfScores({ pool, attribute }: PreparedAttribution, control?: RunControl) {
  const { size, labels } = pool;
  const width = pool.features.length / size;
  const scores = new Float64Array(size);
  for (let first = 0; first < size; first += selfBlock) {
    const members = Array.from({ length: Math.min(selfBlock, size - first) }, (_, k) => first + k);
    const rows = members.flatMap((i) => Array.from({ length: width }, (_, j) => pool.features[i * width + j]));
    const points = { size: members.length, features: rows, labels: members.map((i) => labels[i]) };
    const found = await attribute({ points, output: 'loss' }, control);
    members.forEach((i, k) => (scores[i] = -found.scores[k * size + i]));
  }
  return scores;
}
