import { safePoint, type RunControl } from '../control.js';
import { InputError } from '../errors.js';
import type { Subsets } from '../subsets/subsets.js';
import { refuseUnknownOptions } from '../unknown-options.js';
import { exactSemivalues } from './exact-values.js';
import type { Game, Valuation } from './game.js';
import { permutationValues } from './permutation-values.js';
import { shapley, type Semivalue } from './semivalue.js';
import type { StoppingRule } from './stopping.js';

/** A partition of N points into G groups: the rows of a source, an annotator, a day, a cluster. */
export interface Groups {
  /** `G` names. */
  readonly names: readonly string[];
  /** `N`: the group of each point. */
  readonly groupOf: Int32Array;
}

/** Points with equal keys make a group; groups in the order in which they come up. */
export function groupsBy(keys: ArrayLike<string | number>): Groups {
  const indices = new Map<string, number>();
  const groupOf = Int32Array.from({ length: keys.length }, (_, i) => {
    const key = String(keys[i]);
    const index = indices.get(key) ?? indices.size;
    indices.set(key, index);
    return index;
  });
  return { names: [...indices.keys()], groupOf };
}

/** `G` numbers of points. */
export function groupSizes({ names, groupOf }: Groups): number[] {
  const sizes = names.map(() => 0);
  for (const group of groupOf) sizes[group]++;
  return sizes;
}

/** @throws InputError unless every one of `size` points is in one of the groups. */
export function checkGroups({ names, groupOf }: Groups, size: number): void {
  if (groupOf.length !== size)
    throw new InputError(`Groups of ${groupOf.length} points do not fit ${size}; give one group for each point.`);
  const stray = groupOf.findIndex((group) => !(group >= 0 && group < names.length));
  if (stray >= 0)
    throw new InputError(`Point ${stray} is in group ${groupOf[stray]}; groups run from 0 to ${names.length - 1}.`);
}

/**
 * Subsets of points from subsets of groups (`B×G`): a point weighs what its group does.
 *
 * @throws InputError if the subsets are of another number of groups.
 */
export function subsetsOfGroups({ names, groupOf }: Groups, subsets: Subsets): Subsets {
  const { count, poolSize: G, weights: ofGroups } = subsets;
  if (G !== names.length)
    throw new InputError(
      `Subsets of ${G} groups do not fit ${names.length} groups; draw them with poolSize ${names.length}.`,
    );
  const poolSize = groupOf.length;
  const weights = new Uint8Array(count * poolSize);
  for (let b = 0; b < count; b++)
    for (let i = 0; i < poolSize; i++) weights[b * poolSize + i] = ofGroups[b * G + groupOf[i]];
  return { count, poolSize, weights };
}

/** Weights of points held at once. */
const blockWeights = 2 ** 26;

/**
 * A game whose players are the groups of another game's players: a coalition has the utility of all of its points together.
 *
 * @throws InputError if the groups are of another number of players.
 */
export function groupGame(game: Game, groups: Groups): Game {
  checkGroups(groups, game.players);
  const G = groups.names.length;
  return {
    players: G,
    ...(game.range && { range: game.range }),
    async utilities({ count, weights }) {
      const utilities = new Float64Array(count);
      const block = Math.max(1, Math.floor(blockWeights / game.players));
      for (let first = 0; first < count; first += block) {
        const part = weights.subarray(first * G, (first + block) * G);
        const subsets = { count: part.length / G, poolSize: G, weights: part };
        utilities.set(await game.utilities(subsetsOfGroups(groups, subsets)), first);
      }
      return utilities;
    },
  };
}

export interface GroupValuesOptions extends RunControl {
  /** Of points, whose groups are valued. */
  readonly game: Game;
  readonly groups: Groups;
  /** Default: the Shapley value. */
  readonly semivalue?: Semivalue;
  /** Up to this many groups, all 2^G coalitions are evaluated. Default 12: 4,096 of them. */
  readonly enumerateUpTo?: number;
  /** When to stop sampling; needed with more groups. */
  readonly stop?: StoppingRule;
  /** Of sampling. Default 1. */
  readonly seed?: number;
}

/** What groups are worth. */
export interface GroupValues extends Valuation {
  readonly names: readonly string[];
  /** `G` numbers of points. */
  readonly sizes: readonly number[];
  /** Whether the values are exact. */
  readonly exact: boolean;
  /** How they were computed, as a sentence. */
  readonly method: string;
}

const optionNames = 'game groups semivalue enumerateUpTo stop seed onProgress signal'.split(' ');

/**
 * Semivalues of groups of points, each group one player: exactly, from all 2^G coalitions, where there are few groups, else from
 * sampled permutations. Shapley values of groups add up to U(all) − U(none); they are not sums of the points' values, as points
 * of one group are never apart.
 *
 * @throws InputError for an unknown option, groups that do not fit the game, or more groups than are enumerated without `stop`.
 * @throws InterruptedError on request.
 */
export async function groupValues(options: GroupValuesOptions): Promise<GroupValues> {
  refuseUnknownOptions(options, optionNames, 'groupValues');
  const { groups, semivalue = shapley, enumerateUpTo = 12, stop, seed = 1, onProgress, signal } = options;
  const game = groupGame(options.game, groups);
  const control: RunControl = { onProgress, signal };
  await safePoint(control, 'valuing groups');
  const G = game.players;
  const known = { names: groups.names, sizes: groupSizes(groups) };
  if (G <= enumerateUpTo) {
    const [{ values, standardErrors }] = await exactSemivalues({ game, semivalues: [semivalue], ...control });
    const method = `Exact ${semivalue.name} values of ${G} groups, from all ${(2 ** G).toLocaleString('en')} coalitions.`;
    return { ...known, values, standardErrors, exact: true, method };
  }
  if (!stop)
    throw new InputError(
      `${G} groups have too many coalitions to evaluate all; say when to stop sampling, e.g. { stop: sampleBudget(100) }.`,
    );
  const { values, standardErrors, samples } = await permutationValues({ game, semivalue, stop, seed, ...control });
  const method = `Estimated ${semivalue.name} values of ${G} groups, from ${samples.toLocaleString('en')} permutations.`;
  return { ...known, values, standardErrors, exact: false, method };
}
