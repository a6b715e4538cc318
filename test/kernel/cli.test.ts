import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { formatNotebook, parseNotebook } from '../../kernels/modelpred/execute.cjs';
import { dataOf, notebookOf, outputsOf } from './notebooks.js';

const cli = path.resolve(import.meta.dirname, '../../kernels/modelpred/execute-cli.cjs');
const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });

describe('the command that executes a notebook', function () {
  this.timeout(120_000);
  const folder = mkdtempSync(path.join(tmpdir(), 'modelpred-'));
  const file = path.join(folder, 'in.ipynb');
  const output = path.join(folder, 'out.ipynb');
  writeFileSync(
    file,
    formatNotebook(notebookOf({ source: 'let seed = 1;', tags: ['parameters'] }, 'seed', "throw new Error('stop');")),
  );

  for (const [title, args, message] of [
    ['no notebook', [], /^One notebook is needed/],
    ['a file that is not there', [path.join(folder, 'none.ipynb')], /^Cannot read the notebook .*none\.ipynb: ENOENT/],
    ['an option that does not exist', [file, '--fast'], /^Unknown option '--fast'/],
    ['a parameter without a value', [file, '-p', 'seed'], /^The parameter "seed" is not of the form name=value/],
    ['a parameter that is not declared', [file, '-p', 'sed=1'], /^The notebook has no parameter sed/],
    ['a time-out that is no time', [file, '--timeout', 'long'], /^The time-out "long" is not a number of seconds/],
  ] as const) {
    it(`answers ${title} with one sentence and exit code 2`, () => {
      const { status, stdout, stderr } = run(...args);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }

  it('names the notebook and the failed cell, exits with 1 and writes what there is', () => {
    const { status, stdout, stderr } = run(file, '-o', output, '-p', 'seed=5');
    assert.equal(status, 1);
    assert.match(stdout, /^\[1\/4\] ✓ let seed = 1; · [\d.]+ s\n/);
    assert.match(stderr, /^in\.ipynb failed in cell 4 \(id cell-3\): throw new Error\('stop'\);\nError: stop\n/);
    const executed = parseNotebook(readFileSync(output, 'utf8'), output);
    assert.deepEqual(dataOf(outputsOf(executed, 3)[0], 'text/plain'), ['5']);
    assert.deepEqual(readdirSync(folder).sort(), ['in.ipynb', 'out.ipynb']);
  });
});
