import type { RunControl } from '../control.js';
import { inBlocks } from '../in-blocks.js';
import { leaveSinglesOut } from '../subsets/leave-out.js';
import { fullPool } from '../subsets/subsets.js';
import { utilitiesOf, type Game, type Valuation } from './game.js';

/**
 * Leave-one-out values: U(all) − U(all but the point), from N+1 utilities; nothing is sampled. Subsets are made block by block, at most
 * 8 MB of them at once; what exact retraining takes beside says `leaveOneOutEstimate`.
 *
 * @throws InterruptedError on request.
 */
export async function leaveOneOutValues(game: Game, control?: RunControl): Promise<Valuation> {
  const n = game.players;
  const signal = control?.signal && { signal: control.signal };
  const [all] = await utilitiesOf(game, fullPool(n), signal);
  const values = new Float64Array(n);
  await inBlocks({
    rows: n,
    width: n,
    label: 'leave-one-out values',
    control,
    async evaluate(first, count) {
      const without = await utilitiesOf(game, leaveSinglesOut(n, first, count), signal);
      without.forEach((utility, k) => (values[first + k] = all - utility));
    },
  });
  return { values, standardErrors: new Float64Array(n) };
}
