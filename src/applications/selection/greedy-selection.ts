import { safePoint, type RunControl } from '../../control.js';
import { InputError } from '../../errors.js';
import { utilitiesOf, type Game } from '../../games/game.js';
import { checkSelectionSize } from './facility-location.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

export interface GreedySelectionOptions extends RunControl {
  /** What a subset is worth, by prediction or retraining; see `trainingGame`. */
  readonly game: Game;
  /** Points to choose, k, those of `start` counted. */
  readonly count: number;
  /** Points that are chosen already, e.g. one of each class: the smallest subsets have no model. Default: none. */
  readonly start?: ArrayLike<number>;
}

/** Points chosen for the utility of the model trained on them. */
export interface UtilitySelection {
  /** `k` pool indices in the order they were chosen. */
  readonly order: Int32Array;
  /** Utility of all of them together, as the game has it. */
  readonly utility: number;
}

/**
 * Forward selection: again and again the point that raises the utility most, or lowers it least. Every step evaluates the
 * subsets with each of the points left, in one batch: about k·(N − k/2) utilities. Of equal utilities the lowest index is
 * chosen. The utility of trained models is not submodular, so there is no guarantee.
 *
 * @throws InputError if there are not k points, or `start` names one that is not of the pool, one twice or more than k.
 * @throws InterruptedError if `signal` is aborted.
 */
export async function greedySelection(options: GreedySelectionOptions): Promise<UtilitySelection> {
  refuseUnknownOptions(options, ['game', 'count', 'start', 'onProgress', 'signal'], 'greedySelection');
  const { game, count, start = [] } = options;
  const n = game.players;
  checkSelectionSize(count, n);
  const order = Array.from(start);
  const mask = new Uint8Array(n);
  for (const point of order) {
    if (!(point in mask) || mask[point] === 1 || order.length > count)
      throw new InputError(
        `Cannot start ${count} of ${n} points with [${order.join(', ')}]; name at most ${count}, each once.`,
      );
    mask[point] = 1;
  }
  options.onProgress?.({ label: 'greedy selection', done: order.length, total: count });
  let utility = (await utilitiesOf(game, { count: 1, poolSize: n, weights: mask }))[0];
  while (order.length < count) {
    const candidates = Array.from(mask.keys()).filter((point) => mask[point] === 0);
    const weights = new Uint8Array(candidates.length * n);
    candidates.forEach((point, b) => {
      weights.set(mask, b * n);
      weights[b * n + point] = 1;
    });
    const { signal } = options;
    const utilities = await utilitiesOf(game, { count: candidates.length, poolSize: n, weights }, { signal });
    utility = utilities.reduce((most, value) => Math.max(most, value));
    const chosen = candidates[utilities.indexOf(utility)];
    order.push(chosen);
    mask[chosen] = 1;
    options.onProgress?.({ label: 'greedy selection', done: order.length, total: count });
    await safePoint(options, 'greedy selection');
  }
  return { order: Int32Array.from(order), utility };
}
