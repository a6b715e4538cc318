import { knnShapley, outOfBagValues, pointOutcomes } from '../../applications/index.js';
import { banzhafValues } from '../../games/banzhaf-values.js';
import { leaveOneOutValues } from '../../games/leave-one-out-values.js';
import { sampleBudget } from '../../games/stopping.js';
import { trainingGame } from '../../games/game.js';
import { type ParametersOf } from '../../games/prefix-utilities.js';
import type { RunControl } from '../../control.js';
import { measureCpu } from '../../evaluation/cost.js';
import type { Utility } from '../../evaluation/utility.js';
import { deriveSeed } from '../../numerics/random.js';
import { bootstrapSubsets } from '../../subsets/index.js';
import { range } from '../common/experiment.js';
import type { ValuedProblem } from '../problems/valued-problem.js';
import { shapleyFrom, type PrefixValues } from './prefix-values.js';

/** Points that vote in KNN-Shapley: the default of scikit-learn's classifier, not chosen on these data. */
const neighbours = 5;
/** Models of a bagging ensemble for Data-OOB. */
const bags = 500;

/** One kind of value for every seed; those that draw nothing are computed once. */
export interface KindOfValue {
  readonly kind: 'Shapley' | 'Banzhaf' | 'leave-one-out' | 'Data-OOB' | 'KNN-Shapley';
  /** Subsets evaluated. */
  readonly models: number;
  readonly trials: readonly { readonly values: Float64Array; readonly seconds: number }[];
}

/**
 * Other values of the same points, all from exact retraining with one utility. Banzhaf values get about as many models as the
 * Shapley values.
 *
 * @param shapley prefixes under that utility first, one for each seed
 */
export async function otherValues(
  { pool, validation, learner, title }: ValuedProblem,
  {
    parametersOf,
    utility,
    shapley,
    seed,
    control,
  }: {
    readonly parametersOf: ParametersOf;
    readonly utility: Utility;
    readonly shapley: readonly PrefixValues[];
    readonly seed: number;
    readonly control: RunControl;
  },
): Promise<KindOfValue[]> {
  const game = trainingGame({ pool, parametersOf, utility });
  const models = shapley[0].permutations.length * (pool.size - 1);
  const banzhaf = (own: number) => banzhafValues({ ...control, game, seed: own, stop: sampleBudget(models) });
  const outOfBag = async (own: number) => {
    const subsets = bootstrapSubsets({ poolSize: pool.size, count: bags, seed: own });
    return outOfBagValues(
      subsets,
      pointOutcomes({ learner, points: pool, parameters: await parametersOf(subsets), kind: 'correct' }),
    );
  };
  const trials = async (valuesOf: (own: number) => Promise<{ readonly values: Float64Array }>, times: number) => {
    const found: KindOfValue['trials'][number][] = [];
    for (const s of range(times)) {
      const own = deriveSeed(seed + s, title, 'other values');
      const { result, seconds } = await measureCpu(() => valuesOf(own));
      found.push({ values: result.values, seconds });
    }
    return found;
  };
  const seeds = shapley.length;
  return [
    {
      kind: 'Shapley',
      models,
      trials: shapley.map((own) => ({ values: shapleyFrom(own, 0), seconds: own.seconds.prediction })),
    },
    { kind: 'Banzhaf', models, trials: await trials(banzhaf, seeds) },
    { kind: 'leave-one-out', models: pool.size + 1, trials: await trials(() => leaveOneOutValues(game), 1) },
    { kind: 'Data-OOB', models: bags, trials: await trials(outOfBag, seeds) },
    {
      kind: 'KNN-Shapley',
      models: 0,
      trials: await trials(() => knnShapley({ pool, points: validation, neighbours, ...control }), 1),
    },
  ];
}
