import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import type { Table } from '../../evaluation/tidy-table.js';
import { mostProbable } from '../../learners/scores-from-probabilities.js';
import { checkGroups, groupSizes, type Groups } from '../../games/groups.js';
import { checkTrained } from '../../learners/check-trained.js';
import type { Learner } from '../../learners/learner.js';
import { leaveGroupOut } from '../../subsets/leave-out.js';
import { fullPool, type Subsets } from '../../subsets/subsets.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface GroupEffectsOptions extends RunControl {
  readonly pool: Dataset;
  readonly groups: Groups;
  readonly learner: Learner;
  /** Points whose predictions are looked at, scaled as the pool is. */
  readonly points: Dataset;
}

/**
 * What each group of the pool does to the model: the model of all points against the one without the group. Effects are of the
 * group's being there, θ(all) − θ(without); leaving it out has the opposite ones. NaN for a group that holds all points of a class.
 */
export interface GroupEffects {
  readonly names: readonly string[];
  /** `G×p`. */
  readonly parameters: Float64Array;
  /** `G×T×K` effects on class probabilities. */
  readonly probabilities: Float64Array;
  /**
   * One row per group: group, points, share of the pool, how many of the T predictions change if it is left out, accuracy and mean
   * log-loss (nats) with all and without it; null where there is no model without it.
   */
  readonly table: Table;
}

const optionNames = 'pool groups learner points onProgress signal'.split(' ');
/** Effects that are returned at most, 1 GB. */
const mostNumbers = 2 ** 27;
/** Numbers of weights and probabilities held at once. */
const blockNumbers = 2 ** 22;

/**
 * Retrains without each group in turn: G + 1 exact retrainings.
 *
 * @throws InputError for an unknown option, groups or points that do not fit the pool, more than 134 million effects, or a model
 * that does not converge.
 * @throws InterruptedError on request.
 */
export async function groupEffects(options: GroupEffectsOptions): Promise<GroupEffects> {
  refuseUnknownOptions(options, optionNames, 'groupEffects');
  const { pool, groups, learner, points, onProgress, signal } = options;
  checkGroups(groups, pool.size);
  const [G, p, perModel] = [groups.names.length, learner.parameterCount(pool), points.size * points.classes.length];
  if (G * (perModel + p) > mostNumbers)
    throw new InputError(
      `The effects of ${G} groups on ${points.size} points are more than ${mostNumbers} numbers; give fewer points.`,
    );
  const all = await trained(options, fullPool(pool.size));
  const before = learner.probabilities(points, all);
  const parameters = new Float64Array(G * p);
  const probabilities = new Float64Array(G * perModel);
  const rows: Record<string, string | number | null>[] = [];
  const sizes = groupSizes(groups);
  const block = Math.max(1, Math.floor(blockNumbers / (pool.size + perModel)));
  for (let first = 0; first < G; first += block) {
    const count = Math.min(block, G - first);
    const without = await trained({ ...options, signal }, subsetsWithout(groups, first, count));
    const after = learner.probabilities(points, without);
    without.forEach((value, at) => (parameters[first * p + at] = all[at % p] - value));
    after.forEach((value, at) => (probabilities[first * perModel + at] = before[at % perModel] - value));
    for (let g = first; g < first + count; g++) {
      const own = after.subarray((g - first) * perModel, (g - first + 1) * perModel);
      rows.push({
        group: groups.names[g],
        points: sizes[g],
        share: sizes[g] / pool.size,
        ...compare(points, before, own),
      });
    }
    onProgress?.({ label: `retraining without each of ${G} groups`, done: first + count, total: G });
  }
  return { names: groups.names, parameters, probabilities, table: rows };
}

async function trained({ pool, learner, signal }: GroupEffectsOptions, subsets: Subsets): Promise<Float64Array> {
  return checkTrained(await learner.retrain(pool, subsets, { signal })).parameters;
}

/** The pool without group `first`, without `first + 1`, … */
function subsetsWithout({ groupOf }: Groups, first: number, count: number): Subsets {
  const members = Array.from({ length: count }, (): number[] => []);
  groupOf.forEach((group, i) => members[group - first]?.push(i));
  return leaveGroupOut(groupOf.length, members);
}

function compare(points: Dataset, before: Float64Array, after: Float64Array) {
  const K = points.classes.length;
  const known = !Number.isNaN(after[0]);
  const changed = points.labels.reduce(
    (sum, _, i) => sum + Number(mostProbable(before, i * K, K) !== mostProbable(after, i * K, K)),
    0,
  );
  return {
    'changed predictions': known ? changed : null,
    accuracy: accuracy(points, before),
    'accuracy without': known ? accuracy(points, after) : null,
    'log-loss': logLoss(points, before),
    'log-loss without': known ? logLoss(points, after) : null,
  };
}

function accuracy({ size, labels, classes }: Dataset, probabilities: Float64Array): number {
  const K = classes.length;
  return labels.reduce((sum, label, i) => sum + Number(mostProbable(probabilities, i * K, K) === label), 0) / size;
}

function logLoss({ labels, classes, size }: Dataset, probabilities: Float64Array): number {
  let sum = 0;
  labels.forEach((label, i) => (sum -= Math.log(Math.max(probabilities[i * classes.length + label], 1e-12))));
  return sum / size;
}
