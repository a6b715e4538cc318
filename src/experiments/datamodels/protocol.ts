import type { RunControl } from '../../control.js';
import { takeRows } from '../../data/rows.js';
import { deriveSeed, randomStream } from '../../numerics/random.js';
import type { RetrainingRecord } from '../common/claims.js';
import { experiment } from '../common/experiment.js';
import { exactRetraining } from '../common/retraining.js';
import { problemData, type ProblemData } from '../problems/problem-data.js';
import { loadProblem, type Problem } from '../problems/problem.js';
import { efforts, type Effort } from './effort.js';
import { embeddingOf, type Embedding } from './embeddings.js';
import { compareMargins, retrainHeldOut, type MarginRun } from './margins.js';
import { removeRanked, type RankedRemovals } from './removals.js';
import { supportsOf, type Supports } from './supports.js';
import { effectsOnTargets, type TargetMethod } from './targets.js';

/** All measurements on one data set. */
export interface DatamodelsResult extends RetrainingRecord {
  readonly problem: ProblemData<Problem>;
  /** Test points whose margins are predicted, T. */
  readonly points: number;
  /** `B×T` margins of the retrained models on held-out halves of the pool. */
  readonly actual: Float64Array;
  readonly runs: readonly MarginRun[];
  /** What each method's effects on the targets cost: processor seconds of labels and of learning with all effects. */
  readonly targetCosts: readonly Pick<TargetMethod, 'method' | 'labels' | 'training'>[];
  readonly removals: readonly RankedRemovals[];
  readonly supports: Supports;
  readonly embedding: Embedding;
  readonly seed: number;
}

async function compareOn(effort: Effort, seed: number, control: RunControl): Promise<DatamodelsResult> {
  const problem = await loadProblem(effort.problem);
  const { test, title } = problem;
  const order = randomStream(deriveSeed(seed, title, 'margins')).permutation(test.size);
  const points = takeRows(test, order.subarray(0, effort.points));
  const followed = takeRows(test, firstOfEveryClass(order, test.labels, effort.targets));

  const retraining = exactRetraining(problem, control);
  const heldOut = await retrainHeldOut(problem, effort, seed, retraining);
  const ground = { problem, effort, seed, control, retraining, heldOut, points };
  const { runs, actual, learned } = await compareMargins(ground);
  const record = retraining.record();
  const targets = await effectsOnTargets({ ...ground, targets: followed, learned });
  return {
    problem: problemData(problem),
    points: effort.points,
    actual: actual[0],
    runs,
    targetCosts: targets.methods.map(({ method, labels, training }) => ({ method, labels, training })),
    removals: await removeRanked(targets, seed, control),
    supports: await supportsOf(targets, control),
    embedding: await embeddingOf(targets, heldOut[0]),
    ...record,
    seed,
  };
}

/** The first points of an order, at least two of every class among them, so that each has another of its class. */
function firstOfEveryClass(order: Int32Array, labels: Uint8Array, count: number): Int32Array {
  const needed = [...new Set(labels)].flatMap((label) => [...order.filter((i) => labels[i] === label).subarray(0, 2)]);
  const chosen = new Set([...new Set([...needed, ...order])].slice(0, count));
  return order.filter((i) => chosen.has(i));
}

/**
 * Predicts the correct-class margins of test points under models retrained on held-out subsets: by datamodels, fitted to
 * retrained subsets of half the pool, and from predicted parameters; ModelPred learns from as many subsets of all sizes. Then
 * follows some test points, the targets, as points are removed from the pool: by how much their margins fall (Ilyas et al.
 * 2022, §4.1), how many points have to go until they are misclassified (§4.1.2), and which targets depend on the same (§4.3).
 */
export const datamodels = experiment(efforts, compareOn);
