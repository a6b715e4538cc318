import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../kernels/modelpred/root.cjs';
import { runExamples } from './example.js';

describe('docs/applications.md', function () {
  this.timeout(60_000);

  it('has an example per application that runs as printed and finds what it should', async () => {
    const printed = await runExamples('docs/applications.md');
    const number = (pattern: RegExp): number => {
      const match = pattern.exec(printed);
      assert.ok(match, `${pattern.source} in:\n${printed}`);
      return Number(match[1]);
    };
    // Ten points drawn at random hold 0.8 of the 5 wrong labels.
    assert.ok(number(/ten lowest values: (\d) of 5/) >= 3, printed);
    assert.ok(number(/ten most memorized: (\d) of 5/) >= 3, printed);
    for (const name of ['covering', 'greedy', 'gradient'])
      assert.ok(number(new RegExp(`20 points by ${name}: log-loss (\\d\\.\\d+)`)) < Math.log(2), printed);
    assert.ok(number(/by gradient: log-loss (\d\.\d+)/) < number(/by covering: log-loss (\d\.\d+)/), printed);
    const single = number(/^one model: log-loss (\d\.\d+)/m);
    assert.ok(number(/^predicted ensemble: log-loss (\d\.\d+)/m) < single + 0.05, printed);
    assert.ok(number(/^Laplace approximation: log-loss (\d\.\d+)/m) < single + 0.05, printed);
    // Predicted models: their shares add up to the predicted coefficient.
    const [, coefficient, sum] = /texture: (-?\d\.\d+), shares add up to (-?\d\.\d+)/.exec(printed) ?? [];
    assert.ok(Math.abs(Number(coefficient) - Number(sum)) < 0.02, printed);
    assert.match(printed, /most by point \d+: -?\d\.\d+ ± \d\.\d+/);
    assert.match(printed, /when it is left out: -?\d\.\d+ by influence/);
    const [, told, found] = /targets flip: predicted ([^,]+), retrained (.+)/.exec(printed) ?? [];
    const [predicted, retrained] = [told, found].map((sizes) => sizes.split(' ').map(Number));
    assert.equal(predicted.length, 8);
    const close = predicted.filter((size, t) => size === retrained[t] || Math.abs(size - retrained[t]) <= 2);
    assert.ok(close.length >= 6, printed);
  });

  it('links only to files that exist', async () => {
    const text = await readFile(path.join(root, 'docs', 'applications.md'), 'utf8');
    const links = [...text.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link]) => link);
    assert.ok(links.length > 3);
    for (const link of links) await readFile(path.join(root, 'docs', link));
  });
});
