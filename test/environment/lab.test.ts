import { strict as assert } from 'node:assert';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { classicNotebook, labNotebook, type LiveNotebook } from './live-notebook.js';
import { notebookOf, root, temporaryFolder, withoutCoverage } from './workspace.js';

const cells = [
  `const answer: number = 6 * 7;
answer`,

  `import { show } from 'modelpred/notebook';
show({ data: { values: [{ size: 1, error: 3 }, { size: 2, error: 1 }] }, mark: 'line',
  encoding: { x: { field: 'size', type: 'quantitative' }, y: { field: 'error', type: 'quantitative' } } });`,

  `import { applyScaling, buildBank, fitScaling, loadDataset, logisticRegression, modelPredSettings, trainModelPred, uniformSizeSubsets } from 'modelpred';
import { cellControl } from 'modelpred/notebook';
const iris = await loadDataset('iris');
const pool = applyScaling(fitScaling(iris, 'standardise'), iris);
const subsets = uniformSizeSubsets({ poolSize: pool.size, count: 200, minimumSize: 15, seed: 1, labels: pool.labels });
const bank = await buildBank({ pool, learner: logisticRegression(), subsets });
const settings = modelPredSettings('parameter MSE', { steps: 1_000_000 });
await trainModelPred({ bank, settings, seed: 1, ...cellControl() });`,

  `console.log('the answer is still ' + answer);`,
];

describe('npm run lab, in a browser', function () {
  let lab: ChildProcess | undefined;
  let browser: Browser | undefined;
  let page: Page;
  let notebook: LiveNotebook;
  const { folder, remove } = temporaryFolder();
  const foreignRequests: string[] = [];

  before(async function () {
    const executablePath = process.env.MODELPRED_CHROMIUM;
    if (!process.env.MODELPRED_JUPYTER || !executablePath) return this.skip();
    writeFileSync(path.join(folder, 'live.ipynb'), JSON.stringify(notebookOf(cells)));
    lab = startLab(folder, await freePort());
    const start = await printedAddress(lab);
    const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
    args.push('--disable-background-networking', '--disable-component-update');
    browser = await chromium.launch({ executablePath, args });
    page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
    page.setDefaultTimeout(60_000);
    page.on('request', (request) => {
      if (!/^(http|ws):\/\/127\.0\.0\.1[:/]|^(data|blob):/.test(request.url())) foreignRequests.push(request.url());
    });
    const classic = !start.pathname.startsWith('/lab');
    const address = new URL(classic ? '/notebooks/live.ipynb' : '/lab/tree/live.ipynb', start);
    address.search = `${start.search}&reset`;
    await page.goto(address.href);
    notebook = classic ? classicNotebook(page) : labNotebook(page);
    await notebook.ready();
  });

  after(async () => {
    await browser?.close();
    if (lab) await endLab(lab);
    remove();
  });

  it('runs a cell', async () => {
    await notebook.run(0);
    await notebook.outputs(0).filter({ hasText: '42' }).waitFor();
  });

  it('shows a figure', async () => {
    await notebook.run(1);
    await notebook.figure(1).waitFor();
    const box = await notebook.figure(1).boundingBox();
    assert.ok(box && box.width > 100 && box.height > 100, JSON.stringify(box));
  });

  it('shows the progress of a long training, in place, and stops it on interrupt with the kernel alive', async () => {
    await notebook.run(2);
    const progress = notebook.outputs(2).filter({ hasText: /\d+ %/ });
    await progress.first().waitFor();
    const seen = new Set<string>();
    while (seen.size < 3) seen.add(await progress.first().innerText());
    assert.equal(await progress.count(), 1);
    await notebook.interrupt();
    await notebook.outputs(2).filter({ hasText: 'InterruptedError' }).first().waitFor();
    await notebook.run(3);
    await notebook.outputs(3).filter({ hasText: 'the answer is still 42' }).waitFor();
  });

  it('asks nothing of the network beyond the loopback address', () => {
    assert.deepEqual(foreignRequests, []);
  });

  it('ends on Ctrl-C with its kernels', async () => {
    assert.ok(lab);
    const code = await endLab(lab);
    assert.equal(code, 0);
    await assert.rejects(page.request.get(new URL('/api', page.url()).href));
  });
});

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

function startLab(folder: string, port: number): ChildProcess {
  const args = [path.join(root, 'scripts', 'lab.mjs'), folder, '--no-browser', '--port', String(port)];
  return spawn(process.execPath, args, {
    env: { ...process.env, ...withoutCoverage },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The address with its token that Jupyter prints once it serves. */
function printedAddress(lab: ChildProcess): Promise<URL> {
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (text: Buffer): void => {
      output += text.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\/\S*\?token=\w+/.exec(output);
      if (found) resolve(new URL(found[0]));
    };
    lab.stdout?.on('data', read);
    lab.stderr?.on('data', read);
    lab.on('exit', () => reject(new Error(`npm run lab ended:\n${output}`)));
  });
}

/** Presses Ctrl-C, and waits for the end. */
function endLab(lab: ChildProcess): Promise<number | null> {
  if (lab.exitCode !== null) return Promise.resolve(lab.exitCode);
  return new Promise((resolve) => {
    lab.on('exit', resolve);
    lab.kill('SIGINT');
  });
}
