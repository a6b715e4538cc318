import { additiveChanges, leaveOneOutEffects, type OutputsOf, fitDatamodels } from '../attribution/index.js';
import type { RunControl } from '../control.js';
import { measureCpu } from '../evaluation/cost.js';
import { correctClassMargins } from '../evaluation/margins.js';
import type { Predictor } from '../prediction/predictor.js';
import { refinedByNewton } from '../prediction/newton.js';
import { buildBank } from '../retraining/retrain-bank.js';
import { fullPool, type Subsets } from '../subsets/index.js';
import { lassoName, type DatamodelsResult } from './datamodels.js';
import { baselinePreparations, improvedName, refinedName } from './predictors.js';

export const leaveOneOutName = 'leave-one-out retraining';

/** What a method says about the effects of pool points on T targets. */
export interface TargetMethod {
  readonly method: string;
  /** `T×N` effects of single points, by which they are ranked. */
  readonly effects: Float64Array;
  /** `B×T` predicted changes of margins from those of the whole pool's model; absent where the method only ranks. */
  readonly changesOf?: OutputsOf;
  /** Processor seconds: retraining what is learned from; learning and the effects of all points. */
  readonly labelSeconds: number;
  readonly trainingSeconds: number;
}

/** Test points of one problem whose margins are followed as points are removed from the pool. */
export interface TargetsResult {
  readonly result: DatamodelsResult;
  /** `T` margins under the model of the whole pool. */
  readonly margins: Float64Array;
  /** `B×T` margins under exactly retrained models. */
  readonly retrained: (subsets: Subsets) => Promise<Float64Array>;
  readonly methods: readonly TargetMethod[];
}

/**
 * The effects of all pool points on the targets by every method: coefficients of datamodels, and what leaving out each point
 * changes, retrained or predicted. Learned methods are those of the first seed with the most retrained subsets.
 */
export async function datamodelTargets(
  results: readonly DatamodelsResult[],
  control: RunControl = {},
): Promise<TargetsResult[]> {
  const found: TargetsResult[] = [];
  for (const result of results) found.push(await targetsOf(result, control));
  return found;
}

async function targetsOf(result: DatamodelsResult, control: RunControl): Promise<TargetsResult> {
  const { problem, targets, learned } = result;
  const { pool, learner } = problem;
  const T = targets.size;
  const marginsOf = (parameters: Float64Array) => correctClassMargins(learner, targets, parameters);
  const retrained = async (subsets: Subsets) =>
    marginsOf((await buildBank({ ...control, pool, learner, subsets })).parameters);
  const margins = await retrained(fullPool(pool.size));

  const byPredictor = async (
    method: string,
    predictor: Predictor,
    { labelSeconds = 0, trainingSeconds = 0 } = {},
  ): Promise<TargetMethod> => {
    const outputsOf = async (subsets: Subsets) => marginsOf(await predictor.predict(subsets, control));
    const { result: effects, seconds } = await measureCpu(() => leaveOneOutEffects(pool.size, outputsOf));
    const whole = await outputsOf(fullPool(pool.size));
    const changesOf = async (subsets: Subsets) =>
      (await outputsOf(subsets)).map((margin, at) => margin - whole[at % T]);
    return { method, effects, changesOf, labelSeconds, trainingSeconds: trainingSeconds + seconds };
  };

  const { subsets, parameters } = learned.halves.result;
  const lasso = await measureCpu(() => fitDatamodels(subsets, marginsOf(parameters), control));
  const { coefficients } = lasso.result;
  const exact = await measureCpu(() => leaveOneOutEffects(pool.size, retrained));
  const { network } = learned;
  const spent = { labelSeconds: network.labelSeconds, trainingSeconds: network.trainingSeconds };
  const { influence, newton } = baselinePreparations(problem);
  return {
    result,
    margins,
    retrained,
    methods: [
      {
        method: lassoName,
        effects: coefficients,
        changesOf: (asked) => additiveChanges(coefficients, asked),
        labelSeconds: learned.halves.seconds,
        trainingSeconds: lasso.seconds,
      },
      await byPredictor(influence.method, await influence.prepare()),
      await byPredictor(newton.method, await newton.prepare()),
      await byPredictor(improvedName, network.predictor, spent),
      await byPredictor(refinedName, refinedByNewton(network.predictor, pool, learner), spent),
      { method: leaveOneOutName, effects: exact.result, labelSeconds: exact.seconds, trainingSeconds: 0 },
    ],
  };
}

/** The method of that name. */
export function targetMethod({ methods }: TargetsResult, name: string): TargetMethod {
  return methods.find(({ method }) => method === name) as TargetMethod;
}
