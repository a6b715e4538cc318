import { leaveOneOut } from '../../subsets/leave-out.js';
import { concatenateSubsets, fullPool } from '../../subsets/subsets.js';
import { parametersOfSubsets, type ParameterGame } from './parameter-game.js';

/**
 * `N×p` changes of the parameters that each point makes to the whole pool: row i is θ(all) − θ(all but i), from N+1 models.
 * With the influence function as predictor, these are H⁻¹∇(−C·ℓ_i) at the trained parameters, each point's influence on them.
 */
export async function leaveOneOutAttribution(game: ParameterGame): Promise<Float64Array> {
  const { players: n, parameterCount: p } = game;
  const parameters = await parametersOfSubsets(game, concatenateSubsets(fullPool(n), leaveOneOut(n)));
  return parameters.subarray(p).map((without, at) => parameters[at % p] - without);
}
