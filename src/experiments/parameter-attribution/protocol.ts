import {
  leaveOneOutAttribution,
  parameterGame,
  permutationAttribution,
  type ParameterGame,
} from '../../applications/index.js';
import { sampleBudget } from '../../games/stopping.js';
import { type SampledValues } from '../../games/sampled-values.js';
import type { RunControl } from '../../control.js';
import { stratifiedSplit } from '../../data/index.js';
import { measureCpu } from '../../evaluation/cost.js';
import type { MethodId } from '../../evaluation/methods.js';
import { deriveSeed } from '../../numerics/random.js';
import { fullPool } from '../../subsets/index.js';
import type { RetrainingRecord } from '../common/claims.js';
import type { Seconds } from '../common/costs.js';
import { exactBelow } from '../common/exact-below.js';
import { experiment, range } from '../common/experiment.js';
import type { MethodTrials } from '../common/methods.js';
import { baselines, modelPredPreparations, refinedPreparation, untaughtPreparations } from '../common/preparations.js';
import { exactRetraining, uniformSubsets } from '../common/retraining.js';
import { measureMethods } from '../common/runner.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { loadProblem, type Problem } from '../problems/problem.js';
import { efforts, type Effort } from './effort.js';
import { removeNamed, type RemovalRun } from './removals.js';
import type { AttributionTrial } from './trial.js';

/** Methods whose models cost so little that the largest number of permutations is affordable. */
const cheap: readonly MethodId[] = ['exact', 'influence', 'ridge', 'improved', 'residual'];

/** All measurements on one data set. */
export interface AttributionResult extends RetrainingRecord {
  readonly problem: ProblemData<Problem>;
  /** `p` parameters of the whole pool's model. */
  readonly full: Float64Array;
  /** p names: features, then the bias. */
  readonly parameterNames: readonly string[];
  /** `N×K` probabilities that this model gives the pool's points. */
  readonly probabilities: Float64Array;
  readonly reference: Pick<SampledValues, 'values' | 'standardErrors' | 'samples'>;
  /** Numbers of permutations, ascending; every method has all but the last. */
  readonly counts: readonly number[];
  /** Exact retraining first. */
  readonly methods: readonly MethodTrials<AttributionTrial>[];
  readonly removal: readonly RemovalRun[];
  readonly seed: number;
}

/** Part of a recorded problem's pool. */
async function smallerProblem({ problem: name, poolSize }: Effort, seed: number): Promise<Problem> {
  const whole = await loadProblem(name);
  const drawn = { train: poolSize, seed: deriveSeed(seed, whole.title, 'attribution pool') };
  const pool = poolSize === whole.pool.size ? whole.pool : stratifiedSplit(whole.pool, drawn).train;
  return { ...whole, pool, minimumSize: Math.ceil(pool.size / 10) };
}

async function attributeOn(effort: Effort, seed: number, control: RunControl): Promise<AttributionResult> {
  const problem = await smallerProblem(effort, seed);
  const { pool, learner, title, minimumSize } = problem;
  const retraining = exactRetraining(problem, control);
  const exact = parameterGame({ pool, learner, parametersOf: retraining.parametersOf });
  // Its own permutations: agreement on shared ones would hide the sampling error.
  const { values, standardErrors, samples } = await permutationAttribution({
    ...control,
    game: exact,
    seed: deriveSeed(seed, title, 'attribution reference'),
    sampling: 'antithetic',
    stop: sampleBudget(effort.referencePairs),
  });

  const seeds = range(effort.seeds, seed);
  const measure = (method: MethodId, game: ParameterGame, own: number, spent = { labels: 0, training: 0 }) => {
    const counts = cheap.includes(method) ? effort.counts : effort.counts.slice(0, -1);
    return attribute(game, { counts, spent, seed: deriveSeed(own, title, 'attribution permutations'), control });
  };
  const retrained: AttributionTrial[] = [];
  for (const own of seeds) retrained.push(await measure('exact', exact, own));
  const predicted = await measureMethods({
    ground: problem,
    preparations: preparations(problem, effort.steps, control),
    seeds,
    bankOf: (own) => {
      const drawn = deriveSeed(own, title, 'attribution bank');
      const subsets = uniformSubsets(pool, { count: effort.bankSize, minimumSize, seed: drawn });
      return exactRetraining(problem, control).bank(subsets);
    },
    untaught: 'every seed',
    measure: (prepared, own) => {
      const game = parameterGame({ pool, learner, parametersOf: exactBelow(problem, prepared.predictor) });
      return measure(prepared.method, game, own, prepared);
    },
  });
  const methods: MethodTrials<AttributionTrial>[] = [{ method: 'exact', trials: retrained }, ...predicted];
  const full = (await learner.retrain(pool, fullPool(pool.size))).parameters;
  return {
    problem: problemData(problem),
    full,
    parameterNames: [...pool.featureNames, 'bias'],
    probabilities: learner.probabilities(pool, full),
    reference: { values, standardErrors, samples },
    counts: effort.counts,
    methods,
    removal: await removeNamed(problem, methods, retraining.parametersOf, seed),
    ...retraining.record(),
    seed,
  };
}

/** All but exact retraining. */
function preparations(problem: Problem, steps: number, control: RunControl) {
  const { improved, residual } = modelPredPreparations(control);
  return [
    ...(['influence', 'newton', 'sizeAwareNewton'] as const).map(untaughtPreparations(problem)),
    baselines.ridge,
    improved(steps),
    residual(steps),
    refinedPreparation,
  ];
}

/** Attributions from more and more of the same permutations, each number continuing from the one before. */
async function attribute(
  game: ParameterGame,
  options: {
    readonly counts: readonly number[];
    readonly spent: Pick<Seconds, 'labels' | 'training'>;
    readonly seed: number;
    readonly control: RunControl;
  },
): Promise<AttributionTrial> {
  const { counts, spent, seed, control } = options;
  const growing: AttributionTrial['growing'][number][] = [];
  let from: SampledValues | undefined;
  let prediction = 0;
  for (const count of counts) {
    const stop = sampleBudget(count);
    const { result, seconds } = await measureCpu(() => permutationAttribution({ ...control, game, seed, stop, from }));
    from = result;
    prediction += seconds;
    growing.push({ values: result.values, seconds: { labels: spent.labels, training: spent.training, prediction } });
  }
  return { growing, leaveOneOut: await leaveOneOutAttribution(game) };
}

/**
 * Attributes every parameter of a trained model to the points of its pool, from exact retraining and from predicted models, on
 * the same permutations, against a reference with permutations of its own; and checks by removing points what they do.
 */
export const parameterAttribution = experiment(efforts, attributeOn);
