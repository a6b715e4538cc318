import { strict as assert } from 'node:assert';
import { runExamples } from './example.js';

describe('docs/attribution.md', function () {
  this.timeout(120_000);

  it('has an example that measures every method as printed, the derivative of the run best for single points', async () => {
    const printed = await runExamples('docs/attribution.md');
    const lines = [
      ...printed.matchAll(
        /^(.+): linear datamodelling score (-?\d\.\d+), leave-one-out (-?\d\.\d+), wrong labels (\d\.\d+)$/gm,
      ),
    ];
    const measured = new Map(lines.map(([, name, ...numbers]) => [name, numbers.map(Number)]));
    assert.equal(measured.size, 6, printed);
    const of = (name: string): number[] => measured.get(name) ?? assert.fail(`${name} is missing from ${printed}`);
    // One point is within first order of what was trained; half of the pool is not.
    const exact = of('derivative of the run');
    assert.ok(exact[0] > 0.6 && exact[1] > 0.9, printed);
    for (const [, leaveOneOut] of measured.values()) assert.ok(leaveOneOut <= exact[1], printed);
    for (const name of ['TracIn', 'Grad-Dot', 'Grad-Cos']) {
      assert.ok(of(name)[0] < of('influence (Gauss–Newton)')[0] && of(name)[0] < exact[0], printed);
    }
    for (const [name, [, , found]] of measured) assert.ok(name === 'Grad-Cos' || found > 0.7, printed);
  });
});
