import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArguments } from '../../scripts/report/arguments.js';
import { runReport } from '../../scripts/report/run.js';

const cell = (source: string, tags: string[] = []) => ({
  cell_type: 'code',
  id: `c${source.length}`,
  metadata: { tags },
  execution_count: null,
  outputs: [],
  source,
});

function notebook(...cells: object[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'modelpred', display_name: 'TypeScript (modelpred)', language: 'typescript' } },
    cells: [cell('let profile = "quick";', ['parameters']), ...cells],
  });
}

const working = notebook(
  cell('import { showTable } from "modelpred/notebook";'),
  cell('showTable([{ profile, answer: 42 }], { name: "answers" });'),
  cell('showTable([{ now: Date.now() }], { name: "clock", timing: true });'),
);
const failing = notebook(cell('throw new Error("no data");'));

describe('running the report', function () {
  this.timeout(180_000);
  let folder = '';
  const written: string[] = [];
  const out = () => join(folder, 'report');

  const run = (args: string[], signal = new AbortController().signal) =>
    runReport(parseArguments(['--out', out(), '--profile', 'smoke', ...args]), {
      root: process.cwd(),
      notebooks: join(folder, 'notebooks'),
      terminal: { write: (text) => written.push(text) },
      errors: { write: (text) => written.push(`! ${text}`) },
      signal,
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'modelpred-run-'));
    mkdirSync(join(folder, 'notebooks'));
    written.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has a chapter on speed where a benchmark has been run', async () => {
    writeFileSync(join(folder, 'notebooks', '02-working.ipynb'), working);
    const measured = { median: 0.7, smallest: 0.6, largest: 0.9 };
    const goals = [{ work: 'training step ÷ PyTorch: iris', measured, sense: 'at most', target: 3.5, met: true }];
    const bench = { machine: { node: 'v20', platform: 'linux' }, repetitions: 5, goals };
    mkdirSync(out());
    writeFileSync(join(out(), 'bench.json'), JSON.stringify(bench));
    assert.equal(await run([]), 0);
    const page = readFileSync(join(out(), 'index.html'), 'utf8');
    assert.match(page, /id="notebook-benchmarks"[^]*training step ÷ PyTorch: iris[^]*0\.7/);
    assert.ok(existsSync(join(out(), 'figures', 'benchmarks-targets.svg')));
    writeFileSync(join(out(), 'bench.json'), '{}');
    await assert.rejects(run([]), /bench\.json is not a file of npm run bench; delete it or run npm run bench again/);
  });

  it('keeps the others where one notebook fails, and says which cell', async () => {
    writeFileSync(join(folder, 'notebooks', '01-failing.ipynb'), failing);
    writeFileSync(join(folder, 'notebooks', '02-working.ipynb'), working);
    assert.equal(await run([]), 1);
    assert.match(written.join(''), /! \n01-failing failed in cell 3.*throw new Error\("no data"\)/);
    assert.match(written.join(''), /02-working passed/);
    const page = readFileSync(join(out(), 'index.html'), 'utf8');
    assert.match(page, /<strong>01-failing failed\.<\/strong>/);
    assert.deepEqual(readdirSync(join(out(), 'notebooks')), ['01-failing.ipynb', '02-working.ipynb']);

    const results = readFileSync(join(out(), 'results.json'), 'utf8');
    assert.match(results, /"profile": "smoke",\s+"answer": 42/);
    // Only what is asked for runs, and that only if it has to; the others stay in the report.
    written.length = 0;
    assert.equal(await run(['--only', '2']), 0);
    assert.match(written.join(''), /= 02-working kept from [\d-]+ [\d:]+ UTC: nothing has changed/);
    assert.equal(readFileSync(join(out(), 'results.json'), 'utf8'), results);
    assert.match(readFileSync(join(out(), 'index.html'), 'utf8'), /<strong>01-failing failed\.<\/strong>/);

    const clock = () => /"now": (\d+)/.exec(readFileSync(join(out(), 'timings.json'), 'utf8'))?.[1];
    const before = clock();
    assert.equal(await run(['--only', '2', '--fresh']), 0);
    assert.notEqual(clock(), before);
    // One that failed is no result to keep; one that changed is another notebook.
    written.length = 0;
    writeFileSync(join(folder, 'notebooks', '02-working.ipynb'), working.replace('42', '43'));
    assert.equal(await run([]), 1);
    for (const end of ['01-failing failed', '02-working passed']) assert.ok(written.join('').includes(end), end);
  });

  it('copies outputs back on request, without the run’s parameters', async () => {
    const path = join(folder, 'notebooks', '01-working.ipynb');
    writeFileSync(path, working);
    assert.equal(await run(['--update-notebooks']), 0);
    const updated = JSON.parse(readFileSync(path, 'utf8')) as {
      cells: { execution_count: number; outputs: object[] }[];
    };
    assert.deepEqual(
      updated.cells.map((entry) => [entry.execution_count, entry.outputs.length]),
      [
        [1, 0],
        [2, 0],
        [3, 1],
        [4, 1],
      ],
    );
  });

  it('stops on request, keeps what is finished and still builds the report', async () => {
    writeFileSync(join(folder, 'notebooks', '01-working.ipynb'), working);
    writeFileSync(join(folder, 'notebooks', '02-endless.ipynb'), notebook(cell('await new Promise(() => {});')));
    writeFileSync(join(folder, 'notebooks', '03-never.ipynb'), working);
    const stop = new AbortController();
    const stopping = setInterval(() => {
      if (written.join('').includes('02-endless: cell 2')) stop.abort();
    }, 50);
    try {
      assert.equal(await run(['--jobs', '1'], stop.signal), 130);
    } finally {
      clearInterval(stopping);
    }
    assert.deepEqual(readdirSync(join(out(), 'notebooks')), ['01-working.ipynb']);
    const { notebooks } = JSON.parse(readFileSync(join(out(), 'timings.json'), 'utf8')) as {
      notebooks: Record<string, { status: string }>;
    };
    assert.equal(notebooks['01-working'].status, 'passed');
    assert.equal(notebooks['02-endless'].status, 'interrupted');
    assert.ok(existsSync(join(out(), 'index.html')));
  });

  it('leaves an earlier report alone where nothing was finished', async () => {
    writeFileSync(join(folder, 'notebooks', '01-working.ipynb'), working);
    mkdirSync(out());
    writeFileSync(join(out(), 'index.html'), 'earlier');
    assert.equal(await run([], AbortSignal.abort()), 130);
    assert.equal(readFileSync(join(out(), 'index.html'), 'utf8'), 'earlier');
  });

  it('explains wrong arguments and folders in one sentence, with exit code 2', () => {
    writeFileSync(join(folder, 'file'), '');
    for (const args of [
      ['--profile', 'slow'],
      ['--only', 'nothing'],
      ['--out', join(folder, 'file', 'report')],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, ['dist/scripts/report/main.js', ...args], {
        encoding: 'utf8',
      });
      assert.equal(status, 2, stderr);
      assert.match(stderr, /^[^\n]+\.\n$/);
    }
  });
});
