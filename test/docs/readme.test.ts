import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from '../../kernels/modelpred/root.cjs';
import { runExamples } from './example.js';

describe('README', function () {
  this.timeout(300_000);

  it('has a library example that runs as printed and predicts better than chance', async () => {
    const stdout = await runExamples('README.md');
    const errors = stdout.match(/\d\.\d+/g)?.map(Number) ?? [];
    assert.equal(errors.length, 5, stdout);
    assert.ok(
      errors.every((error) => error < 0.6),
      stdout,
    );
  });

  it('links only to files that exist', async () => {
    const readme = await readFile(path.join(root, 'README.md'), 'utf8');
    const links = [...readme.matchAll(/\]\((?!http)([^)#]+)/g)].map(([, link]) => link);
    assert.ok(links.length > 5);
    for (const link of links) await readFile(path.join(root, link));
  });
});
