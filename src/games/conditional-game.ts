import { InputError } from '../errors.js';
import type { Subsets } from '../subsets/subsets.js';
import { utilitiesOf, type Game } from './game.js';
import { refuseUnknownOptions } from '../unknown-options.js';

export interface ConditionalGameOptions {
  readonly game: Game;
  /** Indices of players of `game`; its player k is `players[k]` */
  readonly players: readonly number[];
  /** Subsets of the game's players, at least one; who is one of `players` is ignored */
  readonly environments: Subsets;
}

/**
 * The game among some of the players while others may be there too: the utility of a subset of `players` is the mean over the
 * environments of that subset joined with the environment. With the points of one class as players, random subsets of the
 * other classes as environments and a class-wise utility, its Shapley values are those of CS-Shapley (Schoch, Xu & Ji 2022).
 *
 * @throws InputError if a player is none of the game's or comes twice, or environments are not of the game's players.
 */
export function conditionalGame(options: ConditionalGameOptions): Game {
  refuseUnknownOptions(options, ['game', 'players', 'environments'], 'conditionalGame');
  const { game, players, environments } = options;
  const n = game.players;
  const bad = players.find((player) => !(Number.isInteger(player) && player >= 0 && player < n));
  if (bad !== undefined) throw new InputError(`There is no player ${bad}; players run from 0 to ${n - 1}.`);
  if (new Set(players).size < players.length)
    throw new InputError(`Players [${players.join(', ')}] name one of them twice; give each once.`);
  if (environments.poolSize !== n || environments.count === 0)
    throw new InputError(
      `${environments.count} environments of ${environments.poolSize} players do not fit a game of ${n}; give at least one of its own.`,
    );
  return {
    players: players.length,
    ...(game.range && { range: game.range }),
    async utilities({ count, weights }, control) {
      const repeats = environments.count;
      const joined = new Uint8Array(count * repeats * n);
      for (let b = 0; b < count; b++) {
        joined.set(environments.weights, b * repeats * n);
        for (let e = b * repeats; e < (b + 1) * repeats; e++)
          players.forEach((player, k) => (joined[e * n + player] = weights[b * players.length + k]));
      }
      const utilities = await utilitiesOf(game, { count: count * repeats, poolSize: n, weights: joined }, control);
      return Float64Array.from({ length: count }, (_, b) => {
        let sum = 0;
        for (let e = b * repeats; e < (b + 1) * repeats; e++) sum += utilities[e];
        return sum / repeats;
      });
    },
  };
}
