import assert from 'node:assert/strict';
import { runExamples } from './example.js';

describe('docs/networks.md', function () {
  this.timeout(60_000);

  it('has an example in which the derivative of a training foretells another training', async () => {
    assert.equal(await runExamples('docs/networks.md'), 'true\n');
  });
});
