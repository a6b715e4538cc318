import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import type { INotebookContent } from '@jupyterlab/nbformat';
import type { CellEvent } from '../../kernels/modelpred/execute.cjs';
import { parseArguments } from '../../scripts/report/arguments.js';
import { loadAssets } from '../../scripts/report/assets.js';
import { countVerdicts } from '../../scripts/report/claims.js';
import { committedForm } from '../../scripts/report/committed.js';
import { outputsOf, readContent } from '../../scripts/report/content.js';
import { estimateSeconds } from '../../scripts/report/estimate.js';
import { executeAll, type Execute, type Execution } from '../../scripts/report/execute.js';
import { figureFile, figureFiles } from '../../scripts/report/figures.js';
import { explain, requireWritable, writeWhole } from '../../scripts/report/files.js';
import { escapeHtml, html, raw, scriptCode, scriptJson } from '../../scripts/report/html.js';
import { renderMarkdown } from '../../scripts/report/markdown.js';
import { fingerprint } from '../../scripts/report/fingerprint.js';
import { keepRun, keptRun } from '../../scripts/report/kept.js';
import { findNotebooks, selectNotebooks } from '../../scripts/report/notebooks.js';
import { findingsOf, renderOverview } from '../../scripts/report/overview.js';
import { renderPage } from '../../scripts/report/page.js';
import { progressDisplay } from '../../scripts/report/progress.js';
import { resultsJson, timingsJson } from '../../scripts/report/records.js';
import { InputError } from '../../src/errors.js';
import type { Claim } from '../../src/evaluation/claim.js';
import { claims, executedNotebook, hostile, provenance, table } from './executed.js';

const name = '01-predicting-the-trained-model';

