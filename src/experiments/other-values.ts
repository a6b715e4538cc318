import { banzhafValues, leaveOneOutValues, sampleBudget, shapleyValues, trainingGame } from '../games/index.js';
import { knnShapley, outOfBagValues, pointOutcomes } from '../applications/index.js';
import type { RunControl } from '../control.js';
import { bootstrap } from '../statistics/bootstrap-interval.js';
import { spearman } from '../statistics/correlation.js';
import { mean } from '../statistics/mean.js';
import { measureCpu } from '../evaluation/cost.js';
import { resampledArea } from '../statistics/resampled-ranks.js';
import { deriveSeed } from '../numerics/random.js';
import { bootstrapSubsets, type Subsets } from '../subsets/index.js';
import type { ValuationResult } from './data-valuation.js';

/** Points that vote in KNN-Shapley: the default of scikit-learn's classifier, not chosen on these data. */
const neighbours = 5;
/** Models of a bagging ensemble for Data-OOB. */
const bags = 500;

/** One kind of value for every seed; those that draw nothing are computed once. */
interface Kind {
  readonly name: string;
  readonly models: number;
  readonly seeds: readonly { readonly values: Float64Array; readonly seconds: number }[];
}

/**
 * Other values of the same points, all from exact retraining with the −log-loss utility: how well low values find the flipped
 * labels, how far they agree with the Shapley reference, and what they cost. Banzhaf values get about as many models as the
 * Shapley values. Intervals are over pool points, means over seeds.
 */
export async function otherValues(results: readonly ValuationResult[], control: RunControl = {}) {
  const rows = [];
  for (const result of results) {
    const { problem, reference, seed } = result;
    for (const { name, models, seeds } of await kindsOf(result, control)) {
      const areas = seeds.map(({ values }) =>
        resampledArea(
          values.map((own) => -own),
          problem.flipped,
        ),
      );
      const { value, low, high } = bootstrap(problem.pool.size, (indices) => mean(areas.map((area) => area(indices))), {
        seed,
        resamples: 1000,
      });
      rows.push({
        'data set': problem.title,
        values: name,
        'subsets evaluated': models,
        'processor seconds': mean(seeds.map(({ seconds }) => seconds)),
        'flipped-label area': value,
        'area low': low,
        'area high': high,
        'Spearman with Shapley reference': mean(seeds.map(({ values }) => spearman(values, reference[0]))),
      });
    }
  }
  return rows;
}

async function kindsOf({ problem, utilities, methods, seed }: ValuationResult, control: RunControl): Promise<Kind[]> {
  const { pool, validation, learner, title } = problem;
  const parametersOf = async (subsets: Subsets): Promise<Float64Array> =>
    (await learner.retrain(pool, subsets)).parameters;
  const game = trainingGame(pool, parametersOf, utilities[0]);
  const [{ seeds: shapley }] = methods;
  const models = shapley[0].permutations.length * (pool.size - 1);
  const perSeed = async (values: (seed: number) => Promise<Float64Array>, times = shapley.length) => {
    const found = [];
    for (let s = 0; s < times; s++) {
      const { result, seconds } = await measureCpu(() => values(deriveSeed(seed + s, title, 'other values')));
      found.push({ values: result, seconds });
    }
    return found;
  };
  return [
    {
      name: 'Shapley',
      models,
      seeds: shapley.map((own) => ({
        values: shapleyValues(own.permutations, own.utilities[0]).values,
        seconds: own.predictionSeconds,
      })),
    },
    {
      name: 'Banzhaf',
      models,
      seeds: await perSeed(
        async (own) => (await banzhafValues({ ...control, game, seed: own, stop: sampleBudget(models) })).values,
      ),
    },
    {
      name: 'leave-one-out',
      models: pool.size + 1,
      seeds: await perSeed(async () => (await leaveOneOutValues(game)).values, 1),
    },
    {
      name: 'Data-OOB',
      models: bags,
      seeds: await perSeed(async (own) => {
        const subsets = bootstrapSubsets({ poolSize: pool.size, count: bags, seed: own });
        return outOfBagValues(subsets, pointOutcomes(learner, pool, await parametersOf(subsets), 'correct')).values;
      }),
    },
    {
      name: 'KNN-Shapley',
      models: 0,
      seeds: await perSeed(async () => (await knnShapley({ pool, points: validation, neighbours }, control)).values, 1),
    },
  ];
}
