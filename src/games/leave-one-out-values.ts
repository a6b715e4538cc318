import { concatenateSubsets, fullPool } from '../subsets/subsets.js';
import { leaveOneOut } from '../subsets/leave-out.js';
import { utilitiesOf, type Game, type Valuation } from './game.js';

/** Leave-one-out values: U(all) − U(all but the point), from N+1 utilities; nothing is sampled. */
export async function leaveOneOutValues(game: Game): Promise<Valuation> {
  const n = game.players;
  const [all, ...without] = await utilitiesOf(game, concatenateSubsets(fullPool(n), leaveOneOut(n)));
  return { values: Float64Array.from(without, (utility) => all - utility), standardErrors: new Float64Array(n) };
}
