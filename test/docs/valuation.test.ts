import { strict as assert } from 'node:assert';
import { runExamples } from './example.js';

describe('docs/valuation.md', function () {
  this.timeout(60_000);

  it('has examples that run as printed, and whose values find wrong labels better than chance', async () => {
    const printed = await runExamples('docs/valuation.md');
    const areas = [...printed.matchAll(/^(\w+): area .* (\d\.\d\d)$/gm)].map(([, name, area]) => [name, Number(area)]);
    assert.deepEqual(
      areas.map(([name]) => name),
      ['shapley', 'banzhaf', 'leaveOneOut', 'knn', 'outOfBag'],
    );
    // Leave-one-out is the weak one; the others should not be.
    for (const [name, area] of areas) assert.ok(name === 'leaveOneOut' || Number(area) > 0.7, printed);
    assert.match(
      printed,
      /most useful for recall: point \d+\nExact Shapley values of 3 groups, from all 8 coalitions\.\n(\w+, 1[67] points: .*\n){3}(without .* change\n){3}$/,
    );
  });
});
