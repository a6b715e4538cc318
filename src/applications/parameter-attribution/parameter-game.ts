import type { RunControl } from '../../control.js';
import type { Dataset } from '../../data/dataset.js';
import { InputError } from '../../errors.js';
import { inBlocks } from '../../in-blocks.js';
import { checkTrained } from '../../learners/check-trained.js';
import type { Learner } from '../../learners/learner.js';
import { takeSubsets, type Subsets } from '../../subsets/subsets.js';
import { rowsWithEveryClass, type Game } from '../../games/game.js';
import type { ParametersOf } from '../../games/prefix-utilities.js';
import { refuseUnknownOptions } from '../../unknown-options.js';

/** What attributions of parameters are computed from: N players (pool points) and p numbers for every subset of them. */
export interface ParameterGame {
  /** Players, N. */
  readonly players: number;
  /** Numbers per subset, p. */
  readonly parameterCount: number;
  /** `B×p` parameters of B subsets; a subset's must not depend on the others of its batch. */
  parameters(subsets: Subsets, control?: RunControl): Float64Array | Promise<Float64Array>;
}

export interface ParameterGameOptions {
  readonly pool: Dataset;
  readonly learner: Learner;
  /** Default: exact retraining. */
  readonly parametersOf?: ParametersOf;
}

/**
 * The game of a pool of training points: a subset is worth the parameters that `parametersOf` gives for it, by retraining or
 * prediction. Subsets that lack a class have no model and count as θ = 0, which knows nothing.
 *
 */
export function parameterGame(options: ParameterGameOptions): ParameterGame {
  refuseUnknownOptions(options, ['pool', 'learner', 'parametersOf'], 'parameterGame');
  const {
    pool,
    learner,
    parametersOf = async (subsets, control) => checkTrained(await learner.retrain(pool, subsets, control)).parameters,
  } = options;
  const p = learner.parameterCount(pool);
  return {
    players: pool.size,
    parameterCount: p,
    async parameters(subsets, control) {
      const rows = rowsWithEveryClass(subsets, pool);
      const parameters = new Float64Array(subsets.count * p);
      if (rows.length === 0) return parameters;
      const found = await parametersOf(takeSubsets(subsets, rows), control);
      rows.forEach((b, k) => parameters.set(found.subarray(k * p, (k + 1) * p), b * p));
      return parameters;
    },
  };
}

/**
 * The game of one number made of the parameters, Σ_j c_j·θ_j(S): a single parameter, or with c = (x, 1) a linear model's score
 * of a point x. Every estimator of values takes it.
 *
 * @param coefficients `p` numbers c
 * @throws InputError if there is not one coefficient per parameter.
 */
export function contrastGame(game: ParameterGame, coefficients: ArrayLike<number>): Game {
  const p = game.parameterCount;
  if (coefficients.length !== p)
    throw new InputError(`${coefficients.length} coefficients do not fit ${p} parameters; give one for each.`);
  return {
    players: game.players,
    async utilities(subsets, control) {
      const parameters = await parametersOfSubsets(game, subsets, control);
      return Float64Array.from({ length: subsets.count }, (_, b) => {
        let sum = 0;
        for (let j = 0; j < p; j++) sum += coefficients[j] * parameters[b * p + j];
        return sum;
      });
    },
  };
}

/** Parameters of subsets, checked. @throws InputError if there are not p finite numbers per subset. */
export async function parametersOfSubsets(
  game: ParameterGame,
  subsets: Subsets,
  control?: RunControl,
): Promise<Float64Array> {
  const { count, poolSize, weights } = subsets;
  const p = game.parameterCount;
  const parameters = new Float64Array(count * p);
  await inBlocks({
    rows: count,
    width: poolSize,
    label: 'parameters',
    control,
    async evaluate(first, rows) {
      const part = { count: rows, poolSize, weights: weights.subarray(first * poolSize, (first + rows) * poolSize) };
      parameters.set(await parametersOfBlock(game, part, control), first * p);
    },
  });
  return parameters;
}

async function parametersOfBlock(game: ParameterGame, subsets: Subsets, control?: RunControl): Promise<Float64Array> {
  const parameters = await game.parameters(subsets, control?.signal && { signal: control.signal });
  if (parameters.length !== subsets.count * game.parameterCount || !parameters.every(Number.isFinite))
    throw new InputError(
      `A game of ${game.parameterCount} parameters gave ${parameters.length} numbers for ${subsets.count} subsets, or some ` +
        'that are not finite; return p finite numbers for every subset, the empty one included.',
    );
  return parameters;
}
