import type { RunControl } from '../../control.js';
import { inBlocks } from '../../in-blocks.js';
import { leaveSinglesOut } from '../../subsets/leave-out.js';
import { fullPool } from '../../subsets/subsets.js';
import { parametersOfSubsets, type ParameterGame } from './parameter-game.js';

/**
 * `N×p` changes of the parameters that each point makes to the whole pool: row i is θ(all) − θ(all but i), from N+1 models, whose
 * subsets are made block by block, at most 8 MB of them at once. With the influence function as predictor, these are
 * H⁻¹∇(−C·ℓ_i) at the trained parameters, each point's influence on them.
 *
 * @throws InterruptedError on request.
 */
export async function leaveOneOutAttribution(game: ParameterGame, control?: RunControl): Promise<Float64Array> {
  const { players: n, parameterCount: p } = game;
  const signal = control?.signal && { signal: control.signal };
  const all = await parametersOfSubsets(game, fullPool(n), signal);
  const effects = new Float64Array(n * p);
  await inBlocks({
    rows: n,
    width: n,
    label: 'leave-one-out attribution',
    control,
    async evaluate(first, count) {
      const without = await parametersOfSubsets(game, leaveSinglesOut(n, first, count), signal);
      without.forEach((value, at) => (effects[first * p + at] = all[at % p] - value));
    },
  });
  return effects;
}
