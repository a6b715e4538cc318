import type { ParametersOf } from '../../games/prefix-utilities.js';
import type { RunControl } from '../../control.js';
import { spearman } from '../../statistics/correlation.js';
import { labelOf, type MethodId } from '../../evaluation/methods.js';
import { accuracyUtility, logLossUtility } from '../../evaluation/utility.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import { drawPermutations } from '../../subsets/index.js';
import type { RetrainingRecord } from '../common/claims.js';
import { exactBelow } from '../common/exact-below.js';
import { experiment, range } from '../common/experiment.js';
import type { MethodTrials } from '../common/methods.js';
import { baselines, modelPredPreparations, refinedPreparation, untaughtPreparations } from '../common/preparations.js';
import { removalBand, type RemovalBandRow } from '../common/removal.js';
import { exactRetraining, uniformSubsets } from '../common/retraining.js';
import { measureMethods } from '../common/runner.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { valuedProblem, type ValuedProblem } from '../problems/valued-problem.js';
import { efforts, type Effort } from './effort.js';
import { valuesAtEqualTime } from './equal-time.js';
import { otherValues, type KindOfValue } from './other-values.js';
import { prefixValues, shapleyFrom, slice, type PrefixValues } from './prefix-values.js';

/** All measurements on one data set. */
export interface DataValuationResult extends RetrainingRecord {
  readonly problem: ProblemData<ValuedProblem>;
  /** The utilities' names, and what each one is without any data. */
  readonly utilities: readonly { readonly name: string; readonly uninformed: number }[];
  /** For each utility, the `N` values of the independent reference. */
  readonly reference: readonly Float64Array[];
  /** For each utility, Spearman correlation of the reference's two halves. */
  readonly referenceReliability: readonly number[];
  readonly referencePermutations: number;
  /** For each utility, that of the whole pool. */
  readonly wholePool: readonly number[];
  /** Exact retraining first; every seed has permutations of its own. */
  readonly methods: readonly MethodTrials<PrefixValues>[];
  /** Exact retraining first; empty where methods are not compared at equal time. */
  readonly equalTime: readonly MethodTrials<PrefixValues>[];
  readonly removal: readonly RemovalCurve[];
  /** From exact retraining with the first utility. */
  readonly otherValues: readonly KindOfValue[];
  readonly seed: number;
}

/** In which order points were removed by their values. */
export const removalOrders = ['lowest value first', 'highest value first'] as const;

/** Test accuracy after retraining without a share of the pool. */
export interface RemovalCurve extends RemovalBandRow {
  readonly method: MethodId;
  readonly order: (typeof removalOrders)[number];
}

const removalShares = range(11).map((i) => i / 20);
export const randomOrders = 20;

async function valueOn(effort: Effort, seed: number, control: RunControl): Promise<DataValuationResult> {
  const problem = await valuedProblem(effort, seed, seed);
  const { pool, learner, title, validation } = problem;
  const utilities = [logLossUtility({ learner, points: validation }), accuracyUtility({ learner, points: validation })];
  const retraining = exactRetraining(problem, control);
  const { parametersOf } = retraining;
  const draw = (count: number, own: number, use: string) =>
    drawPermutations({ poolSize: pool.size, count, seed: deriveSeed(own, title, use) });

  // Its own permutations: agreement on shared ones would hide the sampling error (see the convergence figure).
  const reference = await prefixValues({
    ...control,
    pool,
    utilities,
    permutations: draw(effort.referencePermutations, seed, 'reference'),
    parametersOf,
    label: `reference values on ${title}`,
  });
  const half = Math.floor(effort.referencePermutations / 2);
  const halves = [slice(reference, 0, half), slice(reference, half, 2 * half)];

  const { methods, evaluateMore } = await valuesOfMethods(effort, { problem, seed, parametersOf, control });
  return {
    problem: problemData(problem),
    utilities: utilities.map(({ name, uninformed }) => ({ name, uninformed })),
    reference: utilities.map((_, u) => shapleyFrom(reference, u)),
    referenceReliability: utilities.map((_, u) => spearman(shapleyFrom(halves[0], u), shapleyFrom(halves[1], u))),
    referencePermutations: effort.referencePermutations,
    wholePool: reference.utilities.map((own) => own[pool.size]),
    methods,
    equalTime:
      effort.mostPermutations > 0 ? await valuesAtEqualTime(methods, evaluateMore, effort.mostPermutations) : [],
    removal: await removalCurves(problem, methods, seed),
    otherValues: await otherValues(problem, {
      parametersOf: exactRetraining(problem, control).parametersOf,
      utility: utilities[0],
      shapley: methods[0].trials,
      seed,
      control,
    }),
    ...retraining.record(),
    seed,
  };
}