function inFolder(test: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), 'modelpred-report-'));
    try {
      await test(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

const rejects = (pattern: RegExp) => (error: unknown) => error instanceof InputError && pattern.test(error.message);

describe('report arguments', () => {
  it('have the defaults that the help states', () => {
    assert.deepEqual(parseArguments([]), {
      profile: 'quick',
      only: [],
      out: 'report',
      jobs: 2,
      updateNotebooks: false,
      fresh: false,
      help: false,
    });
    assert.equal(parseArguments(['--profile', 'full']).out, 'report/full');
  });

  it('take several notebooks', () => {
    assert.deepEqual(parseArguments(['--only', '01', '--only', '2', '--profile', 'full']).only, ['01', '2']);
  });

  for (const [args, pattern] of [
    [['--profile', 'slow'], /--profile must be quick, full, smoke, but it is "slow"/],
    [['--jobs', '0'], /--jobs must be a whole number of at least 1, but it is "0"/],
    [['--jobs', '1.5'], /"1.5"/],
    [['--out', ''], /--out must name a folder/],
    [['--what'], /--what/],
    [['stray'], /stray/],
    [['--only'], /--only/],
  ] as const) {
    it(`refuse ${args.join(' ')} in one sentence`, () => {
      assert.throws(
        () => parseArguments(args),
        (error: Error) => error instanceof InputError && pattern.test(error.message) && !error.message.includes('\n'),
      );
    });
  }
});

describe('notebooks of the report', () => {
  it(
    'are those named NN-topic.ipynb, by number',
    inFolder((folder) => {
      for (const file of ['10-j.ipynb', '02-b.ipynb', '01-a.ipynb', 'draft.ipynb', '03-c.md', 'x-01-a.ipynb'])
        writeFileSync(join(folder, file), '{}');
      const names = findNotebooks(folder).map((notebook) => notebook.name);
      assert.deepEqual(names, ['01-a', '02-b', '10-j']);
    }),
  );

  const all = ['01-a', '02-data-valuation', '10-j', '20-k'].map((each) => ({ name: each, path: each }));
  const chosen = (...only: string[]) => selectNotebooks(all, only).map((notebook) => notebook.name);

  it('are chosen by number, name, file name or beginning', () => {
    assert.deepEqual(chosen(), ['01-a', '02-data-valuation', '10-j', '20-k']);
    assert.deepEqual(chosen('2'), ['02-data-valuation']);
    assert.deepEqual(chosen('02'), ['02-data-valuation']);
    assert.deepEqual(chosen('02-data'), ['02-data-valuation']);
    assert.deepEqual(chosen('10-j.ipynb', '01'), ['01-a', '10-j']);
  });

  it('are listed where a request fits none', () => {
    assert.throws(() => chosen('7'), rejects(/"7" fits no notebook; there are 01-a, 02-data-valuation/));
    assert.throws(() => chosen(''), InputError);
    assert.throws(() => selectNotebooks([], []), rejects(/no notebook to run/));
  });
});

describe('escaping', () => {
  it('lets no text end an element, an attribute or a script', () => {
    const piece = fc.constantFrom('<', '>', '"', "'", '&', '</script', '<!--', '<script', '\u2028', 'a', ' ');
    const text = fc.array(piece).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (value) => {
        assert.ok(!/[<>"']/.test(escapeHtml(value)));
        const json = scriptJson({ value }).html;
        assert.ok(!/[<\u2028\u2029]/.test(json));
        assert.deepEqual(JSON.parse(json), { value });
        assert.ok(!/<(\/script|script|!--)/i.test(scriptCode(value).html));
      }),
    );
  });

  it('keeps what escaped code computes', () => {
    const code = '["</script>", "<SCRIPT", "<!--", /<\\/script>/.test("</script>"), 1 < 2];';
    const run = (source: string) => JSON.stringify(runInNewContext(source));
    assert.equal(run(scriptCode(code).html), run(code));
    assert.notEqual(scriptCode(code).html, code);
  });

  it('happens in templates, except for HTML', () => {
    assert.equal(html`<b>${'<i>'}${raw('<i>')}${[1, '&']}</b>`.html, '<b>&lt;i&gt;<i>1&amp;</b>');
  });
});

describe('prose', () => {
  const render = (markdown: string) =>
    renderMarkdown(markdown, {
      id: (slug) => `x-${slug}`,
      link: (to) => (to.endsWith('.ipynb') ? '#there' : undefined),
    });

  it('shows TeX as MathML, inline and displayed over several lines', () => {
    const { html: shown } = render('Let $a_i$ be\n\n$$\n\\sum_i\n\na_i < 3\n$$\n\nthe rest.');
    assert.equal(shown.html.match(/<math/g)?.length, 2);
    assert.match(shown.html, /<math[^>]*display="block"/);
    assert.ok(!shown.html.includes('$'));
  });

  it('leaves prices and code alone', () => {
    const { html: shown } = render('from $5 to $6, `$x$`');
    assert.ok(!shown.html.includes('<math'));
  });

  it('gives headings ids and puts them one level lower', () => {
    const { html: shown, headings } = render('# One `code`\n\nTwo\n---');
    assert.deepEqual(headings, [
      { id: 'x-one-code', level: 1, text: 'One code' },
      { id: 'x-two', level: 2, text: 'Two' },
    ]);
    assert.match(shown.html, /<h2 id="x-one-code">.*<\/h2>/);
    assert.match(shown.html, /<h3 id="x-two">/);
  });

  it('leads links between notebooks to their sections, and shows HTML and script links as text', () => {
    const { html: shown } = render(`[b](02-b.ipynb) <script>x</script> [evil](javascript:alert)`);
    assert.match(shown.html, /<a href="#there">b<\/a>/);
    assert.ok(!/<script|href="javascript/.test(shown.html));
  });
});

describe('content of an executed notebook', () => {
  it('holds prose, code and outputs by kind, without progress bars and terminal colours', async () => {
    const content = readContent(name, await executedNotebook());
    assert.equal(content.title, 'Predicting the trained model');
    assert.deepEqual(
      content.cells.flatMap((cell) => (cell.kind === 'code' ? cell.outputs.map((output) => output.kind) : [])),
      ['text', 'figure', 'figure', 'table', 'figure', 'table', 'claims', 'text', 'html', 'error'],
    );
    assert.deepEqual(
      outputsOf(content, 'figure').map((figure) => [figure.name, figure.timing]),
      [
        ['error by size', false],
        ['sneaky', false],
        ['cost', true],
      ],
    );
    assert.deepEqual(outputsOf(content, 'table')[0].rows, table);
    assert.equal(outputsOf(content, 'error')[0].text, `Error: broken ${hostile}`);
  });

  it('is refused with a sentence where it is malformed', () => {
    assert.throws(() => readContent(name, { nbformat: 3 }), rejects(/01-.* is not a notebook of format 4: at/));
    const bad = { 'application/vnd.modelpred.claims+json': { claims: [{ id: 'x' }] } };
    const cell = { cell_type: 'code', source: '', outputs: [{ output_type: 'display_data', data: bad }] };
    assert.throws(() => readContent(name, { nbformat: 4, cells: [cell] }), rejects(/malformed claims: at claims\.0/));
  });

  it('gives every figure a safe file name', async () => {
    const files = figureFiles(readContent(name, await executedNotebook()));
    assert.ok(files.has(`${name}-error-by-size.svg`) && files.has(`${name}-error-by-size.png`));
    assert.equal(figureFile('01-a', '../../x y', 'svg'), '01-a-..-..-x-y.svg');
    for (const [file, picture] of files) {
      if (file.endsWith('.svg')) assert.match(String(picture), /^<svg/);
      else assert.deepEqual([...(picture as Uint8Array).subarray(1, 4)], [...Buffer.from('PNG')]);
    }
  });
});

describe('records of a run', () => {
  const contents = async (seconds?: number) => [readContent(name, await executedNotebook(seconds))];

  it('results.json has the same bytes whatever the times, and no time in it', async () => {
    const first = resultsJson('quick', await contents(1.5));
    assert.equal(first, resultsJson('quick', await contents(2.5)));
    const { notebooks } = JSON.parse(first) as {
      notebooks: Record<
        string,
        { tables: Record<string, { rows: unknown }>; claims: { id: string }[]; figures: object }
      >;
    };
    assert.deepEqual(notebooks[name].tables.errors.rows, table);
    assert.deepEqual(Object.keys(notebooks[name].tables), ['errors']);
    assert.deepEqual(
      notebooks[name].claims.map(({ id }) => id),
      ['iris-error', 'newton', 'higgs'],
    );
    assert.deepEqual(Object.keys(notebooks[name].figures), ['error by size', 'sneaky']);
  });

  it('timings.json has the rest and what the run was made of', async () => {
    const outcome = { name, status: 'passed', seconds: 3, message: '' } as const;
    const text = timingsJson('quick', provenance, await contents(), [outcome]);
    const { notebooks, ...rest } = JSON.parse(text) as {
      provenance: unknown;
      notebooks: Record<string, { tables: object; claims: { id: string }[]; seconds: number }>;
    };
    assert.deepEqual(rest.provenance, provenance);
    assert.deepEqual(Object.keys(notebooks[name].tables), ['seconds']);
    assert.deepEqual(
      notebooks[name].claims.map(({ id }) => id),
      ['speed'],
    );
    assert.equal(notebooks[name].seconds, 3);
  });

  it('count verdicts', () => {
    assert.equal(countVerdicts(claims), '2 hold, 1 does not hold, 1 not testable here');
  });
});

describe('report page', () => {
  const page = async () =>
    renderPage({
      profile: 'quick',
      provenance,
      runs: [
        {
          outcome: { name, status: 'failed', seconds: 61, message: `cell 5: ${hostile}` },
          content: readContent(name, await executedNotebook()),
          kept: null,
        },
        {
          outcome: { name: '02-data-valuation', status: 'passed', seconds: 5, message: '' },
          content: readContent('02-data-valuation', {
            nbformat: 4,
            cells: [{ cell_type: 'markdown', source: 'No heading.' }],
          }),
          kept: { ran: '2026-01-01T20:30:40.000Z', current: false },
        },
      ],
      extra: [],
      assets: loadAssets(process.cwd()),
    });
  let text = '';
  let visible = '';
  before(async () => {
    text = await page();
    visible = text.replace(/<(script|style)\b[\s\S]*?<\/\1>/g, '');
  });

  it('is the same whenever it is built from the same run', async () => {
    assert.equal(await page(), text);
  });

  it('asks for nothing outside itself', () => {
    assert.ok(!/(src|srcset|poster|data|action)="?(https?:)?\/\//i.test(visible));
    assert.ok(!/<link(?![^>]*href="data:,")/.test(visible));
    assert.ok(!/@import|url\(\s*['"]?(https?:)?\/\//.test(text.match(/<style>[\s\S]*?<\/style>/)?.[0] ?? 'missing'));
    assert.match(text, /default-src &#39;none&#39;/);
  });

  it('runs no script but its own four, whatever the outputs hold', () => {
    const scripts = text.match(/<script type="(text\/javascript|module)">/g) ?? [];
    assert.equal(scripts.length, 4);
    // The one foreign element is in an output that is HTML by its own account; the security policy keeps it from running.
    assert.equal(visible.includes('window.broken = true</script><img'), false);
    assert.equal((text.match(/<script>/g) ?? []).length, 1);
    assert.ok(!/unsafe-eval|script-src[^;]*unsafe-inline/.test(text.slice(0, 2000)));
  });

  it('has every id once, and every link inside it leads somewhere', () => {
    const ids = [...visible.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    assert.equal(new Set(ids).size, ids.length);
    const targets = [...visible.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]);
    assert.ok(targets.length > 6);
    for (const target of targets) assert.ok(ids.includes(target), target);
  });

  it('leads from the contents to every notebook and its headings', () => {
    const nav = /<nav[\s\S]*<\/nav>/.exec(visible)?.[0] ?? '';
    for (const entry of [
      'Summary',
      'Predicting the trained model',
      'Error by size',
      'Cost',
      'Claims',
      '02-data-valuation',
    ])
      assert.ok(nav.includes(`>${entry}</a`), entry);
    assert.ok(!nav.includes('Cost in detail'));
  });

  it('shows claims, tables, pictures with alternative text, what failed, and where it ran', () => {
    assert.match(visible, /2 hold, 1 does not hold, 1 not testable here/);
    assert.match(visible, /passed 2026-01-01 20:30 UTC, kept: sources, data or versions have changed since/);
    assert.match(visible, /failed in this run/);
    for (const { statement } of claims) assert.ok(visible.split(escapeHtml(statement)).length >= 3, statement);
    assert.match(visible, /0\.048 to 0\.053/);
    assert.match(visible, new RegExp(`<strong>${name} failed\\.</strong>`));
    assert.ok(visible.includes(`cell 5: ${escapeHtml(hostile)}`));
    assert.match(visible, /<td class="number">0\.0503<\/td>/);
    const pictures = visible.match(/<img\b[^>]*>/g) ?? [];
    // Three figures, and the headline of the first notebook.
    assert.equal(pictures.length, 4);
    for (const picture of pictures) assert.match(picture, /alt="[^"]{20,}"/);
    for (const fact of [provenance.machine, provenance.backend, provenance.started]) assert.ok(visible.includes(fact));
  });

  it('carries each figure as data that reads back as its specification', async () => {
    const figures = outputsOf(readContent(name, await executedNotebook()), 'figure');
    const carried = [...text.matchAll(/<script type="application\/json">([\s\S]*?)<\/script>/g)];
    assert.deepEqual(
      carried.map((match) => JSON.parse(match[1]) as unknown),
      figures.map((figure) => figure.spec),
    );
  });
});

describe('overview of a notebook', () => {
  const claim = (source: string, verdict: Claim['verdict'], measured: number): Claim => ({
    ...{ id: `${source}-${measured}`, statement: `It is ${measured}.`, source, measured },
    ...{ unit: 'correlation', verdict, guarded: false },
  });

  it('puts what papers say beside what was found, our own claims apart', () => {
    const findings = findingsOf([
      claim('paper, abstract: data selection', 'holds', 0.5),
      claim('this project', 'holds', 1),
      claim('paper, abstract: data selection', 'does not hold', 0.25),
      claim('Koh & Liang 2017', 'holds', 0.75),
    ]);
    assert.deepEqual(
      findings.map(({ says, where, claims: checks }) => [says, where, checks.length]),
      [
        ['Data selection', 'Zeng et al. 2023, abstract', 2],
        ['It is 0.75.', 'Koh & Liang 2017', 1],
      ],
    );
  });

  it('shows the figure tagged as headline, else the first, and how many checks hold', async () => {
    const content = readContent(name, await executedNotebook());
    const { html: first } = renderOverview(content);
    assert.match(first, /title="error by size"/);
    const tagged = content.cells.map((cell) =>
      cell.kind === 'code' && cell.source.includes('costs') ? { ...cell, tags: ['headline'] } : cell,
    );
    assert.match(renderOverview({ ...content, cells: tagged }).html, /title="cost"/);
    assert.match(first, /± holds in 1 of 2 checks/);
    assert.match(first, /Of our own claims, 1 of 1 hold/);
  });
});

describe('estimate of a run', () => {
  it('adds up what runs one after the other, and is unknown where one time is', () => {
    assert.equal(estimateSeconds([10, 30, 20, 5], 2), 35);
    assert.equal(estimateSeconds([10, undefined], 2), undefined);
  });
});

describe('kept executions', () => {
  const facts = { profile: 'quick', fingerprint: 'x', ran: '2026-01-02T03:04:05.000Z', cellSeconds: [1] } as const;
  const outcome = { name, status: 'passed', seconds: 3, message: '' } as const;

  it(
    'are read back whole, and taken for missing where they cannot be',
    inFolder(async (folder) => {
      const notebook = (await executedNotebook()) as INotebookContent;
      assert.equal(keptRun(folder, name), undefined);
      await keepRun(folder, { outcome, record: { ...facts, cellSeconds: [1] }, notebook });
      const kept = keptRun(folder, name) ?? assert.fail('not kept');
      assert.deepEqual(kept.outcome, outcome);
      assert.equal(JSON.stringify(kept.notebook), JSON.stringify(notebook));
      assert.equal(kept.record.fingerprint, 'x');
      writeFileSync(join(folder, 'kept', `${name}.json`), '{');
      assert.equal(keptRun(folder, name), undefined);
    }),
  );

  it('have a fingerprint of cells, parameters and surroundings, not of outputs', async () => {
    const notebook = (await executedNotebook()) as INotebookContent;
    const print = fingerprint('s', notebook, { profile: 'quick' });
    assert.equal(fingerprint('s', (await executedNotebook(9)) as INotebookContent, { profile: 'quick' }), print);
    assert.notEqual(fingerprint('t', notebook, { profile: 'quick' }), print);
    assert.notEqual(fingerprint('s', notebook, { profile: 'full' }), print);
    assert.notEqual(fingerprint('s', { ...notebook, cells: notebook.cells.slice(1) }, { profile: 'quick' }), print);
  });
});

describe('executing notebooks', () => {
  const files = ['01-a', '02-b', '03-c', '04-d'].map((each) => ({ name: each, path: each }));
  const ended = (each: string, status: Execution['outcome']['status']): Execution => ({
    outcome: { name: each, status, seconds: 1, message: '' },
    notebook: null,
  });

  it('runs at most the given number at a time, all of them, and keeps their order', async () => {
    let running = 0;
    let most = 0;
    const execute: Execute = async (notebook) => {
      most = Math.max(most, ++running);
      await new Promise((done) => setTimeout(done, notebook.name === '01-a' ? 30 : 5));
      running--;
      return ended(notebook.name, notebook.name === '02-b' ? 'failed' : 'passed');
    };
    const told: string[] = [];
    const listener = {
      onCell: () => undefined,
      onEnd: (execution: Execution) => Promise.resolve(void told.push(execution.outcome.name)),
    };
    const executions = await executeAll(files, execute, 2, listener, new AbortController().signal);
    assert.equal(most, 2);
    assert.deepEqual(
      executions.map(({ outcome }) => `${outcome.name} ${outcome.status}`),
      ['01-a passed', '02-b failed', '03-c passed', '04-d passed'],
    );
    assert.deepEqual([...told].sort(), ['01-a', '02-b', '03-c', '04-d']);
  });

  it('begins no more once stopped and keeps what is finished', async () => {
    const stop = new AbortController();
    const execute: Execute = (notebook, _, signal) => {
      if (notebook.name === '02-b') stop.abort();
      return Promise.resolve(ended(notebook.name, signal.aborted ? 'interrupted' : 'passed'));
    };
    const listener = { onCell: () => undefined, onEnd: () => Promise.resolve() };
    const executions = await executeAll(files, execute, 1, listener, stop.signal);
    assert.deepEqual(
      executions.map(({ outcome }) => outcome.status),
      ['passed', 'interrupted'],
    );
  });
});

describe('progress of notebooks', () => {
  const event = (state: CellEvent['state'], number: number, progress?: CellEvent['progress']): CellEvent => ({
    state,
    number,
    total: 4,
    line: 'x',
    seconds: 0,
    ...(progress && { progress }),
  });

  it('is a line for each finished cell where there is no terminal', () => {
    let written = '';
    let now = 0;
    const display = progressDisplay({ write: (text) => (written += text) }, new Map(), () => now);
    display.cell('01-a', event('started', 1));
    now = 10;
    display.cell('01-a', event('finished', 1));
    display.cell('01-a', event('running', 2, { label: 'retraining', done: 1, total: 2 }));
    display.end({ name: '01-a', status: 'passed', seconds: 40, message: '' });
    assert.equal(written, '  01-a: cell 1 of 4 · 10 s\n✓ 01-a passed after 40 s\n');
  });

  it('is rewritten in place on a terminal, with the estimate of an earlier run', () => {
    let written = '';
    let now = 0;
    const terminal = { write: (text: string) => (written += text), isTTY: true, columns: 60 };
    const display = progressDisplay(terminal, new Map([['01-a', [10, 40, 20, 20]]]), () => now);
    display.cell('01-a', event('started', 1));
    now = 20;
    written = '';
    display.cell('01-a', event('running', 1, { label: 'retraining', done: 1, total: 2 }));
    const [, line] = /^\x1b\[1A\x1b\[J(.*)\n$/.exec(written) ?? [];
    assert.match(line, /^ {2}01-a: cell 1 of 4 · retraining 50 % · 20 s · about 1 min.*…$/);
    assert.equal(line.length, terminal.columns - 1);
    // The cells to come took 80 s.
    terminal.columns = 100;
    display.cell('01-a', { ...event('finished', 1), seconds: 20 });
    assert.deepEqual(display.cellSeconds('01-a'), [20]);
    assert.match(written, /20 s · about 1 min 20 s left/);
  });
});

describe('files of the report', () => {
  it(
    'are written whole, with their folders, and leave nothing temporary',
    inFolder(async (folder) => {
      await writeWhole(join(folder, 'a', 'b', 'c.txt'), 'one');
      await writeWhole(join(folder, 'a', 'b', 'c.txt'), 'two');
      await requireWritable(join(folder, 'new'));
      assert.equal(readFileSync(join(folder, 'a', 'b', 'c.txt'), 'utf8'), 'two');
      assert.deepEqual(readdirSync(join(folder, 'a', 'b')), ['c.txt']);
      assert.deepEqual(readdirSync(join(folder, 'new')), []);
    }),
  );

  it(
    'are refused in a sentence where a file is in the way',
    inFolder(async (folder) => {
      writeFileSync(join(folder, 'report'), '');
      await assert.rejects(requireWritable(join(folder, 'report')), rejects(/^Cannot write .*: .*--out\.$/));
      mkdirSync(join(folder, 'index.html'));
      await assert.rejects(writeWhole(join(folder, 'index.html'), ''), rejects(/a folder is in its place/));
      assert.deepEqual(readdirSync(folder).sort(), ['index.html', 'report']);
    }),
  );

  it('are refused in a sentence where the disk is full or writing is not permitted', () => {
    const failure = (code: string) => Object.assign(new Error(code), { code });
    assert.ok(rejects(/^Cannot write x: the disk is full; free some space\.$/)(explain('x', failure('ENOSPC'))));
    assert.ok(rejects(/^Cannot write x: writing there is not permitted; .*--out\.$/)(explain('x', failure('EACCES'))));
    const other = failure('EMFILE');
    assert.equal(explain('x', other), other);
  });
});

describe('committed form of a notebook', () => {
  it('has no injected parameters and counts its cells from 1', async () => {
    const executed = (await executedNotebook()) as INotebookContent;
    const injected = {
      cell_type: 'code',
      source: "profile = 'full';",
      metadata: { tags: ['injected-parameters'] },
      execution_count: 2,
      outputs: [],
    };
    const cells = [...executed.cells.slice(0, 2), injected, ...executed.cells.slice(2)];
    const committed = committedForm({ ...executed, cells });
    assert.equal(committed.cells.length, executed.cells.length);
    const code = committed.cells.filter((cell) => cell.cell_type === 'code');
    assert.deepEqual(
      code.map((cell) => cell.execution_count),
      [1, 2, 3, 4, 5],
    );
    const results = code.flatMap((cell) => cell.outputs as { output_type: string; execution_count?: number }[]);
    assert.equal(results.find((output) => output.output_type === 'execute_result')?.execution_count, 4);
    assert.deepEqual(committed.metadata, executed.metadata);
  });
});
