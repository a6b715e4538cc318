import type { RunControl } from '../control.js';
import type { Dataset } from '../data/dataset.js';
import { InputError } from '../errors.js';
import type { Utility } from '../evaluation/utility.js';
import { inBlocks } from '../in-blocks.js';
import { subsetSizes, takeSubsets, type Subsets } from '../subsets/subsets.js';
import type { ParametersOf } from './prefix-utilities.js';
import { refuseUnknownOptions } from '../unknown-options.js';

/**
 * What values are computed from: N players (pool points) and a utility of every subset of them. Closed forms, retraining and
 * predicted models all come in this one shape.
 */
export interface Game {
  /** Players, N. */
  readonly players: number;
  /** The least and the largest utility there can be, where that is known: what stopping at an error needs. */
  readonly range?: readonly [least: number, most: number];
  /**
   * `B` utilities of B subsets; a subset's utility must not depend on the others of its batch.
   *
   * @param control its signal is obeyed within a second if the game hands it on to what takes long
   */
  utilities(subsets: Subsets, control?: RunControl): Float64Array | Promise<Float64Array>;
}

/** One value per player, with its error. */
export interface Valuation {
  /** `N` values; positive: including the point raises the utility. */
  readonly values: Float64Array;
  /** `N` standard errors over independent samples; NaN with fewer than two, 0 where nothing was sampled. */
  readonly standardErrors: Float64Array;
}

/**
 * The utility of one subset as a function of its members: handy for small games. Their order is ascending.
 *
 * @param range the least and the largest utility, where they are known
 */
export function memberGame(
  players: number,
  utility: (members: readonly number[]) => number,
  range?: readonly [least: number, most: number],
): Game {
  return {
    players,
    ...(range && { range }),
    utilities: ({ count, poolSize, weights }) =>
      Float64Array.from({ length: count }, (_, b) => {
        const members: number[] = [];
        for (let i = 0; i < poolSize; i++) if (weights[b * poolSize + i] > 0) members.push(i);
        return utility(members);
      }),
  };
}

export interface TrainingGameOptions {
  readonly pool: Dataset;
  readonly parametersOf: ParametersOf;
  readonly utility: Utility;
}

/**
 * The game of a pool of training points: a subset is worth the utility of the model that `parametersOf` gives for it, by
 * retraining or prediction. Subsets that lack a class have no model and get {@link Utility.uninformed}.
 */
export function trainingGame(options: TrainingGameOptions): Game {
  refuseUnknownOptions(options, ['pool', 'parametersOf', 'utility'], 'trainingGame');
  const { pool, parametersOf, utility } = options;
  return {
    players: pool.size,
    ...(utility.range && { range: utility.range }),
    async utilities(subsets, control) {
      const rows = rowsWithEveryClass(subsets, pool);
      const utilities = new Float64Array(subsets.count).fill(utility.uninformed);
      if (rows.length === 0) return utilities;
      const found = utility.evaluate(await parametersOf(takeSubsets(subsets, rows), control));
      rows.forEach((b, k) => (utilities[b] = found[k]));
      return utilities;
    },
  };
}

/** The subsets that hold every class, in their order. */
export function rowsWithEveryClass(subsets: Subsets, { labels, classes }: Dataset): number[] {
  return Array.from({ length: subsets.count }, (_, b) => b).filter(
    (b) => classesIn(subsets, b, labels).size === classes.length,
  );
}

/** The classes that a subset holds. */
export function classesIn({ poolSize, weights }: Subsets, row: number, labels: Uint8Array): Set<number> {
  const found = new Set<number>();
  for (let i = 0; i < poolSize; i++) if (weights[row * poolSize + i] > 0) found.add(labels[i]);
  return found;
}

/** How far a utility may be out of the stated range by rounding, as a share of its width. */
const rangeRounding = 1e-9;

function checkRange({ range }: Game, utilities: Float64Array): void {
  if (!range) return;
  const slack = rangeRounding * (range[1] - range[0]);
  const outside = utilities.find((utility) => utility < range[0] - slack || utility > range[1] + slack);
  if (outside !== undefined)
    throw new InputError(
      `A utility is ${outside}, but the game states a range of ${range[0]} to ${range[1]}; state one that holds all, or none.`,
    );
}

/**
 * Utilities of subsets, checked, block by block with progress and safe points.
 *
 * @throws InputError if there is not one finite number, in the game's range, per subset.
 * @throws InterruptedError on request.
 */
export async function utilitiesOf(game: Game, subsets: Subsets, control?: RunControl): Promise<Float64Array> {
  const { count, poolSize, weights } = subsets;
  const utilities = new Float64Array(count);
  await inBlocks({
    rows: count,
    width: poolSize,
    label: 'utilities',
    control,
    async evaluate(first, rows) {
      const part = { count: rows, poolSize, weights: weights.subarray(first * poolSize, (first + rows) * poolSize) };
      utilities.set(await utilitiesOfBlock(game, part, control), first);
    },
  });
  return utilities;
}

async function utilitiesOfBlock(game: Game, subsets: Subsets, control?: RunControl): Promise<Float64Array> {
  const utilities = await game.utilities(subsets, control?.signal && { signal: control.signal });
  if (utilities.length !== subsets.count)
    throw new InputError(
      `A game gave ${utilities.length} utilities for ${subsets.count} subsets; return one for each, in their order.`,
    );
  const bad = utilities.findIndex((utility) => !Number.isFinite(utility));
  if (bad >= 0)
    throw new InputError(
      `The utility of a subset of ${subsetSizes(subsets)[bad]} points is ${utilities[bad]}; return a finite number for ` +
        'every subset, the empty one included.',
    );
  checkRange(game, utilities);
  return utilities;
}
