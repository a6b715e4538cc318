import assert from 'node:assert/strict';
import { leaveOneOutAttribution } from '../../src/applications/parameter-attribution/leave-one-out-attribution.js';
import { leaveOneOutEffects } from '../../src/attribution/datamodels/removal-effects.js';
import type { Progress, RunControl } from '../../src/control.js';
import { InterruptedError } from '../../src/errors.js';
import { banzhafValues } from '../../src/games/banzhaf-values.js';
import type { Game } from '../../src/games/game.js';
import { leaveOneOutValues } from '../../src/games/leave-one-out-values.js';
import { permutationValues } from '../../src/games/permutation-values.js';
import { sampleBudget } from '../../src/games/stopping.js';
import { leaveOneOutEstimate } from '../../src/learners/leave-one-out-estimate.js';
import { logisticRegression } from '../../src/learners/linear/logistic-regression.js';
import { subsetSizes, type Subsets } from '../../src/subsets/subsets.js';
import { cloudPool } from '../learners/pools.js';

/** A game whose utilities take this long each, without looking at any signal. */
function slowGame(players: number, milliseconds: number): Game & { largest: number } {
  const game = {
    players,
    largest: 0,
    utilities(subsets: Subsets) {
      game.largest = Math.max(game.largest, subsets.weights.length);
      const end = performance.now() + subsets.count * milliseconds;
      while (performance.now() < end);
      return Float64Array.from(subsetSizes(subsets), (size) => size / players);
    },
  };
  return game;
}

const slow = slowGame(3000, 4);
const ways: readonly [string, (control: RunControl) => Promise<unknown>][] = [
  ['permutation values', (control) => permutationValues({ game: slow, seed: 1, stop: sampleBudget(9), ...control })],
  ['Banzhaf values', (control) => banzhafValues({ game: slow, seed: 1, stop: sampleBudget(2000), ...control })],
  ['leave-one-out values', (control) => leaveOneOutValues(slow, control)],
  [
    'leave-one-out attribution',
    (control) =>
      leaveOneOutAttribution(
        { players: 3000, parameterCount: 1, parameters: (subsets) => slow.utilities(subsets) },
        control,
      ),
  ],
  ['leave-one-out effects', (control) => leaveOneOutEffects(3000, (subsets) => slow.utilities(subsets), control)],
];

describe('long computations of games', () => {
  for (const [name, run] of ways) {
    it(`stop within a second of an abort, and tell of their work from its start (${name})`, async () => {
      const controller = new AbortController();
      const seen: Progress[] = [];
      let aborted = NaN;
      const timer = setTimeout(() => {
        aborted = performance.now();
        controller.abort();
      }, 400);
      const onProgress = (progress: Progress): void => void seen.push(progress);
      await assert.rejects(run({ signal: controller.signal, onProgress }), InterruptedError);
      clearTimeout(timer);
      assert.ok(performance.now() - aborted < 1000, `${performance.now() - aborted} ms`);
      assert.equal(seen[0].done, 0);
      assert.ok(seen.length >= 2 && seen.some(({ done }) => done > 0));
      seen.forEach(({ done, total }, k) => assert.ok(done <= total && (k === 0 || done >= seen[k - 1].done)));
    });
  }

  it('hold a bounded number of subsets at once, however many there are', async () => {
    const game = slowGame(6000, 0);
    const { values } = await leaveOneOutValues(game);
    assert.ok(values.every((value) => Math.abs(value - 1 / 6000) < 1e-12));
    await permutationValues({ game, seed: 1, stop: sampleBudget(1) });
    assert.ok(game.largest <= 2 ** 23, `${game.largest} numbers`);
  });

  it('can be estimated first: leave-one-out holds nothing of N²', () => {
    const pool = cloudPool({ size: 24_000, dimension: 57, classCount: 2, seed: 1 });
    const { models, bytes, seconds } = leaveOneOutEstimate(pool, logisticRegression());
    assert.equal(models, 24_001);
    assert.ok(bytes < 1e9, `${bytes} bytes`);
    assert.ok(seconds > 10 && seconds < 1000, `${seconds} s`);
  });
});
