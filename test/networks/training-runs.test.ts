import assert from 'node:assert/strict';
import { runScores } from '../../scripts/accuracy/training-runs.js';

describe('the derivative of a training run on digits', function () {
  this.timeout(60_000);

  it('foretells margins of models retrained without 5 % of the pool, above influence functions', async () => {
    const options = { hidden: 8, steps: 300, learningRate: 0.05, targets: 20, drops: 40, shares: [0.05], seed: 1 };
    const [{ derivative, gain }] = await runScores(options);
    assert.ok(derivative.value > 0.8, `${derivative.value}`);
    assert.ok(gain.low > 0, `${gain.low}`);
  });
});
