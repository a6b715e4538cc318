import { strict as assert } from 'node:assert';
import { runExamples } from './example.js';

describe('docs/label-errors.md', function () {
  this.timeout(60_000);

  it('has an example that runs as printed and finds most of the flipped labels', async () => {
    const printed = await runExamples('docs/label-errors.md');
    assert.match(printed, /^\d+ labels are wrong \(\d+ to \d+\); 28 are\n(row \d+: .*\n){3}\d+ suspected/);
    assert.ok(Number(/area under the ROC curve (.*)\n$/.exec(printed)?.[1]) > 0.98, printed);
  });
});
