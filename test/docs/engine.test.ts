import assert from 'node:assert/strict';
import { runExamples } from './example.js';

describe('docs/engine.md', function () {
  this.timeout(60_000);

  it('has examples whose models are exact, the same in threads, read back, and fit the memory', async () => {
    const printed = await runExamples('docs/engine.md');
    assert.match(
      printed,
      /^500 of 500 models exact; residuals at most 1e-8: true\nsame bytes: true\nread back: 500 models\nverified: true, 2 of 5 blocks retrained\nlargest difference after a round trip: 0\n(\d+) subsets at a time: [01]\.\d\d GB\n$/,
    );
  });
});
