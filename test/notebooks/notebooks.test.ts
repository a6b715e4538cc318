import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { INotebookContent } from '@jupyterlab/nbformat';
import { root } from '../../kernels/modelpred/root.cjs';
import { parseArguments } from '../../scripts/report/arguments.js';
import { outputsOf, readContent } from '../../scripts/report/content.js';
import { resultsJson } from '../../scripts/report/records.js';
import { runReport } from '../../scripts/report/run.js';
import { executeWithNbclient, jupyterPython } from '../environment/nbclient.js';
import { temporaryFolder } from '../environment/workspace.js';

/** Bytes of a committed notebook with its outputs: what people download, and what a history is made of. */
const largestNotebook = 1e6;

const committed = path.join(root, 'notebooks');
// npm test gives each notebook a process of its own.
const chosen = process.env.MODELPRED_TEST_NOTEBOOK;
const names = readdirSync(committed)
  .filter((file) => file.endsWith('.ipynb'))
  .map((file) => path.basename(file, '.ipynb'))
  .filter((name) => chosen === undefined || name === chosen);

for (const name of names) {
  describe(`the committed notebook ${name}`, function () {
    this.timeout(40 * 60_000);
    const { folder, remove } = temporaryFolder();
    after(remove);

    /** Runs it without Jupyter; returns the folder of the report. */
    const run = async (profile: 'quick' | 'smoke'): Promise<string> => {
      const out = path.join(folder, profile);
      const written: string[] = [];
      const code = await runReport(parseArguments(['--out', out, '--only', name, '--profile', profile]), {
        root,
        notebooks: committed,
        terminal: { write: (text) => written.push(text) },
        errors: { write: (text) => written.push(text) },
        signal: new AbortController().signal,
      });
      assert.equal(code, 0, written.join(''));
      return out;
    };

    it('runs from top to bottom in the quick profile, shows figures, and its guarded claims hold', async () => {
      // Without the coverage counters, which would make numeric loops several times slower.
      const coverage = process.env.NODE_V8_COVERAGE;
      delete process.env.NODE_V8_COVERAGE;
      const content = await run('quick')
        .then((out) => contentIn(out, name))
        .finally(() => coverage !== undefined && (process.env.NODE_V8_COVERAGE = coverage));
      assert.ok(outputsOf(content, 'claims').some(({ claims }) => claims.length > 0), 'it states no claims');
      assert.ok(
        outputsOf(content, 'figure').some(({ svg }) => svg !== null),
        'it shows no figure',
      );
    });

    it('gives the same numbers, byte for byte, when run again: through Jupyter, where there is one', async function () {
      const numbers = (content: ReturnType<typeof readContent>) => resultsJson('smoke', [content]);
      const first = numbers(contentIn(await run('smoke'), name));
      const python = await jupyterPython(folder);
      if (!python) return assert.equal(numbers(contentIn(await run('smoke'), name)), first);
      const notebook = withProfile(name, 'smoke');
      const { executed, failures } = await executeWithNbclient(python, { notebook, folder, secondsPerCell: 600 });
      assert.deepEqual(
        failures.filter((failure) => failure !== null),
        [],
      );
      const content = readContent(name, executed);
      assert.equal(numbers(content), first);
      assert.deepEqual(outputsOf(content, 'warning'), [], 'it wrote to stderr');
      for (const { svg, png } of outputsOf(content, 'figure')) assert.ok(svg !== null || png !== null);
    });

    it('is light', () => {
      const { size } = statSync(path.join(committed, `${name}.ipynb`));
      assert.ok(size <= largestNotebook, `${size} bytes; npm start -- --update-notebooks writes light ones`);
    });
  });
}

/** What an executed notebook in a report's folder shows. */
const contentIn = (out: string, name: string) =>
  readContent(name, JSON.parse(readFileSync(path.join(out, 'notebooks', `${name}.ipynb`), 'utf8')));

/** A committed notebook with another profile in its `parameters` cell. */
function withProfile(name: string, profile: string): INotebookContent {
  const notebook = JSON.parse(readFileSync(path.join(committed, `${name}.ipynb`), 'utf8')) as INotebookContent;
  const parameters = notebook.cells.find(({ metadata }) => (metadata.tags)?.includes('parameters'));
  assert.ok(parameters, `${name} has a cell tagged parameters`);
  const text = Array.isArray(parameters.source) ? parameters.source.join('') : parameters.source;
  parameters.source = text.replace(/= 'quick';/, `= '${profile}';`);
  assert.ok(parameters.source.includes(`= '${profile}';`), text);
  return notebook;
}
