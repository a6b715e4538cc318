import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from '../../kernels/modelpred/root.cjs';
import { parseArguments } from '../../scripts/report/arguments.js';
import { runReport } from '../../scripts/report/run.js';

interface Results {
  readonly notebooks: Record<string, { readonly claims: readonly { readonly id: string; readonly verdict: string }[] }>;
}

describe('the committed notebooks', function () {
  this.timeout(40 * 60_000);
  const names = readdirSync(path.join(root, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
  const coverage = process.env.NODE_V8_COVERAGE;
  let folder = '';
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'modelpred-notebooks-'));
    // Kernels run without the coverage counters, which would make the notebooks' numeric loops several times slower.
    delete process.env.NODE_V8_COVERAGE;
  });
  after(() => {
    if (coverage !== undefined) process.env.NODE_V8_COVERAGE = coverage;
    rmSync(folder, { recursive: true, force: true });
  });

  const report = async (name: string, ...args: string[]): Promise<string> => {
    const out = path.join(folder, name);
    const written: string[] = [];
    const code = await runReport(parseArguments(['--out', out, ...args]), {
      root,
      notebooks: path.join(root, 'notebooks'),
      terminal: { write: (text) => written.push(text) },
      errors: { write: (text) => written.push(text) },
      signal: new AbortController().signal,
    });
    assert.equal(code, 0, written.join(''));
    return out;
  };

  it('run from top to bottom in the quick profile, show figures, and their guarded claims hold', async () => {
    const out = await report('quick', '--profile', 'quick');
    const results = JSON.parse(readFileSync(path.join(out, 'results.json'), 'utf8')) as Results;
    assert.deepEqual(
      Object.keys(results.notebooks),
      names.map((name) => path.basename(name, '.ipynb')),
    );
    for (const [notebook, { claims }] of Object.entries(results.notebooks)) {
      assert.ok(claims.length > 0, `${notebook} states no claims`);
      assert.ok(
        readdirSync(path.join(out, 'figures')).some((file) => file.startsWith(notebook) && file.endsWith('.svg')),
        `${notebook} shows no figure`,
      );
    }
    assert.ok(existsSync(path.join(out, 'index.html')));
  });

  it('give the same report numbers, byte for byte, when run again', async () => {
    const numbers = async (name: string): Promise<Buffer> =>
      readFileSync(path.join(await report(name, '--profile', 'smoke'), 'results.json'));
    assert.ok((await numbers('first')).equals(await numbers('second')));
  });
});
