import { safePoint, type RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { randomStream } from '../../numerics/random.js';
import { utilitiesOf, type Game } from '../../games/game.js';
import { scaleToCappedSimplex } from './capped-simplex.js';
import { checkSelectionSize } from './facility-location.js';
import type { UtilitySelection } from './greedy-selection.js';
import type { RelaxedGame } from './relaxed-game.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface GradientSelectionOptions extends RunControl {
  /** Utilities of real-valued weights and their gradients; see `predictedGame`. */
  readonly game: RelaxedGame;
  /** Points to choose, k. */
  readonly count: number;
  /** Decides where the ascents start. */
  readonly seed: number;
  /** Ascents from different starts, of which the best is kept. Default 4. */
  readonly starts?: number;
  /** Steps of each ascent. Default 40. */
  readonly steps?: number;
  /** How far a step goes: factor e^±this for the points of the largest and smallest gradient. Default 0.5. */
  readonly stepSize?: number;
  /** Rounds of swaps after rounding, at most. Default 30. */
  readonly rounds?: number;
  /**
   * Decides which swaps and which start are better. Default: the game itself. A more exact one, such as predictions with a
   * Newton step, keeps the search from exploiting errors of the game that is differentiated.
   */
  readonly judge?: Game;
}

/**
 * Chooses k points by gradients. The subset is relaxed to weights 0 ≤ w ≤ 1 that add up to k; multiplicative steps along the
 * gradient of the utility, projected back in relative entropy, end at weights of which the k largest are rounded to 1. Then
 * rounds of swaps: the members of the smallest gradient give way to the points of the largest one outside, 1, 2, 4, … at a
 * time, as long as one of these swaps raises the utility.
 *
 * @throws InputError if there are not k points, or starts, steps or rounds are no whole numbers.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function gradientSelection(options: GradientSelectionOptions): Promise<UtilitySelection> {
  refuseUnknownOptions(
    options,
    ['game', 'count', 'seed', 'starts', 'steps', 'stepSize', 'rounds', 'judge', 'onProgress', 'signal'],
    'gradientSelection',
  );
  const { game, count, seed, starts = 4, steps = 40, rounds = 30 } = options;
  const n = game.players;
  for (const [name, number, least] of [
    ['starts', starts, 1],
    ['steps', steps, 0],
    ['rounds', rounds, 0],
  ] as const)
    if (!(Number.isInteger(number) && number >= least))
      throw new InputError(`${name} is ${number}; it must be a whole number of at least ${least}.`);
  checkSelectionSize(count, n);
  const judge = options.judge ?? { players: n, utilities: ({ weights }) => game.utilities(Float64Array.from(weights)) };
  let best: UtilitySelection | undefined;
  for (let start = 0; start < starts; start++) {
    let members = topIndices(relaxedAscent(options, start), count);
    let [utility] = await judged(judge, [members]);
    for (let round = 0; round < rounds; round++) {
      const trials = swaps(members, game.gradients(Float64Array.from(maskOf(members, n))));
      if (trials.length === 0) break;
      const utilities = await judged(judge, trials);
      const most = utilities.reduce((a, b) => Math.max(a, b));
      if (!(most > utility)) break;
      members = trials[utilities.indexOf(most)];
      utility = most;
    }
    if (best === undefined || utility > best.utility) best = { order: members, utility };
    options.onProgress?.({ label: 'gradient selection', done: start + 1, total: starts });
    await safePoint(options, `gradient selection with seed ${seed}`);
  }
  return best as UtilitySelection;
}

/** `N` weights at the end of an ascent; the first starts from equal weights, the others from random ones. */
function relaxedAscent(options: GradientSelectionOptions, start: number): Float64Array {
  const { game, count, seed, steps = 40, stepSize = 0.5 } = options;
  const stream = randomStream(seed, 'gradient selection', start);
  const weights = Float64Array.from({ length: game.players }, () => (start === 0 ? 1 : Math.exp(stream.normal())));
  scaleToCappedSimplex(weights, count);
  for (let step = 0; step < steps; step++) {
    const gradient = game.gradients(weights);
    const [low, high] = [gradient.reduce((a, b) => Math.min(a, b)), gradient.reduce((a, b) => Math.max(a, b))];
    if (!(high > low)) break;
    for (let i = 0; i < weights.length; i++) {
      const relative = (2 * (gradient[i] - low)) / (high - low) - 1;
      // A floor, so that a point can come back.
      weights[i] = Math.max(1e-6, weights[i] * Math.exp(stepSize * relative));
    }
    scaleToCappedSimplex(weights, count);
  }
  return weights;
}

/** Sets of members with 1, 2, 4, … of them swapped, the least promising for the most promising by gradient (`N`). */
function swaps(members: Int32Array, gradient: Float64Array): Int32Array[] {
  const inside = new Set(members);
  const leaving = [...members].sort((a, b) => gradient[a] - gradient[b]);
  const entering = [...gradient.keys()].filter((i) => !inside.has(i)).sort((a, b) => gradient[b] - gradient[a]);
  const trials: Int32Array[] = [];
  for (let size = 1; size <= Math.min(leaving.length, entering.length); size *= 2)
    trials.push(Int32Array.from([...leaving.slice(size), ...entering.slice(0, size)]));
  return trials;
}

async function judged(judge: Game, sets: readonly Int32Array[]): Promise<Float64Array> {
  const n = judge.players;
  const weights = new Uint8Array(sets.length * n);
  sets.forEach((members, b) => weights.set(maskOf(members, n), b * n));
  return await utilitiesOf(judge, { count: sets.length, poolSize: n, weights });
}

function maskOf(members: Int32Array, poolSize: number): Uint8Array {
  const mask = new Uint8Array(poolSize);
  for (const member of members) mask[member] = 1;
  return mask;
}

/** Indices of the `count` largest numbers, largest first; the lower index of equals. */
function topIndices(numbers: Float64Array, count: number): Int32Array {
  return Int32Array.from([...numbers.keys()].sort((a, b) => numbers[b] - numbers[a] || a - b).slice(0, count));
}