interface Ground {
  readonly problem: ValuedProblem;
  readonly seed: number;
  /** Exact retraining. */
  readonly parametersOf: ParametersOf;
  readonly control: RunControl;
}

/** Every method's prefixes of each seed's permutations, and how each method that was prepared evaluates further ones. */
async function valuesOfMethods(effort: Effort, { problem, seed, parametersOf: exact, control }: Ground) {
  const { pool, learner, title, validation } = problem;
  // What is timed, the same for all methods: exact to about 1e-6.
  const single = { arithmetic: 'float32' } as const;
  const utilities = [
    logLossUtility({ learner, points: validation, ...single }),
    accuracyUtility({ learner, points: validation, ...single }),
  ];
  const minimumSize = Math.ceil(pool.size / 10);
  const draw = (count: number, own: number, use: string) =>
    drawPermutations({ poolSize: pool.size, count, seed: deriveSeed(own, title, use) });
  const evaluators = new Map<MethodId, ((permutations: readonly Int32Array[]) => Promise<PrefixValues>)[]>();
  const measure = (
    { method, ...spent }: { readonly method: MethodId; readonly labels: number; readonly training: number },
    parametersOf: ParametersOf,
    own: number,
  ): Promise<PrefixValues> => {
    const label = `values on ${title}: ${labelOf(method)}`;
    const evaluator = (permutations: readonly Int32Array[]) =>
      prefixValues({ ...control, pool, utilities, parametersOf, permutations, label }, spent);
    evaluators.set(method, [...(evaluators.get(method) ?? []), evaluator]);
    return evaluator(draw(effort.permutations, own, 'permutations'));
  };

  const seeds = range(effort.seeds, seed);
  const retrained: PrefixValues[] = [];
  for (const own of seeds) retrained.push(await measure({ method: 'exact', labels: 0, training: 0 }, exact, own));
  const untaught = untaughtPreparations(problem);
  const predicted = await measureMethods({
    ground: problem,
    preparations: [
      untaught('influence'),
      untaught('newton'),
      baselines.ridge,
      modelPredPreparations(control).improved(effort.steps),
      refinedPreparation,
    ],
    seeds,
    bankOf: (own) => {
      const drawn = deriveSeed(own, title, 'valuation bank');
      const subsets = uniformSubsets(pool, { count: effort.bankSize, minimumSize, seed: drawn });
      return exactRetraining(problem, control).bank(subsets);
    },
    untaught: 'every seed',
    // Smaller prefixes than those learned from are retrained exactly, by every method.
    measure: (prepared, own) => measure(prepared, exactBelow({ pool, learner, minimumSize }, prepared.predictor), own),
  });
  const evaluateMore = (method: MethodId, s: number, count: number): Promise<PrefixValues> => {
    const [evaluator] = (evaluators.get(method) ?? []).slice(s);
    return evaluator(draw(count, seeds[s], 'further permutations'));
  };
  const methods: MethodTrials<PrefixValues>[] = [{ method: 'exact', trials: retrained }, ...predicted];
  return { methods, evaluateMore };
}

/** Test accuracy of retrained models as points are removed by value (first utility), both ways, and at random. */
async function removalCurves(
  problem: ValuedProblem,
  methods: readonly MethodTrials<PrefixValues>[],
  seed: number,
): Promise<RemovalCurve[]> {
  const curve = (orders: readonly ArrayLike<number>[]) => removalBand(problem, orders, removalShares);
  const randomly = range(randomOrders).map((r) =>
    randomStream(seed, 'random removal', r).permutation(problem.pool.size),
  );
  const atRandom = await curve(randomly);
  const rows: RemovalCurve[] = [];
  for (const order of removalOrders) {
    for (const { method, trials } of methods) {
      const rankings = trials.map((own) => {
        const values = shapleyFrom(own, 0);
        const ascending = [...values.keys()].sort((a, b) => values[a] - values[b]);
        return order === 'lowest value first' ? ascending : ascending.reverse();
      });
      rows.push(...(await curve(rankings)).map((row) => ({ method, order, ...row })));
    }
    rows.push(...atRandom.map((row) => ({ method: 'random' as const, order, ...row })));
  }
  return rows;
}

/**
 * Data Shapley values of pools with a tenth of the labels flipped, from exact retraining and from predicted models, on the
 * same permutations, against a reference with permutations of its own.
 */
export const dataValuation = experiment(efforts, valueOn);
