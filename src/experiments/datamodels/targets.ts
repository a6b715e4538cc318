import { additiveChanges, leaveOneOutEffects, type OutputsOf } from '../../attribution/datamodels/removal-effects.js';
import { fitDatamodels } from '../../attribution/index.js';
import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { measureCpu } from '../../evaluation/cost.js';
import { correctClassMargins } from '../../evaluation/margins.js';
import type { MethodId } from '../../evaluation/methods.js';
import { refinedByNewton } from '../../prediction/newton.js';
import type { Predictor } from '../../prediction/predictor.js';
import { fullPool, type Subsets } from '../../subsets/index.js';
import type { Seconds } from '../common/costs.js';
import { untaughtPreparations } from '../common/preparations.js';
import { exactRetraining } from '../common/retraining.js';
import type { Problem } from '../problems/problem.js';
import type { Learned } from './margins.js';

/** What a method says about the effects of pool points on T targets. Training is of learning and of all effects. */
export interface TargetMethod extends Pick<Seconds, 'labels' | 'training'> {
  readonly method: MethodId;
  /** `T×N` effects of single points, by which they are ranked. */
  readonly effects: Float64Array;
  /** `B×T` predicted changes of margins from those of the whole pool's model; absent where the method only ranks. */
  readonly changesOf?: OutputsOf;
}

/** Test points of one problem whose margins are followed as points are removed from the pool. */
export interface Targets {
  readonly problem: Problem;
  readonly targets: Dataset;
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
export async function effectsOnTargets({
  problem,
  targets,
  learned,
  control,
}: {
  readonly problem: Problem;
  readonly targets: Dataset;
  readonly learned: Learned;
  readonly control: RunControl;
}): Promise<Targets> {
  const { pool, learner } = problem;
  const { network, halves } = learned;
  const retraining = exactRetraining(problem, control);
  const marginsOf = (parameters: Float64Array) => correctClassMargins({ learner, points: targets, parameters });
  const retrained = async (subsets: Subsets) => marginsOf((await retraining.bank(subsets)).parameters);
  const margins = await retrained(fullPool(pool.size));

  const byPredictor = async (
    method: MethodId,
    predictor: Predictor,
    { labels, training } = { labels: 0, training: 0 },
  ): Promise<TargetMethod> => {
    const outputsOf = async (subsets: Subsets) => marginsOf(await predictor.predict(subsets, control));
    const { result: effects, seconds } = await measureCpu(() => leaveOneOutEffects(pool.size, outputsOf));
    const whole = await outputsOf(fullPool(pool.size));
    const changesOf = async (subsets: Subsets) =>
      (await outputsOf(subsets)).map((margin, at) => margin - whole[at % targets.size]);
    return { method, effects, changesOf, labels, training: training + seconds };
  };
  const lasso = async (): Promise<TargetMethod> => {
    const { subsets, parameters } = halves.result;
    const { result, seconds } = await measureCpu(() =>
      fitDatamodels({ subsets, outputs: marginsOf(parameters), ...control }),
    );
    const changesOf = (asked: Subsets) => additiveChanges(result.coefficients, asked);
    return { method: 'lasso', effects: result.coefficients, changesOf, labels: halves.seconds, training: seconds };
  };
  const leftOut = async (): Promise<TargetMethod> => {
    const { result, seconds } = await measureCpu(() => leaveOneOutEffects(pool.size, retrained));
    return { method: 'retrainedWithout', effects: result, labels: seconds, training: 0 };
  };
  const untaught = untaughtPreparations(problem);
  const methods = [
    await lasso(),
    await byPredictor('influence', await untaught('influence').prepare()),
    await byPredictor('newton', await untaught('newton').prepare()),
    await byPredictor('improved', network.predictor, network),
    await byPredictor('refined', refinedByNewton({ predictor: network.predictor, pool, learner }), network),
    await leftOut(),
  ];
  return { problem, targets, margins, retrained, methods };
}
